"""Two people at the same moment, on PostgreSQL: one effect, and the loser gets a sentence."""

import threading

import pytest
from django.db import connection

from apps.core import clock
from apps.core.errors import Refused
from apps.documents.services import submit
from apps.finance.expenses.models import ExpenseClaim
from apps.finance.expenses.services import pay, pay_batch
from apps.finance.invoices.models import ReceivedInvoice
from apps.finance.payments.models import Payment
from tests.factories.finance import claim_of, line
from tests.finance.conftest import build_cast, through
from tests.finance.test_submission import invoice

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROUNDS = 50


def together(*calls) -> list[str]:
    """Make the calls at once, each on a connection of its own; answers the refusals' sentences."""
    gate, said = threading.Barrier(len(calls)), []

    def run(call) -> None:
        try:
            gate.wait()
            call()
        except Refused as refusal:
            said.append(" ".join([str(refusal), *(text for texts in refusal.fields.values() for text in texts)]))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def test_claim_is_paid_once_by_two_cashiers():
    cast = build_cast()
    values = {"by": cast.cashier, "account": cast.account, "bank_reference": "TX"}
    for number in range(ROUNDS):
        claim = through(cast, claim_of(cast.staff))
        one, two = (ExpenseClaim.objects.get(pk=claim.pk) for _person in range(2))
        rivals = [lambda one=one: pay(one, paid_on=clock.today(), **values)]
        if number % 2:
            rivals.append(lambda two=two: pay_batch([two], paid_on=clock.today(), **values))
        else:
            rivals.append(lambda two=two: pay(two, paid_on=clock.today(), **values))
        said = together(*rivals)
        assert len(said) == 1
        assert f"{claim.number} was already paid" in said[0]
        assert Payment.objects.filter(document_id=claim.pk).count() == 1
        assert claim.approval.events.filter(verb="recorded").count() == 1


def test_invoice_is_reserved_once_by_two_claims():
    cast = build_cast()
    for number in range(ROUNDS):
        typed = invoice(f"{26330000000000000000 + number}")
        one, two = claim_of(cast.staff, line(**typed)), claim_of(cast.colleague, line(**typed))
        said = together(
            lambda one=one: submit(one, by=cast.staff),
            lambda two=two: submit(two, by=cast.colleague),
        )
        assert len(said) == 1
        assert "was used on another claim a moment ago" in said[0] or "is already used on another claim" in said[0]
        states = sorted(ExpenseClaim.objects.get(pk=claim.pk).state for claim in (one, two))
        assert states == ["draft", "in_review"]
        assert ReceivedInvoice.objects.filter(number=typed["invoice_number"], status="reserved").count() == 1
