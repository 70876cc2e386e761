"""Receivables, invoices and receipts at any stage, through the services."""

import datetime as dt
from decimal import Decimal
from itertools import count
from types import SimpleNamespace

from django.db import transaction

from apps.business.models import Engagement, Settlement
from apps.core import clock
from apps.finance.billing.services import issue_invoice, open_receivable, request_invoice
from apps.finance.receipts.services import record_receipt
from apps.finance.roles import ROLES
from tests.factories import business
from tests.factories.finance import FundAccountFactory
from tests.factories.org import CompanyFactory, DepartmentFactory, RoleFactory, UserFactory, store_users
from tests.factories.service import client_of

WORKS_AS = {
    "accountant": "finance_reviewer",
    "director": "finance_director",
    "cashier": "cashier",
    "executive": "executive",
    "auditor": "auditor",
}
_numbers = count(1)


def cast() -> SimpleNamespace:
    """Business (staff under head; a colleague in another department), Finance, management, a client, an account."""
    CompanyFactory()
    department = DepartmentFactory(code="BUSINESS", name="Business")
    finance = DepartmentFactory(code="FINANCE", name="Finance")
    places = {"staff": department, "head": department, "outsider": finance, **dict.fromkeys(WORKS_AS, finance)}
    people = {name: UserFactory.build(username=name, department=place) for name, place in places.items()}
    roles = {name: RoleFactory(code=code, permissions=sorted(ROLES[code])) for name, code in WORKS_AS.items()}
    store_users(people.values(), managers={}, roles=roles)
    department.head = people["head"]
    department.save()
    made = SimpleNamespace(department=department, finance=finance, **people)
    made.account = FundAccountFactory(code="BANK")
    made.client = client_of(made.staff)
    return made


def number_of() -> str:
    """A 20-digit number that no other invoice of the test has."""
    return f"{clock.today():%y}{next(_numbers):018d}"


def engagement_of(cast, client) -> Engagement:
    """The work that is billed; one per client is enough."""
    known = Engagement.objects.filter(client=client).select_related("contract").first()
    if known:
        return known
    assessed = business.assessment(cast.staff, business.opportunity(cast.staff, client))
    return business.engagement(cast.staff, business.contract(cast.staff, business.intake(cast.staff, assessed)))


@transaction.atomic
def receivable(cast, total="10600.00", *, rate="0.06", client=None, **values):
    """What the client owes for an approved settlement of `cast.staff`."""
    total, rate = Decimal(total), Decimal(rate)
    net = values.pop("net", (total / (1 + rate)).quantize(Decimal("0.01")))
    client = client or cast.client
    work = engagement_of(cast, client)
    paper = business.paper(Settlement, cast.staff, amount=total, client=client, engagement=work, contract=work.contract)
    given = {
        "document": paper,
        "client": client,
        "contract": work.contract,
        "department": cast.department,
        "manager": cast.head,
        "net": net,
        "tax_rate": rate,
        "tax": total - net,
        "total": total,
        "currency": "CNY",
        "payment_method": "transfer",
        "term_days": 30,
        "due_base": "invoice",
        "by": cast.accountant,
    }
    return open_receivable(**{**given, **values})


def requested(cast, of=None, **values):
    """A requested invoice."""
    of = of or receivable(cast)
    given = {"by": cast.staff, "kind": "digital_ordinary", "buyer_name": of.client.name[:120]}
    return request_invoice(of, **{**given, **values})


def issued(cast, of=None, *, issued_on: dt.date | None = None, **values):
    """An issued invoice; `of` a receivable."""
    return issue_invoice(
        requested(cast, of, **values),
        by=cast.accountant,
        invoice_number=number_of(),
        issued_on=issued_on or clock.today(),
    )


def received(cast, amount="10600.00", **values):
    """A receipt, unapplied unless told otherwise."""
    given = {
        "client": cast.client,
        "account": cast.account,
        "payer_name": "Acme",
        "amount": Decimal(amount),
        "received_on": clock.today(),
        "bank_reference": f"TX-{next(_numbers)}",
        "by": cast.cashier,
    }
    return record_receipt(**{**given, **values})
