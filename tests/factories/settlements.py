"""Settlements and who raises them, written through the services."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from apps.business.models import Engagement, PaymentScheduleLine, Settlement
from apps.business.settlements.permissions import ROLES
from apps.business.settlements.services import new_for, save_settlement
from apps.core import clock
from apps.core.registry import role_permissions
from apps.documents.services import approve, attach, submit
from tests.factories import business
from tests.factories.approvals import route, step
from tests.factories.org import (
    CompanyFactory,
    DepartmentFactory,
    RoleFactory,
    UserFactory,
    permissions_called,
    store_users,
)

PDF = b"%PDF-1.4 the client agrees"
#: role codes of the people of `settling_company`; the manager and the colleague raise settlements
WORKS_AS = {
    "manager": "business_staff",
    "colleague": "business_staff",
    "stranger": "business_staff",
    "head": "business_manager",
    "accountant": "finance_reviewer",
    "cashier": "cashier",
    "director": "finance_director",
    "auditor": "auditor",
    "executive": "executive",
}


def raiser(user):
    """The same person, who raises settlements."""
    role = RoleFactory(code="business_staff")
    role.permissions.add(*permissions_called(ROLES["business_staff"]))
    user.groups.add(role)
    return type(user).objects.get(pk=user.pk)


def item(amount="100.00", payment: PaymentScheduleLine | None = None, **values) -> dict:
    """A line as `save_settlement` takes it."""
    plain = {"schedule_line": payment, "description": "Work done", "quantity": Decimal(1), "price": Decimal(amount)}
    return {**plain, **values}


def payments(engagement: Engagement) -> list[PaymentScheduleLine]:
    """The scheduled payments of its contract, as stored now."""
    return list(PaymentScheduleLine.objects.filter(contract=engagement.contract_id).order_by("order"))


def settlement_of(user, engagement: Engagement | None = None, *lines: dict, evidence=True, **values) -> Settlement:
    """A draft that could be submitted: the first scheduled payment in full unless lines are given."""
    engagement = engagement or business.engagement(user)
    settlement = new_for(engagement, user)
    given = {"confirmed_by": "Mei Lin, director", "confirmed_on": clock.today(), "buyer_uscc": "91110000MA01ABCD1X"}
    for name, value in {**given, **values}.items():
        setattr(settlement, name, value)
    if not lines:
        first = payments(engagement)[0]
        lines = (item(first.amount, first),)
    settlement = save_settlement(settlement, by=user, lines=list(lines))
    if evidence:
        attach(settlement, by=user, file=SimpleUploadedFile("confirmation.pdf", PDF))
    return again(settlement)


def draft(applicant) -> Settlement:
    """A complete draft of somebody who need not have raised settlements before."""
    return settlement_of(raiser(applicant))


def again(settlement: Settlement) -> Settlement:
    """The same settlement as stored now."""
    return Settlement.objects.get(pk=settlement.pk)


def settling_company() -> SimpleNamespace:
    """Everybody who has to do with settlements, with the rights of their roles, and the route they follow."""
    CompanyFactory()
    department = DepartmentFactory(code="BUSINESS", name="Business")
    finance = DepartmentFactory(code="FINANCE", name="Finance")
    elsewhere = DepartmentFactory(code="ELSEWHERE", name="Elsewhere")
    places = {"stranger": elsewhere, **dict.fromkeys(("accountant", "cashier", "director"), finance)}
    people = {name: UserFactory.build(username=name, department=places.get(name, department)) for name in WORKS_AS}
    people["outsider"] = UserFactory.build(username="outsider", department=elsewhere)
    roles = {
        name: RoleFactory(code=code, permissions=sorted(role_permissions[code])) for name, code in WORKS_AS.items()
    }
    store_users(people.values(), managers={}, roles=roles)
    for place, head in ((department, people["head"]), (finance, people["director"])):
        place.head = head
        place.save()
    route(
        Settlement.KIND,
        [
            step("head", rule="department_head"),
            step(
                "credit",
                role="executive",
                opinion_required=True,
                conditions=[{"fact": "credit_gate", "op": "eq", "value": "failed"}],
            ),
            step("finance", role="finance_reviewer", resubmission="back"),
        ],
    )
    return SimpleNamespace(department=department, finance=finance, people=people, **people)


def through(company: SimpleNamespace, settlement: Settlement) -> Settlement:
    """Submit and approve until Finance has approved."""
    submit(settlement, by=settlement.applicant)
    approve(again(settlement), by=company.head)
    approve(again(settlement), by=company.accountant)
    return again(settlement)


@transaction.atomic
def delivered(manager, schedule=("30000.00", "20000.00"), *, days_ago=0, **values) -> Engagement:
    """An engagement whose work was delivered."""
    made = business.contract(manager, schedule=schedule)
    day = clock.today() - dt.timedelta(days=days_ago)
    return business.engagement(manager, made, phase="delivered", delivered_on=day, **values)
