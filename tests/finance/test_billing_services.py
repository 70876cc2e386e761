"""Requesting, issuing, reversing, posting: each rule with its sentence."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.core import clock
from apps.core.errors import Forbidden, Refused
from apps.core.files import sha256_of
from apps.finance.billing import hooks
from apps.finance.billing.models import Receivable, SalesInvoice
from apps.finance.billing.services import (
    attach_original,
    cancel_receivable,
    issue_invoice,
    open_receivable,
    post_receivable,
    request_invoice,
    reverse_invoice,
    unpost_receivable,
    withdraw_request,
)
from apps.finance.receipts.services import record_receipt, undo_allocation
from apps.notifications.models import Notification
from tests.factories import billing
from tests.factories.billing import issued, number_of, receivable, received, requested
from tests.factories.org import UserFactory

PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture
def cast(db):
    return billing.cast()


@pytest.fixture
def told(monkeypatch):
    """What apps above are told."""
    said = []
    monkeypatch.setattr(hooks, "observers", [lambda row, event, *, by: said.append((row.pk, event, by.username))])
    return said


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def fields_of(error) -> dict:
    return error.value.fields


# ---- opening and cancelling ----


def test_receivable_holds_what_the_paper_says(cast):
    owed = receivable(cast, "10600.00")
    assert (owed.net, owed.tax, owed.total) == (Decimal("10000.00"), Decimal("600.00"), Decimal("10600.00"))
    assert (owed.opened_on, owed.to_request, owed.standing[0]) == (clock.today(), owed.total, "to_invoice")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"total": Decimal(0), "net": Decimal(0), "tax": Decimal(0)},
            "There is nothing to bill: the total is nothing.",
        ),
        ({"net": Decimal("1.00")}, "Amount without tax and tax do not add up to the total."),
    ],
)
def test_receivable_is_refused(cast, values, sentence):
    owed = receivable(cast)
    names = ("document", "client", "contract", "department", "manager", "net", "tax_rate", "tax", "total", "currency")
    given = {name: getattr(owed, name) for name in names}
    more = {"payment_method": "transfer", "term_days": 30, "due_base": "invoice", "by": cast.accountant}
    with pytest.raises(Refused, match=sentence):
        open_receivable(**{**given, **more, **values})
    with pytest.raises(Refused, match="has been billed already"):
        open_receivable(**given, **more)


def test_receivable_is_cancelled_while_nothing_of_it_is_requested(cast):
    owed = receivable(cast)
    paper = requested(cast, owed, total=Decimal("100.00"))
    with pytest.raises(Refused, match=r"^¥100.00 of it is requested; withdraw the invoice requests first\.$"):
        cancel_receivable(owed, by=cast.accountant)
    withdraw_request(paper, by=cast.staff)
    cancel_receivable(owed, by=cast.accountant)
    cancel_receivable(owed, by=cast.accountant)
    assert fresh(owed).standing[0] == "cancelled"
    with pytest.raises(Forbidden, match="This receivable was cancelled"):
        requested(cast, owed)


def test_invoiced_receivable_is_not_cancelled(cast):
    invoice = issued(cast)
    with pytest.raises(Refused, match=r"^¥10,600.00 of it is invoiced; reverse the invoices first\.$"):
        cancel_receivable(invoice.receivable, by=cast.accountant)


# ---- requesting ----


def test_request_takes_the_rest_unless_told_otherwise(cast):
    owed = receivable(cast)
    first = requested(cast, owed, total=Decimal("3333.33"))
    second = requested(cast, owed)
    year = clock.today().year
    assert (first.number, second.number) == (f"FP-{year}-0001", f"FP-{year}-0002")
    assert (first.net, first.tax) == (Decimal("3144.65"), Decimal("188.68"))
    assert (second.net, second.tax) == (Decimal("6855.35"), Decimal("411.32"))
    assert first.net + second.net == owed.net
    assert fresh(owed).requested == owed.total
    assert fresh(owed).to_request == 0


def test_request_never_exceeds_what_is_left(cast):
    owed = receivable(cast)
    requested(cast, owed, total=Decimal("10000.00"))
    with pytest.raises(Refused) as error:
        requested(cast, owed, total=Decimal("600.01"))
    assert fields_of(error) == {"total": ["Of ¥10,600.00, ¥600.00 is left to be invoiced."]}
    requested(cast, owed, total=Decimal("600.00"))
    with pytest.raises(Forbidden, match="Everything is requested or invoiced already"):
        requested(cast, owed)


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"kind": "pink"}, "kind", "Choose the kind of invoice."),
        ({"buyer_name": " "}, "buyer_name", "Enter the title of the invoice."),
        ({"kind": "digital_special"}, "buyer_uscc", "A special VAT invoice needs the buyer's tax number."),
        ({"total": Decimal(0)}, "total", "Enter an amount above zero."),
        ({"total": Decimal("-5.00")}, "total", "Enter an amount above zero."),
    ],
)
def test_request_says_what_is_missing(cast, values, field, sentence):
    owed = receivable(cast)
    with pytest.raises(Refused) as error:
        requested(cast, owed, **values)
    assert fields_of(error) == {field: [sentence]}
    assert (fresh(owed).requested, SalesInvoice.objects.count()) == (0, 0)


def test_who_requests(cast):
    owed = receivable(cast)
    for person in (cast.auditor, cast.executive, cast.cashier):
        with pytest.raises(Forbidden, match="Only Business and those who issue invoices request one"):
            requested(cast, owed, by=person, total=Decimal("1.00"))
    with pytest.raises(Refused) as error:
        requested(cast, owed, by=cast.outsider)
    assert error.value.status == 404
    for person in (cast.staff, cast.head, cast.accountant):
        requested(cast, owed, by=person, total=Decimal("1.00"))


def test_withdrawn_request_may_be_made_again(cast):
    owed = receivable(cast)
    paper = requested(cast, owed)
    with pytest.raises(Forbidden, match="Only who requested the invoice, or Finance, withdraws the request"):
        withdraw_request(paper, by=cast.head)
    withdraw_request(paper, by=cast.accountant, reason="Wrong title")
    assert (fresh(paper).status, fresh(owed).requested) == ("void", 0)
    [said] = Notification.objects.filter(recipient=cast.staff)
    assert said.title == f"The request {paper.number} to invoice {cast.client.name} was withdrawn: Wrong title"
    with pytest.raises(Forbidden, match="Only a request that is not issued yet can be withdrawn"):
        withdraw_request(paper, by=cast.staff)
    again = requested(cast, owed)
    assert (again.net, again.tax) == (owed.net, owed.tax)


def test_finance_is_told_of_a_new_request(cast):
    owed = receivable(cast)
    paper = requested(cast, owed)
    assert paper.requested_by == cast.staff
    said = Notification.objects.get(recipient=cast.accountant)
    assert said.title == (
        f"{cast.staff.name} asks for an invoice of ¥10,600.00 to {cast.client.name} for {owed.document.number}"
    )
    assert said.url == paper.get_absolute_url()
    assert {row.recipient for row in Notification.objects.all()} == {cast.accountant, cast.director}


# ---- issuing ----


def test_issued_invoice_falls_due_and_business_is_told(cast, told):
    owed = receivable(cast)
    number, today = number_of(), clock.today()
    invoice = issue_invoice(requested(cast, owed), by=cast.accountant, invoice_number=number, issued_on=today)
    assert (invoice.status, invoice.invoice_number, invoice.issued_by) == ("issued", number, cast.accountant)
    assert invoice.due_on == today + dt.timedelta(days=30)
    owed = fresh(owed)
    assert (owed.requested, owed.invoiced, owed.standing[0]) == (0, owed.total, "invoiced")
    assert told == [(owed.pk, "invoiced", "accountant")]
    title = f"{owed.document.number}: invoice {number} of ¥10,600.00 to {cast.client.name} is issued, due on "
    for person in (cast.staff, cast.head):
        [said] = Notification.objects.filter(recipient=person)
        assert said.title == title + invoice.due_on.isoformat()
        assert said.url == invoice.get_absolute_url()


@pytest.mark.parametrize(
    ("base", "issued_on", "due_on"),
    [
        ("invoice", dt.date(2026, 1, 31), dt.date(2026, 3, 2)),
        ("settlement", dt.date(2026, 1, 31), dt.date(2026, 2, 9)),
        ("month_end", dt.date(2026, 2, 3), dt.date(2026, 3, 30)),
    ],
)
def test_term_runs_from_its_base(cast, base, issued_on, due_on):
    with clock.at(dt.datetime(2026, 1, 10, 4, tzinfo=dt.UTC)):
        owed = receivable(cast, due_base=base, term_days=30)
    with clock.at(dt.datetime(2026, 3, 1, 4, tzinfo=dt.UTC)):
        assert issued(cast, owed, issued_on=issued_on).due_on == due_on


DIGITAL = {"invoice_number": ["A digital invoice has a number of 20 digits."]}
EIGHT = {"invoice_number": ["The number of this kind of invoice has 8 digits."]}
CODE = {"code": ["The code of this kind of invoice has 10 or 12 digits."]}


@pytest.mark.parametrize(
    ("kind", "code", "number", "said"),
    [
        ("digital_ordinary", "", "", {"invoice_number": ["Enter the invoice number."]}),
        ("digital_ordinary", "", "1234", DIGITAL),
        ("digital_special", "", "2" * 19 + "x", DIGITAL),
        ("digital_ordinary", "1" * 10, "2" * 20, {"code": ["A digital invoice has no code; leave it empty."]}),
        ("paper_special", "", "12345678", CODE),
        ("paper_ordinary", "1" * 11, "12345678", CODE),
        ("paper_ordinary", "1" * 12, "1234567", EIGHT),
        ("digital_ordinary", "", " ２６" + "3" * 18, None),
        ("paper_special", "1" * 10, "12345678", None),
        ("paper_ordinary", "1" * 12, "12345678", None),
    ],
)
def test_official_number_fits_its_kind(cast, kind, code, number, said):
    paper = requested(cast, kind=kind, buyer_uscc="91310000MA1K000000")
    values = {"by": cast.accountant, "code": code, "invoice_number": number, "issued_on": clock.today()}
    if said is None:
        assert issue_invoice(paper, **values).status == "issued"
        return
    with pytest.raises(Refused) as error:
        issue_invoice(paper, **values)
    assert fields_of(error) == said


def test_official_number_is_given_once(cast):
    first = issued(cast)
    with pytest.raises(Refused) as error:
        issue_invoice(requested(cast), by=cast.director, invoice_number=first.invoice_number, issued_on=clock.today())
    assert fields_of(error) == {"invoice_number": [f"Invoice {first.number} has this number already."]}


def test_date_of_an_invoice(cast):
    paper, today = requested(cast), clock.today()
    early = f"The settlement was approved on {today}; an invoice can't lie before."
    for day, sentence in [
        (None, "Enter the date."),
        (today + dt.timedelta(days=1), "An invoice can't be dated in the future."),
        (today - dt.timedelta(days=1), early),
    ]:
        with pytest.raises(Refused) as error:
            issue_invoice(paper, by=cast.accountant, invoice_number=number_of(), issued_on=day)
        assert fields_of(error) == {"issued_on": [sentence]}


def test_who_issues(cast):
    paper = requested(cast)
    values = {"invoice_number": number_of(), "issued_on": clock.today()}
    for person in (cast.staff, cast.cashier, cast.auditor):
        with pytest.raises(Forbidden, match="Your role does not issue invoices"):
            issue_invoice(paper, by=person, **values)
    root = UserFactory(username="root", is_superuser=True)
    with pytest.raises(Forbidden, match="Your role does not issue invoices"):
        issue_invoice(paper, by=root, **values)
    cast.staff.groups.add(*cast.accountant.groups.all())
    cast.staff = type(cast.staff).objects.get(pk=cast.staff.pk)
    with pytest.raises(Forbidden, match="Who applied for the settlement does not issue its invoices"):
        issue_invoice(paper, by=cast.staff, **values)
    invoice = issue_invoice(paper, by=cast.director, **values)
    with pytest.raises(Forbidden, match="Only a requested invoice can be issued"):
        issue_invoice(invoice, by=cast.director, **values)


def test_original_is_known_by_its_content_and_kept_once(cast):
    paper = requested(cast)
    values = {"by": cast.accountant, "invoice_number": number_of(), "issued_on": clock.today()}
    with pytest.raises(Refused) as error:
        issue_invoice(paper, **values, file=SimpleUploadedFile("invoice.pdf", b"\x89PNG\r\n"))
    assert fields_of(error) == {"file": ["invoice.pdf is neither PDF, OFD nor XML, whatever its name says."]}
    with pytest.raises(Refused) as error:
        issue_invoice(paper, **values, file=SimpleUploadedFile("invoice.pdf", b""))
    assert fields_of(error) == {"file": ["invoice.pdf is empty."]}
    invoice = issue_invoice(paper, **values)
    with pytest.raises(Forbidden, match="Your role does not issue invoices"):
        attach_original(invoice, by=cast.cashier, file=SimpleUploadedFile("invoice.pdf", PDF))
    invoice = attach_original(invoice, by=cast.accountant, file=SimpleUploadedFile("invoice.pdf", PDF))
    with invoice.file.open("rb") as stored:
        assert (invoice.sha256, invoice.file_name) == (sha256_of(stored), "invoice.pdf")
    with pytest.raises(Forbidden, match="The original of this invoice is stored already"):
        attach_original(invoice, by=cast.accountant, file=SimpleUploadedFile("other.pdf", PDF))


# ---- reversing ----


def reverse(cast, invoice, total=None, **values):
    given = {"by": cast.accountant, "reason": "Wrong title", "invoice_number": number_of()}
    given |= {"issued_on": clock.today(), "total": total and Decimal(total)}
    return reverse_invoice(invoice, **{**given, **values})


def test_reversed_invoice_may_be_issued_again(cast, told):
    invoice = issued(cast)
    red = reverse(cast, invoice)
    assert (red.net, red.tax, red.total) == (-invoice.net, -invoice.tax, -invoice.total)
    assert (red.red_of, red.status, red.number[:3]) == (invoice, "issued", "FP-")
    invoice, owed = fresh(invoice), fresh(invoice.receivable)
    assert (invoice.status, invoice.open_amount, owed.invoiced, owed.to_request) == ("reversed", 0, 0, owed.total)
    assert [event for _pk, event, _by in told] == ["invoiced", "reversed"]
    said = Notification.objects.filter(recipient=cast.staff).order_by("-pk").first()
    number = invoice.invoice_number
    assert said.title.endswith(f"invoice {number} to {cast.client.name} was reversed by ¥10,600.00: Wrong title")
    again = issued(cast, owed)
    assert (again.net, again.tax) == (owed.net, owed.tax)


def test_invoice_is_reversed_in_parts(cast):
    invoice = issued(cast, receivable(cast, "100.00"))
    first, second = reverse(cast, invoice, "33.33"), reverse(cast, fresh(invoice), "33.33")
    assert (fresh(invoice).status, fresh(invoice).open_amount) == ("issued", Decimal("33.34"))
    with pytest.raises(Refused) as error:
        reverse(cast, invoice, "33.35")
    assert fields_of(error) == {"total": ["¥33.34 can be reversed."]}
    third = reverse(cast, invoice)
    assert fresh(invoice).status == "reversed"
    assert -sum(red.tax for red in (first, second, third)) == invoice.tax
    with pytest.raises(Forbidden, match="Only an issued invoice can be reversed"):
        reverse(cast, invoice)
    with pytest.raises(Forbidden, match="A red invoice can't be reversed"):
        reverse(cast, first)


def test_collected_money_is_taken_off_before_a_reversal(cast):
    invoice = issued(cast)
    receipt = received(cast, "600.00", amounts="oldest")
    with pytest.raises(Refused) as error:
        reverse(cast, invoice, "10000.01")
    sentence = "¥10,000.00 can be reversed; ¥600.00 is collected: undo the allocation of the receipt first."
    assert fields_of(error) == {"total": [sentence]}
    reverse(cast, invoice, "10000.00")
    assert fresh(invoice).collected_on == clock.today()
    with pytest.raises(Forbidden, match="It is collected in full; undo the allocation of the receipt first"):
        reverse(cast, invoice)
    undo_allocation(receipt.allocations.get(), by=cast.cashier, reason="Bounced")
    assert fresh(invoice).collected_on is None
    reverse(cast, invoice)
    assert fresh(invoice.receivable).invoiced == 0


def test_reversal_needs_reason_number_and_date(cast):
    invoice = issued(cast)
    yesterday = clock.today() - dt.timedelta(days=1)
    with pytest.raises(Refused) as error:
        reverse(cast, invoice, "-1.00", reason=" ", invoice_number="7", issued_on=yesterday)
    assert fields_of(error) == {
        "invoice_number": ["A digital invoice has a number of 20 digits."],
        "issued_on": [f"The invoice is dated {invoice.issued_on}."],
        "reason": ["Give a reason."],
        "total": ["Enter an amount above zero."],
    }


def test_red_invoice_lies_after_money_was_taken_off(cast):
    day = dt.datetime(2026, 1, 10, 4, tzinfo=dt.UTC)
    with clock.at(day):
        invoice = issued(cast)
        receipt = received(cast, amounts="oldest")
    with clock.at(day + dt.timedelta(days=20)):
        undo_allocation(receipt.allocations.get(), by=cast.cashier, reason="Bounced")
        with pytest.raises(Refused) as error:
            reverse(cast, invoice, issued_on=dt.date(2026, 1, 29))
        sentence = "Money was taken off it on 2026-01-30; a red invoice can't lie before."
        assert fields_of(error) == {"issued_on": [sentence]}
        reverse(cast, invoice, issued_on=dt.date(2026, 1, 30))


# ---- posting ----


def test_only_what_is_collected_in_full_is_posted(cast, told):
    owed = receivable(cast)
    issued(cast, owed, total=Decimal("600.00"))
    received(cast, "600.00", amounts="oldest")
    with pytest.raises(Forbidden, match="Only what is invoiced and collected in full is posted"):
        post_receivable(owed, by=cast.accountant, voucher_ref="V-1")
    issued(cast, owed)
    received(cast, "10000.00", amounts="oldest")
    with pytest.raises(Forbidden, match="Your role does not post receivables"):
        post_receivable(owed, by=cast.cashier, voucher_ref="V-1")
    for voucher, sentence in [(" ", "Enter the number of the voucher."), ("V" * 41, "A voucher has at most 40")]:
        with pytest.raises(Refused, match=sentence):
            post_receivable(owed, by=cast.accountant, voucher_ref=voucher)
    owed = post_receivable(owed, by=cast.accountant, voucher_ref=" V-1 ")
    assert (owed.voucher_ref, owed.posted_on, owed.posted_by) == ("V-1", clock.today(), cast.accountant)
    assert [event for _pk, event, _by in told] == ["invoiced", "invoiced", "collected", "posted"]
    said = Notification.objects.filter(recipient=cast.staff).order_by("-pk").first()
    paper = owed.document.number
    assert said.title == f"{paper}: the settlement with {cast.client.name} is collected and posted, voucher V-1"
    with pytest.raises(Forbidden, match=r"It was posted on .* with voucher V-1"):
        post_receivable(owed, by=cast.accountant, voucher_ref="V-2")


def test_posted_money_stays_until_the_posting_is_taken_back(cast, told):
    owed = issued(cast).receivable
    allocation = received(cast, amounts="oldest").allocations.get()
    post_receivable(owed, by=cast.accountant, voucher_ref="V-1")
    with pytest.raises(Forbidden, match="It is posted with voucher V-1; take the posting back first"):
        undo_allocation(allocation, by=cast.cashier, reason="Bounced")
    with pytest.raises(Refused, match="Give a reason"):
        unpost_receivable(owed, by=cast.accountant, reason=" ")
    unpost_receivable(owed, by=cast.accountant, reason="Bounced")
    undo_allocation(allocation, by=cast.cashier, reason="Bounced")
    owed = Receivable.objects.get()
    assert (owed.posted_on, owed.collected, owed.collected_on, owed.standing[0]) == (None, 0, None, "invoiced")
    assert [event for _pk, event, _by in told] == ["invoiced", "collected", "posted", "reopened", "reopened"]
    with pytest.raises(Forbidden, match="It is not posted"):
        unpost_receivable(owed, by=cast.accountant, reason="Again")


def test_services_take_no_positional_values():
    for service in (request_invoice, record_receipt):
        assert service.__wrapped__.__kwdefaults__ is not None
