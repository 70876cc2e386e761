"""Recording, allocating, undoing, voiding: each rule with its sentence; the sums follow."""

import datetime as dt
from decimal import Decimal

import pytest

from apps.core import clock
from apps.core.errors import Forbidden, Refused
from apps.finance.billing.services import post_receivable
from apps.finance.receipts.models import Receipt, ReceiptAllocation
from apps.finance.receipts.services import allocate, undo_allocation, void_receipt
from apps.notifications.models import Notification
from apps.service.clients.services import merge
from tests.factories import billing
from tests.factories.billing import issued, receivable, received
from tests.factories.finance import FundAccountFactory
from tests.factories.org import RoleFactory, UserFactory
from tests.factories.service import client_of

DAY = dt.datetime(2026, 3, 2, 4, tzinfo=dt.UTC)


@pytest.fixture
def cast(db):
    return billing.cast()


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def refused(call, *args, **values) -> dict:
    """The messages at the fields."""
    with pytest.raises(Refused) as error:
        call(*args, **values)
    return error.value.fields


def shares(receipt) -> dict:
    return {row.invoice_id: row.amount for row in receipt.allocations.all()}


# ---- recording ----


def test_receipt_is_recorded_in_the_currency_of_its_account(cast):
    dollars = FundAccountFactory(code="USD", currency="USD")
    receipt = received(cast, "10.005", account=dollars, payer_name=" ", bank_reference=" A  1 ")
    year = clock.today().year
    assert (receipt.number, receipt.amount, receipt.currency) == (f"SK-{year}-0001", Decimal("10.01"), "USD")
    assert (receipt.payer_name, receipt.bank_reference) == (cast.client.name, "A 1")
    assert (receipt.unapplied, receipt.standing[0]) == (Decimal("10.01"), "unapplied")


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"amount": Decimal(0)}, "amount", "Enter an amount above zero."),
        ({"amount": Decimal(-1)}, "amount", "Enter an amount above zero."),
        ({"received_on": None}, "received_on", "Enter the date."),
        ({"received_on": dt.date(2099, 1, 1)}, "received_on", "A receipt can't lie in the future."),
        ({"method": "shells"}, "method", "Choose a payment method."),
        ({"bank_reference": " "}, "bank_reference", "Enter the bank's reference of the transfer."),
        ({"bank_reference": "x" * 61}, "bank_reference", "A reference has at most 60 characters."),
        ({"payer_name": "x" * 121}, "payer_name", "A payer has at most 120 characters."),
        ({"account": None}, "account", "Choose an account that is in use."),
        ({"client": None}, "client", "Choose a client whose file was not merged into another one."),
    ],
)
def test_receipt_says_what_is_missing(cast, values, field, sentence):
    assert refused(received, cast, **values) == {field: [sentence]}
    assert not Receipt.objects.exists()


def test_reference_is_unique_on_its_account_until_voided(cast):
    first = received(cast, bank_reference="TX")
    sentence = f"Receipt {first.number} has this reference on this account already."
    assert refused(received, cast, bank_reference=" TX ") == {"bank_reference": [sentence]}
    received(cast, bank_reference="TX", account=FundAccountFactory())
    void_receipt(first, by=cast.cashier, reason="Twice")
    received(cast, bank_reference="TX")
    received(cast, method="cash", bank_reference="")
    received(cast, method="cash", bank_reference="")


def test_only_the_cashier_records(cast):
    for person in (cast.staff, cast.accountant, cast.auditor, UserFactory(username="root", is_superuser=True)):
        with pytest.raises(Forbidden, match="Your role does not record receipts"):
            received(cast, by=person)


# ---- allocating ----


def test_oldest_is_paid_first(cast):
    with clock.at(DAY):
        late = issued(cast, receivable(cast, "100.00", term_days=60))
        early = issued(cast, receivable(cast, "100.00", term_days=10))
        same_day = issued(cast, receivable(cast, "100.00", term_days=10))
        receipt = received(cast, "250.00", amounts="oldest")
    assert shares(receipt) == {early.pk: 100, same_day.pk: 100, late.pk: 50}
    assert [fresh(row).collected for row in (early, same_day, late)] == [100, 100, 50]
    assert fresh(early).collected_on == fresh(early.receivable).collected_on == dt.date(2026, 3, 2)
    assert (fresh(late).collected_on, fresh(receipt).unapplied) == (None, 0)


