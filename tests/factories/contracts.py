"""Contracts and supplements as their services make them."""

from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Permission

from apps.business.contracts.models import AgencyContract, ContractSupplement, PaymentScheduleLine
from apps.business.contracts.services import new_from, new_supplement, save_contract, save_supplement
from tests.factories import business

RIGHTS = ("add_agencycontract", "add_contractsupplement")


def empower(person, *codenames: str):
    """Give rights of business to a person; those of Business unless told otherwise."""
    names = codenames or RIGHTS
    found = Permission.objects.filter(content_type__app_label="business", codename__in=names)
    person.user_permissions.add(*found)
    for cache in ("_perm_cache", "_user_perm_cache", "_group_perm_cache"):
        person.__dict__.pop(cache, None)
    return person


def payment(amount="50000.00", **values) -> dict[str, Any]:
    """A scheduled payment as `save_contract` takes it."""
    due = PaymentScheduleLine.Due.COMPLETION
    return {"milestone": "Final payment", "due": due, "due_on": None, "amount": Decimal(amount), **values}


def draft(applicant, intake=None, *, lines: list | None = None, **values) -> AgencyContract:
    """A contract that could be submitted, from an intake of 50,000."""
    empower(applicant)
    contract, planned = new_from(intake or business.intake(applicant), applicant)
    contract.rights_duties = "Both sides act in good faith."
    for name, value in values.items():
        setattr(contract, name, value)
    contract = save_contract(contract, by=applicant, lines=planned if lines is None else lines)
    return AgencyContract.objects.get(pk=contract.pk)


def supplement(applicant, contract=None, **values) -> ContractSupplement:
    """A supplement of 5,000 to a contract in force that could be submitted."""
    empower(applicant)
    paper = new_supplement(contract or business.contract(applicant), applicant)
    given = {"change": Decimal("5000.00"), "milestone": "More media", "reason": "The client asks for more", **values}
    for name, value in given.items():
        setattr(paper, name, value)
    paper = save_supplement(paper, by=applicant)
    return ContractSupplement.objects.get(pk=paper.pk)
