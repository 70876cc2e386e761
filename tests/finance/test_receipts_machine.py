"""Whatever people do in whatever order: every stored sum is what its rows add up to, and nothing is ever over."""

from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from apps.core import clock
from apps.core.errors import Refused
from apps.core.money import quantize
from apps.finance.billing.models import Receivable, SalesInvoice
from apps.finance.billing.services import issue_invoice, reverse_invoice, withdraw_request
from apps.finance.receipts.models import Receipt, ReceiptAllocation
from apps.finance.receipts.services import allocate, undo_allocation, void_receipt
from tests.factories import billing

ZERO = Decimal("0.00")
MONEY = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("150.00"), places=2)
RATES = st.sampled_from(["0", "0.01", "0.03", "0.06", "0.13"])


def total(rows, name) -> Decimal:
    """In whole cents: SQLite adds up in binary fractions."""
    return quantize(rows.aggregate(sum=Sum(name))["sum"] or ZERO)


class Books(RuleBasedStateMachine):
    """One client; anything may be tried, refusals change nothing."""

    receivables = Bundle("receivables")
    invoices = Bundle("invoices")
    receipts = Bundle("receipts")

    def __init__(self):
        super().__init__()
        self.savepoint = transaction.savepoint()

    def teardown(self):
        transaction.savepoint_rollback(self.savepoint)

    def tried(self, call, *args, **values):
        before = self.state()
        try:
            return call(*args, **values)
        except Refused:
            assert self.state() == before
            return None

    def state(self):
        models = (Receivable, SalesInvoice, Receipt, ReceiptAllocation)
        return [list(model.objects.order_by("pk").values()) for model in models]

    @rule(target=receivables, amount=MONEY, rate=RATES)
    def owe(self, amount, rate):
        return billing.receivable(self.cast, str(amount), rate=rate)

    @rule(target=invoices, of=receivables, amount=st.none() | MONEY)
    def request(self, of, amount):
        return self.tried(billing.requested, self.cast, of, total=amount)

    @rule(invoice=invoices)
    def withdraw(self, invoice):
        if invoice:
            self.tried(withdraw_request, invoice, by=self.cast.staff)

    @rule(invoice=invoices)
    def issue(self, invoice):
        if invoice:
            values = {"invoice_number": billing.number_of(), "issued_on": clock.today()}
            self.tried(issue_invoice, invoice, by=self.cast.accountant, **values)

    @rule(invoice=invoices, amount=st.none() | MONEY)
    def reverse(self, invoice, amount):
        if invoice:
            values = {"invoice_number": billing.number_of(), "issued_on": clock.today(), "reason": "x"}
            self.tried(reverse_invoice, invoice, by=self.cast.accountant, total=amount, **values)

    @rule(target=receipts, amount=MONEY, amounts=st.sampled_from([None, "oldest"]))
    def receive(self, amount, amounts):
        return billing.received(self.cast, str(amount), amounts=amounts)

    @rule(receipt=receipts, invoice=invoices, amount=MONEY)
    def put(self, receipt, invoice, amount):
        if invoice:
            self.tried(allocate, receipt, by=self.cast.cashier, amounts={invoice.pk: amount})

    @rule(receipt=receipts)
    def put_oldest(self, receipt):
        self.tried(allocate, receipt, by=self.cast.cashier)

    @rule(receipt=receipts, place=st.integers(0, 5))
    def undo(self, receipt, place):
        rows = list(receipt.allocations.order_by("pk"))
        if rows:
            self.tried(undo_allocation, rows[place % len(rows)], by=self.cast.cashier, reason="x")

    @rule(receipt=receipts)
    def void(self, receipt):
        self.tried(void_receipt, receipt, by=self.cast.cashier, reason="x")

    @invariant()
    def sums_are_what_the_rows_say(self):
        for owed in Receivable.objects.all():
            rows = SalesInvoice.objects.filter(receivable=owed)
            assert owed.requested == total(rows.filter(status="requested"), "total")
            assert owed.invoiced == total(rows.issued(), "total")
            assert owed.collected == total(ReceiptAllocation.objects.filter(invoice__receivable=owed), "amount")
            assert owed.requested + owed.invoiced <= owed.total
            assert (owed.collected_on is not None) == (owed.collected == owed.total)
            if not owed.to_request:
                counted = rows.exclude(status="void")
                assert (total(counted, "net"), total(counted, "tax")) == (owed.net, owed.tax)
        for invoice in SalesInvoice.objects.filter(red_of__isnull=True):
            assert invoice.collected == total(invoice.allocations, "amount")
            assert invoice.reversed_total == -total(invoice.red_invoices, "total")
            assert invoice.net >= 0
            assert invoice.tax >= 0
            assert invoice.open_amount >= 0
            assert (invoice.status == "reversed") == (invoice.reversed_total == invoice.total)
            if invoice.status == "reversed":
                assert invoice.net == -total(invoice.red_invoices, "net")
        for receipt in Receipt.objects.all():
            assert receipt.allocated == total(receipt.allocations, "amount") <= receipt.amount


@pytest.mark.django_db
def test_stored_sums_are_recomputed_after_whatever_was_done():
    Books.cast = billing.cast()
    billing.engagement_of(Books.cast, Books.cast.client)
    few = settings(max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Books, settings=few)