def test_oldest_leaves_what_no_invoice_needs(cast):
    issued(cast, receivable(cast, "100.00"))
    issued(cast, receivable(cast, "100.00", currency="USD"))
    other = client_of(cast.staff, name="Other")
    issued(cast, receivable(cast, "100.00", client=other))
    receipt = received(cast, "150.00", amounts="oldest")
    assert (receipt.allocated, receipt.unapplied) == (100, 50)
    assert allocate(receipt, by=cast.accountant) == []


def test_allocation_counts_from_the_later_day(cast):
    with clock.at(DAY):
        invoice = issued(cast, receivable(cast, "100.00"))
    with clock.at(DAY + dt.timedelta(days=10)):
        before = received(cast, "40.00", received_on=dt.date(2026, 2, 20), amounts="oldest")
        after = received(cast, "60.00", received_on=dt.date(2026, 3, 7), amounts="oldest")
    assert before.allocations.get().on == dt.date(2026, 3, 2)
    assert after.allocations.get().on == fresh(invoice).collected_on == dt.date(2026, 3, 7)


def test_named_amounts_go_where_they_are_put(cast):
    first, second = issued(cast, receivable(cast, "100.00")), issued(cast, receivable(cast, "100.00"))
    receipt = received(cast, "100.00", amounts={second.pk: Decimal("70.00"), first.pk: Decimal("0.00")})
    assert shares(receipt) == {second.pk: Decimal("70.00")}
    assert (receipt.unapplied, receipt.standing[0]) == (Decimal("30.00"), "partly_allocated")


def test_allocation_is_never_over(cast):
    invoice = issued(cast, receivable(cast, "100.00"))
    dollars = issued(cast, receivable(cast, "100.00", currency="USD"))
    foreign = issued(cast, receivable(cast, "100.00", client=client_of(cast.staff, name="Other")))
    receipt = received(cast, "80.00")

    def put(**amounts):
        given = {int(pk[1:]): Decimal(amount) for pk, amount in amounts.items()}
        return refused(allocate, receipt, by=cast.cashier, amounts=given)

    field = f"amount-{invoice.pk}"
    over = {"amounts": ["These are ¥80.01, but only ¥80.00 of the receipt is left."]}
    assert put(**{f"i{invoice.pk}": "80.01"}) == over
    assert put(**{f"i{invoice.pk}": "-1"}) == {field: ["Enter an amount above zero."]}
    assert put(**{f"i{foreign.pk}": "1"}) == {f"amount-{foreign.pk}": ["This invoice is not one of the client."]}
    mixed = ["The invoice is in USD, the receipt in CNY."]
    assert put(**{f"i{dollars.pk}": "1"}) == {f"amount-{dollars.pk}": mixed}
    assert put() == {"amounts": ["Enter how much goes to which invoice."]}
    received(cast, "50.00", amounts={invoice.pk: Decimal("50.00")})
    assert put(**{f"i{invoice.pk}": "50.01"}) == {field: [f"Of {invoice.number} only ¥50.00 is open."]}
    assert fresh(receipt).allocated == 0


def test_red_and_requested_invoices_take_no_money(cast):
    invoice = billing.requested(cast)
    receipt = received(cast)
    said = refused(allocate, receipt, by=cast.cashier, amounts={invoice.pk: Decimal("1.00")})
    assert said == {f"amount-{invoice.pk}": [f"Of {invoice.number} only ¥0.00 is open."]}


def test_who_allocates(cast):
    issued(cast)
    receipt = received(cast)
    for person in (cast.auditor, cast.executive):
        with pytest.raises(Forbidden, match="Your role does not change how receipts are allocated"):
            allocate(receipt, by=person)
    with pytest.raises(Refused) as error:
        allocate(receipt, by=cast.staff)
    assert error.value.status == 404
    allocate(receipt, by=cast.accountant)
    with pytest.raises(Forbidden, match="All of it is allocated"):
        allocate(receipt, by=cast.cashier)


def test_business_is_told_of_its_money(cast):
    invoice = issued(cast)
    Notification.objects.all().delete()
    receipt = received(cast, "600.00", amounts="oldest")
    undo_allocation(receipt.allocations.get(), by=cast.cashier, reason="Bounced")
    paper, number = invoice.receivable.document.number, invoice.invoice_number
    for person in (cast.staff, cast.head):
        came, went = Notification.objects.filter(recipient=person).order_by("pk")
        name = cast.client.name
        assert came.title == f"{paper}: ¥600.00 came in from {name} for invoice {number}; ¥10,000.00 still open"
        assert went.title == f"{paper}: ¥600.00 were taken off invoice {number} to {name}: Bounced"
        assert came.url == went.url == invoice.get_absolute_url()


# ---- undoing and voiding ----


