"""Two people at the same moment with the money of clients, on PostgreSQL: never over, and the loser gets a sentence."""

from decimal import Decimal

import pytest
from django.db.models import Sum

from apps.core import clock
from apps.finance.billing.models import Receivable, SalesInvoice
from apps.finance.billing.services import issue_invoice, post_receivable, reverse_invoice, withdraw_request
from apps.finance.receipts.models import Receipt, ReceiptAllocation
from apps.finance.receipts.services import allocate, undo_allocation, void_receipt
from tests.factories import billing
from tests.factories.billing import issued, number_of, receivable, received, requested
from tests.finance.test_races import together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROUNDS = 20
ZERO = Decimal("0.00")


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def check_sums() -> None:
    """Every stored sum is that of its rows."""
    for owed in Receivable.objects.all():
        rows = SalesInvoice.objects.filter(receivable=owed)
        assert owed.requested == (rows.filter(status="requested").aggregate(s=Sum("total"))["s"] or ZERO)
        assert owed.invoiced == (rows.issued().aggregate(s=Sum("total"))["s"] or ZERO)
        put = ReceiptAllocation.objects.filter(invoice__receivable=owed)
        assert owed.collected == (put.aggregate(s=Sum("amount"))["s"] or ZERO)
    for invoice in SalesInvoice.objects.filter(red_of__isnull=True):
        assert invoice.collected == (invoice.allocations.aggregate(s=Sum("amount"))["s"] or ZERO)
        assert invoice.reversed_total == -(invoice.red_invoices.aggregate(s=Sum("total"))["s"] or ZERO)
    for receipt in Receipt.objects.all():
        assert receipt.allocated == (receipt.allocations.aggregate(s=Sum("amount"))["s"] or ZERO)


def reverse(cast, invoice):
    values = {"reason": "Wrong", "invoice_number": number_of(), "issued_on": clock.today()}
    return lambda: reverse_invoice(invoice, by=cast.accountant, **values)


def test_two_receipts_on_one_invoice():
    cast = billing.cast()
    for number in range(ROUNDS):
        invoice = issued(cast, receivable(cast, "100.00"))
        one, two = received(cast, "70.00"), received(cast, "70.00")
        amounts = "oldest" if number % 2 else {invoice.pk: Decimal("70.00")}
        said = together(
            lambda one=one, amounts=amounts: allocate(one, by=cast.cashier, amounts=amounts),
            lambda two=two, amounts=amounts: allocate(two, by=cast.accountant, amounts=amounts),
        )
        if number % 2:
            assert said == []
            assert fresh(invoice).collected == Decimal("100.00")
            assert sorted((fresh(one).unapplied, fresh(two).unapplied)) == [ZERO, Decimal("40.00")]
        else:
            assert len(said) == 1
            assert f"Of {invoice.number} only ¥30.00 is open." in said[0]
            assert fresh(invoice).collected == Decimal("70.00")
        for receipt in (one, two):
            for row in receipt.allocations.all():
                undo_allocation(row, by=cast.cashier, reason="Next round")
        reverse(cast, invoice)()
    check_sums()


def test_one_receipt_is_allocated_by_two():
    cast = billing.cast()
    for _round in range(ROUNDS):
        first, second = issued(cast, receivable(cast, "100.00")), issued(cast, receivable(cast, "100.00"))
        receipt = received(cast, "100.00")
        said = together(
            lambda row=receipt, pk=first.pk: allocate(row, by=cast.cashier, amounts={pk: Decimal("100.00")}),
            lambda row=receipt, pk=second.pk: allocate(row, by=cast.accountant, amounts={pk: Decimal("100.00")}),
        )
        assert said == ["All of it is allocated."]
        assert fresh(receipt).allocated == fresh(first).collected + fresh(second).collected == Decimal("100.00")
    check_sums()


def test_receipt_against_red_invoice():
    cast = billing.cast()
    for _round in range(ROUNDS):
        invoice = issued(cast, receivable(cast, "100.00"))
        receipt = received(cast, "100.00")
        put = {invoice.pk: Decimal("60.00")}
        said = together(
            lambda receipt=receipt, put=put: allocate(receipt, by=cast.cashier, amounts=put), reverse(cast, invoice)
        )
        invoice, owed = fresh(invoice), fresh(invoice.receivable)
        assert (invoice.collected, invoice.reversed_total) in [(ZERO, 100), (60, 40)]
        assert owed.collected == invoice.collected <= owed.invoiced
        if invoice.collected:
            assert said == []
        else:
            assert f"Of {invoice.number} only ¥0.00 is open." in said[0]
    check_sums()


