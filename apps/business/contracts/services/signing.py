"""The signature of an approved contract: from then on it is in force (clause 3.1.5)."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.business.contracts import hooks
from apps.business.contracts.models import AgencyContract
from apps.business.leads.services import win
from apps.core import clock
from apps.core.errors import Refused
from apps.documents import permissions
from apps.documents.services.files import keep_file
from apps.documents.services.locking import lock, save
from apps.notifications.services import notify


@transaction.atomic
def sign(contract: AgencyContract, *, by, signed_on: dt.date, seal: str = "", original: Any = None) -> AgencyContract:
    """Record the signature of an approved contract; ``original`` is the scanned paper, kept among its attachments.

    The contract is in force, what follows in other subjects is begun, and the opportunity it came from is won. Two
    people at once: the second is told that it is signed.
    """
    contract = lock(contract)
    permissions.require(by, "sign", contract)
    if refused := day_refusal(contract, signed_on):
        raise Refused(refused, fields={"signed_on": [refused]})
    if (intake := contract.intake) and intake.lapsed_on is not None:
        raise Refused(_("The intake lapsed on %(day)s; a new one is needed.") % {"day": intake.lapsed_on})
    if original is not None:
        contract.original = keep_file(contract, by=by, file=original, again=True)
    contract.phase, contract.signed_on, contract.signed_by = AgencyContract.Phase.IN_FORCE, signed_on, by
    contract.seal = seal.strip()
    save(contract, by=by, reason="signed")
    _win_opportunity(contract, by=by)
    for run in hooks.after_signing:
        run(contract, by=by)
    _tell(contract, by=by)
    return contract


@transaction.atomic
def keep_original(contract: AgencyContract, *, by, file: Any) -> AgencyContract:
    """Keep the scanned paper of a contract that was signed before the scan was at hand."""
    contract = lock(contract)
    permissions.require(by, "keep_original", contract)
    contract.original = keep_file(contract, by=by, file=file, again=True)
    save(contract, by=by, reason="scanned original kept")
    return contract


def day_refusal(contract: AgencyContract, signed_on: dt.date) -> str:
    """Why it can't have been signed on this day; empty when it can."""
    if signed_on > clock.today():
        return _("This date lies in the future.")
    approved_on = clock.local_day(contract.closed_at) if contract.closed_at else None
    if approved_on and signed_on < approved_on:
        return _("It was approved on %(day)s and can't have been signed before.") % {"day": approved_on}
    return ""


def _win_opportunity(contract: AgencyContract, *, by) -> None:
    assessment = contract.intake.assessment if contract.intake_id else None
    if assessment is not None:
        win(assessment.opportunity, by=by)


def _tell(contract: AgencyContract, *, by) -> None:
    people = {person.pk: person for person in (contract.applicant, contract.department.head) if person}
    people.pop(by.pk, None)
    title = gettext_lazy("%(paper)s with %(client)s was signed on %(day)s")
    params = {"paper": str(contract), "client": contract.party_a, "day": contract.signed_on.isoformat()}
    url, key = contract.get_absolute_url(), f"contract-signed:{contract.pk}"
    notify(to=people.values(), title=title, params=params, url=url, key=key)
