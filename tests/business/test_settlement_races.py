"""Two settlements of one contract at the same moment, on PostgreSQL: together they never take more than there is."""

from decimal import Decimal

import pytest

from apps.business.models import AgencyContract, Settlement
from apps.documents.services import approve, cancel, return_, submit, withdraw
from apps.finance.billing.models import Receivable
from apps.finance.billing.services import request_invoice
from tests.factories.settlements import again, delivered, item, payments, settlement_of, settling_company, through
from tests.finance.test_races import together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROUNDS = 15


def sums(engagement) -> tuple[Decimal, Decimal]:
    contract = AgencyContract.objects.get(pk=engagement.contract_id)
    return contract.settling, contract.settled


def test_contract_is_not_settled_twice():
    company = settling_company()
    for number in range(ROUNDS):
        engagement = delivered(company.manager, schedule=("1000.00", "500.00"))
        whole = payments(engagement)[0] if number % 2 else None
        papers = [settlement_of(company.manager, engagement, item("800.00", whole)) for _rival in range(3)]
        said = together(*(lambda paper=paper: submit(paper, by=company.manager) for paper in papers))
        assert len(said) == 2
        left = "¥200.00 of this payment" if whole else "only ¥700.00 is left"
        assert all(left in text for text in said), said
        assert sums(engagement) == (Decimal("800.00"), Decimal(0))
        states = sorted(again(paper).state for paper in papers)
        assert states == ["draft", "draft", "in_review"]


def test_what_goes_back_makes_room_once():
    company = settling_company()
    for _number in range(ROUNDS):
        engagement = delivered(company.manager, schedule=("1000.00",))
        first = submit(settlement_of(company.manager, engagement, item("1000.00")), by=company.manager)
        together(
            lambda first=first: withdraw(again(first), by=company.manager),
            lambda first=first: return_(again(first), by=company.head, reason="No"),
            lambda first=first: approve(again(first), by=company.head),
        )
        state = again(first).state
        assert sums(engagement)[0] == (Decimal(1000) if state == "in_review" else Decimal(0))


def test_cancelled_settlement_is_not_invoiced():
    company = settling_company()
    for _number in range(ROUNDS):
        engagement = delivered(company.manager, schedule=("1000.00",))
        paper = through(company, settlement_of(company.manager, engagement))
        receivable = Receivable.objects.get(document=paper.pk)
        said = together(
            lambda paper=paper: cancel(paper, by=company.executive, reason="Wrong"),
            lambda receivable=receivable: request_invoice(
                receivable, by=company.manager, kind="digital_ordinary", buyer_name="Acme"
            ),
        )
        assert len(said) == 1
        receivable.refresh_from_db()
        cancelled = Settlement.objects.get(pk=paper.pk).state == "cancelled"
        assert cancelled == bool(receivable.cancelled_on) == (receivable.requested == 0)
        assert sums(engagement) == (Decimal(0), Decimal(0) if cancelled else Decimal(1000))