def test_undone_allocation_keeps_its_row(cast):
    with clock.at(DAY):
        invoice = issued(cast)
        receipt = received(cast, amounts="oldest")
    row = receipt.allocations.get()
    with clock.at(DAY + dt.timedelta(days=5)):
        with pytest.raises(Refused, match="Give a reason"):
            undo_allocation(row, by=cast.cashier, reason=" ")
        twin = undo_allocation(row, by=cast.accountant, reason=" Bounced ")
    assert (twin.amount, twin.on, twin.undoes, twin.reason) == (-row.amount, dt.date(2026, 3, 7), row, "Bounced")
    assert (fresh(invoice).collected, fresh(invoice.receivable).collected, fresh(receipt).allocated) == (0, 0, 0)
    with pytest.raises(Forbidden, match="It was undone already"):
        undo_allocation(row, by=cast.cashier, reason="Again")
    with pytest.raises(Forbidden, match="This row undoes an allocation itself"):
        undo_allocation(twin, by=cast.cashier, reason="Again")
    with pytest.raises(Forbidden, match="Your role does not change how receipts are allocated"):
        undo_allocation(row, by=cast.auditor, reason="Again")
    with pytest.raises(Refused) as error:
        undo_allocation(row, by=cast.outsider, reason="Again")
    assert error.value.status == 404


def test_looking_back_no_day_has_more_than_there_was(cast):
    with clock.at(DAY):
        issued(cast)
        receipt = received(cast, amounts="oldest")
        undone = receipt.allocations.get()
    with clock.at(DAY + dt.timedelta(days=20)):
        undo_allocation(undone, by=cast.cashier, reason="Another client's")
        again = received(cast, received_on=dt.date(2026, 3, 5), amounts="oldest")
    assert again.allocations.get().on == dt.date(2026, 3, 22)
    rows = list(ReceiptAllocation.objects.order_by("on", "pk"))
    assert [sum(row.amount for row in rows[: index + 1]) for index in range(3)] == [undone.amount, 0, undone.amount]


def test_receipt_is_voided_while_nothing_is_allocated(cast):
    issued(cast)
    receipt = received(cast, amounts="oldest")
    with pytest.raises(Forbidden, match="Undo its allocations first"):
        void_receipt(receipt, by=cast.cashier, reason="Mistake")
    undo_allocation(receipt.allocations.get(), by=cast.cashier, reason="Mistake")
    with pytest.raises(Refused, match="Give a reason"):
        void_receipt(receipt, by=cast.cashier, reason="")
    with pytest.raises(Forbidden, match="Your role does not record receipts"):
        void_receipt(receipt, by=cast.accountant, reason="Mistake")
    receipt = void_receipt(receipt, by=cast.cashier, reason="Mistake")
    assert (receipt.standing[0], receipt.unapplied, receipt.void_reason) == ("void", 0, "Mistake")
    for call in (
        lambda: allocate(receipt, by=cast.cashier),
        lambda: void_receipt(receipt, by=cast.cashier, reason="x"),
    ):
        with pytest.raises(Forbidden, match="This receipt was voided"):
            call()


# ---- who sees, and whose it becomes ----


def test_business_sees_the_receipts_of_its_invoices(cast):
    issued(cast)
    paid, loose = received(cast, amounts="oldest"), received(cast, "5.00")

    def seen(person):
        return set(Receipt.objects.visible_to(person))

    assert seen(cast.staff) == seen(cast.head) == {paid}
    assert seen(cast.outsider) == set()
    assert seen(cast.cashier) == seen(cast.auditor) == {paid, loose}
    cast.auditor.is_active = False
    assert seen(cast.auditor) == set()


def test_money_moves_along_when_clients_are_merged(cast):
    service = UserFactory(username="service")
    service.groups.add(RoleFactory(code="service_staff", permissions=["service.merge_client"]))
    other = client_of(cast.staff, name="Acme again")
    invoice = issued(cast, receivable(cast, client=other))
    receipt = received(cast, "600.00", client=other, amounts="oldest")
    done = merge(source=other, target=cast.client, by=service, reason="The same")
    assert {name: done.moved[name] for name in ("receivable", "salesinvoice", "receipt")} == {
        "receivable": 1,
        "salesinvoice": 1,
        "receipt": 1,
    }
    for row in (invoice, invoice.receivable, receipt):
        assert fresh(row).client == cast.client
        assert row.history.first().history_user == service
    received(cast, "10000.00", amounts="oldest")
    assert post_receivable(invoice.receivable, by=cast.accountant, voucher_ref="V").collected == Decimal("10600.00")