def test_two_requests_on_one_receivable():
    cast = billing.cast()
    for _round in range(ROUNDS):
        owed = receivable(cast, "100.00")
        said = together(
            lambda owed=owed: requested(cast, owed, total=Decimal("60.00")),
            lambda owed=owed: requested(cast, owed, total=Decimal("60.00"), by=cast.head),
        )
        assert len(said) == 1
        assert "Of ¥100.00, ¥40.00 is left to be invoiced." in said[0]
        assert fresh(owed).requested == Decimal("60.00")
    numbers = sorted(SalesInvoice.objects.values_list("number", flat=True))
    assert numbers == [f"FP-{clock.today().year}-{number:04d}" for number in range(1, ROUNDS + 1)]
    check_sums()


def test_request_is_issued_or_withdrawn():
    cast = billing.cast()
    for _round in range(ROUNDS):
        paper = requested(cast, receivable(cast, "100.00"))
        values = {"invoice_number": number_of(), "issued_on": clock.today()}
        said = together(
            lambda paper=paper, values=values: issue_invoice(paper, by=cast.accountant, **values),
            lambda paper=paper: withdraw_request(paper, by=cast.staff),
        )
        assert len(said) == 1
        owed, paper = fresh(paper.receivable), fresh(paper)
        assert (paper.status, owed.requested, owed.invoiced) in [("issued", 0, 100), ("void", 0, 0)]
    check_sums()


def test_number_is_given_once_and_reference_recorded_once():
    cast = billing.cast()
    for number in range(ROUNDS):
        one, two = requested(cast, receivable(cast, "10.00")), requested(cast, receivable(cast, "10.00"))
        values = {"by": cast.accountant, "invoice_number": number_of(), "issued_on": clock.today()}
        said = together(
            lambda one=one, values=values: issue_invoice(one, **values),
            lambda two=two, values=values: issue_invoice(two, **values),
        )
        assert len(said) == 1
        assert "has this number" in said[0]
        said = together(*[lambda ref=f"REF-{number}": received(cast, "1.00", bank_reference=ref)] * 2)
        assert len(said) == 1
        assert "this reference" in said[0]
    check_sums()


def test_undone_once_and_voided_only_when_empty():
    cast = billing.cast()
    for number in range(ROUNDS):
        issued(cast, receivable(cast, "100.00"))
        receipt = received(cast, "100.00", amounts="oldest")
        row = receipt.allocations.get()
        undo = [lambda row=row: undo_allocation(row, by=cast.cashier, reason="x")]
        rival = undo[0] if number % 2 else lambda row=receipt: void_receipt(row, by=cast.cashier, reason="x")
        said = together(*undo, rival)
        receipt = fresh(receipt)
        assert (receipt.allocated, receipt.allocations.count()) == (0, 2)
        if number % 2:
            assert said == ["It was undone already."]
        else:
            assert (receipt.voided_on is None) == (said == ["Undo its allocations first."])
    check_sums()


def test_posted_money_is_not_undone_at_the_same_moment():
    cast = billing.cast()
    for _round in range(ROUNDS):
        owed = issued(cast, receivable(cast, "100.00")).receivable
        row = received(cast, "100.00", amounts={owed.invoices.get().pk: Decimal("100.00")}).allocations.get()
        said = together(
            lambda owed=owed: post_receivable(owed, by=cast.accountant, voucher_ref="V"),
            lambda row=row: undo_allocation(row, by=cast.cashier, reason="x"),
        )
        assert len(said) == 1
        owed = fresh(owed)
        assert (owed.posted_on is not None) == (owed.collected == owed.total)
    check_sums()


def test_many_at_once_never_lock_each_other_out():
    cast = billing.cast()
    invoices = [issued(cast, receivable(cast, "100.00")) for _number in range(6)]
    for number in range(ROUNDS):
        receipts = [received(cast, "35.00") for _number in range(2)]
        given = {row.pk: Decimal("5.00") for row in reversed(invoices)}
        said = together(
            lambda row=receipts[0]: allocate(row, by=cast.cashier),
            lambda row=receipts[1], given=given: allocate(row, by=cast.accountant, amounts=given),
            lambda number=number: received(cast, "15.00", amounts="oldest"),
            reverse(cast, invoices[number % 6]),
        )
        known = ("is open", "can be reversed", "It is collected in full")
        assert all(any(words in text for words in known) for text in said), said
        for row in ReceiptAllocation.objects.filter(amount__gt=0, undone_by__isnull=True):
            undo_allocation(row, by=cast.cashier, reason="Next round")
        if fresh(invoices[number % 6]).status == "reversed":
            invoices[number % 6] = issued(cast, receivable(cast, "100.00"))
    check_sums()
