"""The pages of invoices, receivables and receipts; what others see of them; the register to the cent."""

import datetime as dt
import io
from copy import deepcopy
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from apps.core import clock
from apps.finance.billing.models import Receivable, SalesInvoice
from apps.finance.billing.services import attach_original, reverse_invoice
from apps.finance.receipts.models import Receipt
from tests.factories import billing
from tests.factories.billing import issued, number_of, receivable, received, requested
from tests.factories.service import client_of
from tests.factories.world import lasting
from tests.story import story_of

ZERO = Decimal("0.00")
LISTS = (
    "salesinvoice-list",
    "salesinvoice-queue",
    "receivable-list",
    "receivable-queue",
    "receipt-list",
    "receipt-unapplied",
)
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    yield from lasting(billing.cast, django_db_blocker)


@pytest.fixture
def cast(built, db):
    return deepcopy(built)


@pytest.fixture
def as_(client):
    """callable(person) → the browser of this person."""

    def sign_in(person):
        client.force_login(person)
        return client

    return sign_in


def url(page, *args) -> str:
    return reverse(f"finance:{page}", args=args)


def errors_of(answer) -> dict:
    assert answer.status_code == 422
    return {name: list(texts) for name, texts in answer.context["form"].errors.items()}


def said(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def cells(answer) -> list[dict]:
    """The rows of an exported workbook by their headings."""
    rows = list(load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.iter_rows(values_only=True))
    head = next(index for index, row in enumerate(rows) if row[0] in ("Number", "Settlement"))
    number = next(index for index, row in enumerate(rows[head + 1 :]) if not row[0] or "Total" in str(row[0]))
    return [dict(zip(rows[head], row, strict=True)) for row in rows[head + 1 : head + 1 + number]]


# ---- from the request to the posting ----


def test_business_requests_and_finance_issues(cast, as_):
    owed = receivable(cast)
    business = as_(cast.staff)
    page = business.get(url("receivable-detail", owed.pk))
    assert f"{url('salesinvoice-request')}?receivable={owed.pk}" in page.content.decode()
    where = f"{url('salesinvoice-request')}?receivable={owed.pk}"
    page = business.get(where)
    form = page.context["form"]
    assert (form["total"].value(), form["buyer_name"].value()) == (owed.total, cast.client.name)
    typed = {"kind": "digital_special", "total": "20,000", "buyer_name": "Acme"}
    assert errors_of(business.post(where, typed)) == {
        "buyer_uscc": ["A special VAT invoice needs the buyer's tax number."],
        "total": ["Of ¥10,600.00, ¥10,600.00 is left to be invoiced."],
    }
    typed |= {"total": "10,600.00", "buyer_uscc": "91310000MA1K000000"}
    answer = business.post(where, typed, follow=True)
    invoice = SalesInvoice.objects.get()
    assert answer.redirect_chain[-1][0] == invoice.get_absolute_url()
    assert said(answer) == [f"{invoice.number} is requested: ¥10,600.00. Finance issues it."]
    assert not answer.context["may"]["issue"]

    finance = as_(cast.accountant)
    assert [row.pk for row in finance.get(url("salesinvoice-queue")).context["page"].rows] == [invoice.pk]
    where = url("salesinvoice-issue", invoice.pk)
    assert finance.get(where).status_code == 200
    assert errors_of(finance.post(where, {"invoice_number": "1", "issued_on": ""})) == {
        "issued_on": ["This field is required."]
    }
    assert errors_of(finance.post(where, {"invoice_number": "1", "issued_on": clock.today().isoformat()})) == {
        "invoice_number": ["A digital invoice has a number of 20 digits."]
    }
    original = SimpleUploadedFile("invoice.pdf", PDF)
    number = f"99{number_of()[2:]}"
    answer = finance.post(
        where, {"invoice_number": number, "issued_on": clock.today().isoformat(), "file": original}, follow=True
    )
    invoice.refresh_from_db()
    assert said(answer) == [
        f"The number begins with 99; invoices of this year begin with {clock.today():%y}.",
        f"{invoice.number} is issued as {number}, due on {invoice.due_on}.",
    ]
    shown = finance.get(url("salesinvoice-original", invoice.pk), {"inline": "1"})
    assert (b"".join(shown.streaming_content), shown["Content-Type"]) == (PDF, "application/pdf")
    assert list(finance.get(url("salesinvoice-queue")).context["page"].rows) == []


def test_number_is_checked_while_it_is_typed(cast, as_):
    known, paper = issued(cast), requested(cast)
    browser = as_(cast.accountant)

    def check(number, day=None):
        typed = {"invoice_number": number, "issued_on": day or clock.today().isoformat()}
        return browser.post(url("salesinvoice-check", paper.pk), typed).content.decode()

    assert f"Invoice {known.number} has this number already." in check(known.invoice_number)
    assert "A digital invoice has a number of 20 digits." in check("12")
    free = number_of()
    assert f"The number {free} can be used." in check(f" {free} ")
    assert f"It will be due on {clock.today() + dt.timedelta(days=30)}." in check("")
    assert "begin with" in check(f"01{free[2:]}")
    assert "due on" not in check(free, "nonsense")


def test_red_invoice_is_entered_and_the_amount_is_free_again(cast, as_):
    invoice = issued(cast)
    browser = as_(cast.director)
    where = url("salesinvoice-reverse", invoice.pk)
    assert browser.get(where).context["form"]["total"].value() == invoice.total
    typed = {"invoice_number": number_of(), "issued_on": clock.today().isoformat(), "reason": "Title", "total": "600"}
    answer = browser.post(where, typed, follow=True)
    red = SalesInvoice.objects.get(red_of=invoice)
    assert said(answer) == [f"{red.number} reverses ¥600.00 of {invoice.number}; it may be invoiced again."]
    page = browser.get(invoice.get_absolute_url())
    assert page.context["red_invoices"] == [red]
    assert [row.pk for row in browser.get(url("receivable-queue")).context["page"].rows] == [invoice.receivable_id]


def test_request_is_withdrawn_and_original_stored_later(cast, as_):
    paper = requested(cast)
    answer = as_(cast.head).post(url("salesinvoice-withdraw", paper.pk))
    assert answer.status_code == 403
    answer = as_(cast.staff).post(url("salesinvoice-withdraw", paper.pk), follow=True)
    assert said(answer) == [f"The request {paper.number} is withdrawn."]
    invoice = issued(cast)
    browser = as_(cast.accountant)
    where = url("salesinvoice-attach", invoice.pk)
    assert said(browser.post(where, follow=True)) == ["Choose a file."]
    bad = SimpleUploadedFile("a.pdf", b"text")
    assert said(browser.post(where, {"file": bad}, follow=True)) == [
        "a.pdf is neither PDF, OFD nor XML, whatever its name says."
    ]
    assert said(browser.post(where, {"file": SimpleUploadedFile("a.pdf", PDF)}, follow=True)) == [
        "The original is stored."
    ]


def test_receipt_is_recorded_with_the_proposal(cast, as_):
    with clock.at(clock.now() - dt.timedelta(days=3)):
        first = issued(cast, receivable(cast, "100.00"))
    second = issued(cast, receivable(cast, "100.00"))
    browser = as_(cast.cashier)
    asked = {"client": cast.client.pk, "account": cast.account.pk, "amount": "150"}
    page = browser.post(url("receipt-create"), {**asked, "show": "1", "remark": "May"})
    assert [row.value for row in page.context["shares"].rows] == ["100.00", "50.00"]
    assert page.context["form"]["remark"].value() == "May"
    fragment = browser.post(url("receipt-invoices"), asked).content.decode()
    assert f'name="amount-{first.pk}"' in fragment
    assert "¥150.00" in fragment
    typed = {**asked, "received_on": clock.today().isoformat(), "method": "transfer", "bank_reference": "TX"}
    over = {f"amount-{first.pk}": "100.01", f"amount-{second.pk}": "x"}
    answer = browser.post(url("receipt-create"), {**typed, **over})
    assert answer.status_code == 422
    assert [bool(row.error) for row in answer.context["shares"].rows] == [False, True]
    over[f"amount-{second.pk}"] = "60"
    answer = browser.post(url("receipt-create"), {**typed, **over})
    assert [row.error for row in answer.context["shares"].rows] == [f"Of {first.number} only ¥100.00 is open.", ""]
    assert errors_of(answer) == {"__all__": ["These are ¥160.01, but only ¥150.00 of the receipt is left."]}
    assert not Receipt.objects.exists()
    good = {f"amount-{first.pk}": "100", f"amount-{second.pk}": "20.00"}
    answer = browser.post(url("receipt-create"), {**typed, **good}, follow=True)
    receipt = Receipt.objects.get()
    assert said(answer) == [f"{receipt.number} is recorded: ¥150.00, ¥30.00 of it unapplied."]
    assert [row.pk for row in browser.get(url("receipt-unapplied")).context["page"].rows] == [receipt.pk]
    where = url("receipt-allocate", receipt.pk)
    assert [row.value for row in browser.get(where).context["shares"].rows] == ["30.00"]
    answer = browser.post(where, {f"amount-{second.pk}": "30.01"})
    assert answer.status_code == 422
    assert answer.context["problems"] == ["These are ¥30.01, but only ¥30.00 of the receipt is left."]
    answer = browser.post(where, {f"amount-{second.pk}": "30"}, follow=True)
    assert said(answer) == [f"¥30.00 of {receipt.number} is allocated."]
    row = receipt.allocations.last()
    answer = browser.post(url("receipt-undo", receipt.pk, row.pk), {"reason": ""}, follow=True)
    assert said(answer) == ["Give a reason."]
    answer = browser.post(url("receipt-undo", receipt.pk, row.pk), {"reason": "Slip"}, follow=True)
    assert said(answer) == [f"¥30.00 is taken off {second.number} again."]


def test_receipt_is_voided(cast, as_):
    receipt = received(cast)
    answer = as_(cast.cashier).post(url("receipt-void", receipt.pk), {"reason": "Twice"}, follow=True)
    assert said(answer) == [f"{receipt.number} is voided."]
    assert "Voided on" in answer.content.decode()


def test_receivables_are_posted_one_by_one_and_together(cast, as_):
    one, two, three = (issued(cast, receivable(cast, "100.00")).receivable for _number in range(3))
    received(cast, "200.00", amounts="oldest")
    browser = as_(cast.accountant)
    assert errors_of(browser.post(url("receivable-post", one.pk), {"voucher_ref": ""})) == {
        "voucher_ref": ["This field is required."]
    }
    answer = browser.post(url("receivable-post", one.pk), {"voucher_ref": "V-1"}, follow=True)
    assert said(answer) == [f"{one} is posted with voucher V-1; Business is told."]
    page = browser.get(url("receivable-list"), {"state": "to_post"})
    assert [row.pk for row in page.context["page"].rows] == [two.pk]
    assert errors_of(browser.post(url("receivable-list"), {"voucher_ref": "V-2"})) == {
        "__all__": ["Choose the receivables to post first."]
    }
    answer = browser.post(url("receivable-list"), {"voucher_ref": "V-2", "receivables": [three.pk]})
    assert answer.status_code == 422
    assert answer.context["refused"] == [(three, "Only what is invoiced and collected in full is posted.")]
    typed = {"voucher_ref": "V-2", "receivables": [one.pk, two.pk, three.pk]}
    answer = browser.post(url("receivable-list"), typed, follow=True)
    first, *others = said(answer)
    assert first == "1 receivable is posted."
    assert [text.split(".")[0] for text in others] == [f"Not posted: {one}", f"Not posted: {three}"]
    answer = browser.post(url("receivable-unpost", two.pk), {"reason": "Slip"}, follow=True)
    assert said(answer) == [f"The posting of {two} is taken back."]
    assert "data-select" not in as_(cast.staff).get(url("receivable-list")).content.decode()


# ---- the register, to the cent ----


def build_books(cast):
    """Invoices of every sort: paid, partly paid, reversed in part and wholly, red, in odd amounts."""
    amounts = ["0.01", "27.67", "33.33", "1000.05", "99999.99", "10600.00", "123.45"]
    made = []
    for number, amount in enumerate(amounts):
        made.append(issued(cast, receivable(cast, amount, rate=["0.06", "0.03", "0"][number % 3])))
    received(cast, "700.02", amounts="oldest")
    for invoice, part in ((made[4], "77.77"), (made[5], None), (made[6], "0.02")):
        invoice.refresh_from_db()
        reverse_invoice(
            invoice,
            by=cast.accountant,
            total=part and Decimal(part),
            reason="Wrong",
            invoice_number=number_of(),
            issued_on=clock.today(),
        )
    issued(cast, made[5].receivable, total=Decimal("5300.01"))
    requested(cast, receivable(cast, "55.55"))
    return made


def recomputed() -> list[dict]:
    """The register from the rows of invoices and allocations alone, without what is stored as a sum."""
    rows = []
    for invoice in SalesInvoice.objects.filter(invoice_number__gt="").order_by("-pk"):
        collected = sum((row.amount for row in invoice.allocations.all()), ZERO)
        reversed_ = -sum((red.net + red.tax for red in invoice.red_invoices.all()), ZERO)
        amount = invoice.net + invoice.tax
        rows.append(
            {
                "Number": invoice.number,
                "Without tax": invoice.net,
                "Tax": invoice.tax,
                "Total": amount,
                "Reversed": reversed_,
                "Collected": collected,
                "Open": ZERO if invoice.red_of_id else amount - reversed_ - collected,
            }
        )
    return rows


def test_register_is_what_the_rows_add_up_to(cast, as_):
    build_books(cast)
    browser, expected = as_(cast.auditor), recomputed()
    page = browser.get(url("salesinvoice-list"))
    names = {"Without tax": "net", "Tax": "tax", "Total": "total", "Collected": "collected", "Open": "open_amount"}
    shown = [{name: getattr(row, field) for name, field in names.items()} for row in page.context["page"].rows]
    assert shown == [{name: row[name] for name in names} for row in expected]
    totals = {
        total.label: total.value for total in browser.get(url("salesinvoice-list"), {"totals": "1"}).context["totals"]
    }
    for name in expected[0].keys() - {"Number"}:
        assert totals[name].replace("¥", "").replace(",", "") == f"{sum(row[name] for row in expected):.2f}"
    exported = cells(browser.get(url("salesinvoice-list"), {"export": "xlsx"}))
    money = expected[0].keys() - {"Number"}
    assert [row["Number"] for row in exported] == [row["Number"] for row in expected]
    for name in money:
        assert [Decimal(str(row[name])) for row in exported] == [row[name] for row in expected]
    printed = browser.get(url("salesinvoice-list"), {"export": "pdf"})
    assert b"".join(printed.streaming_content)[:5] == b"%PDF-"


def test_receivables_and_receipts_add_up(cast, as_):
    build_books(cast)
    browser = as_(cast.auditor)
    owed = cells(browser.get(url("receivable-list"), {"export": "xlsx"}))
    rows = list(Receivable.objects.order_by("-pk"))
    assert [Decimal(str(row["Outstanding"])) for row in owed] == [
        row.total - sum((put.amount for invoice in row.invoices.all() for put in invoice.allocations.all()), ZERO)
        for row in rows
    ]
    receipts = cells(browser.get(url("receipt-list"), {"export": "xlsx"}))
    assert [Decimal(str(row["Unapplied"])) for row in receipts] == [
        row.amount - sum((put.amount for put in row.allocations.all()), ZERO) for row in Receipt.objects.order_by("-pk")
    ]


FOUND = [
    ("salesinvoice-list", {"state": "open"}, 4),
    ("salesinvoice-list", {"state": "collected"}, 3),
    ("salesinvoice-list", {"state": "reversed"}, 1),
    ("salesinvoice-list", {"state": "red"}, 3),
    ("salesinvoice-list", {"overdue": "true"}, 0),
    ("salesinvoice-list", {"overdue": "false"}, 11),
    ("receivable-list", {"state": "to_invoice"}, 4),
    ("receivable-list", {"state": "uncollected"}, 4),
    ("receivable-list", {"state": "to_post"}, 3),
    ("receivable-list", {"state": "cancelled"}, 0),
    ("receivable-list", {"state": "posted"}, 0),
    ("receipt-list", {"state": "allocated"}, 1),
    ("receipt-list", {"state": "unapplied"}, 0),
    ("receipt-list", {"state": "void"}, 0),
]


def test_filters_find_states(cast, as_):
    build_books(cast)
    browser = as_(cast.auditor)
    for name, query, number in FOUND:
        assert len(browser.get(url(name), query).context["page"].rows) == number, (name, query)


# ---- who sees what ----


def test_outsiders_see_nothing(cast, as_):
    invoice = issued(cast)
    attach_original(invoice, by=cast.accountant, file=SimpleUploadedFile("a.pdf", PDF))
    paper = requested(cast, receivable(cast), total=Decimal("1.00"))
    receipt = received(cast, "5.00", amounts="oldest")
    browser = as_(cast.outsider)
    owed = invoice.receivable
    for page, row in [
        *((page, owed) for page in ("receivable-detail", "receivable-history")),
        *((page, invoice) for page in ("salesinvoice-detail", "salesinvoice-history", "salesinvoice-original")),
        ("salesinvoice-reverse", invoice),
        ("salesinvoice-issue", paper),
        *((page, receipt) for page in ("receipt-detail", "receipt-history", "receipt-allocate")),
    ]:
        assert browser.get(url(page, row.pk)).status_code == 404, page
    assert browser.get(url("salesinvoice-request"), {"receivable": owed.pk}).status_code == 404
    for page, row in [
        ("receivable-post", owed),
        ("receivable-unpost", owed),
        ("salesinvoice-check", paper),
        ("salesinvoice-withdraw", paper),
        ("salesinvoice-attach", invoice),
        ("receipt-void", receipt),
    ]:
        assert browser.post(url(page, row.pk), {"voucher_ref": "V"}).status_code == 404, page
    undo = url("receipt-undo", receipt.pk, receipt.allocations.get().pk)
    assert browser.post(undo, {"reason": "x"}).status_code == 404
    for page in LISTS:
        answer = browser.get(url(page))
        assert list(answer.context["page"].rows) == [], page
        file = b"".join(browser.get(url(page), {"export": "xlsx"}).streaming_content)
        text = [str(cell.value) for row in load_workbook(io.BytesIO(file)).active for cell in row]
        assert not any(cast.client.name in value for value in text), page
    assert browser.get(url("receipt-create")).status_code == 403
    assert browser.post(url("receipt-invoices"), {"client": cast.client.pk}).status_code == 403


def test_business_sees_of_a_receipt_what_paid_its_own_invoices(cast, as_):
    mine = issued(cast, receivable(cast, "100.00"))
    foreign = issued(cast, receivable(cast, "100.00"))
    paper = foreign.receivable.document
    paper.applicant, paper.department = cast.accountant, cast.finance
    paper.save()
    receipt = received(cast, "200.00", amounts="oldest")
    page = as_(cast.staff).get(receipt.get_absolute_url())
    assert [row.invoice for row in page.context["allocations"]] == [mine]
    assert foreign.number not in page.content.decode()
    other = receipt.allocations.get(invoice=foreign)
    assert as_(cast.staff).post(url("receipt-undo", receipt.pk, other.pk), {"reason": "x"}).status_code == 404


def test_client_page_tells_of_its_money(cast, as_):
    with clock.at(clock.now() - dt.timedelta(days=60)):
        invoice = issued(cast, receivable(cast, "100.00"))
    received(cast, "30.00", amounts="oldest")
    browser = as_(cast.staff)
    page = browser.get(cast.client.get_absolute_url())
    assert invoice.number in story_of(browser, cast.client)
    figure = next(figure for figure in page.context["figures"] if figure["label"] == "Open invoices")
    assert (figure["value"], figure["note"], figure["tone"]) == ("¥70.00", "¥70.00 overdue", "bad")
    other = client_of(cast.staff, name="Nothing Ltd.")
    assert "Open invoices" not in story_of(browser, other)


def test_histories_and_buttons(cast, as_):
    invoice = issued(cast)
    receipt = received(cast, "5.00", amounts="oldest")
    browser = as_(cast.auditor)
    pages = [
        ("receivable-history", invoice.receivable),
        ("salesinvoice-history", invoice),
        ("receipt-history", receipt),
    ]
    for page, row in pages:
        assert browser.get(url(page, row.pk)).context["entries"], page
    for row in (invoice, invoice.receivable, receipt):
        page = browser.get(row.get_absolute_url())
        assert not any(page.context["may"].values())
    assert browser.get(url("salesinvoice-request")).status_code == 302
    assert browser.get(url("salesinvoice-request"), {"receivable": "9" * 30}).status_code == 404
    assert browser.get(url("salesinvoice-original", invoice.pk)).status_code == 404


def test_lists_ask_the_same_number_of_questions(cast, as_, django_assert_max_num_queries):
    browser = as_(cast.accountant)
    for more in (1, 29):
        for _number in range(more):
            issued(cast, receivable(cast, "100.00"), total=Decimal("50.00"))
            received(cast, "10.00", amounts="oldest")
            requested(cast, receivable(cast, "100.00"), total=Decimal("50.00"))
        for name in LISTS:
            with django_assert_max_num_queries(11):
                assert browser.get(url(name)).status_code == 200


def test_pages_ask_the_same_number_of_questions(cast, as_, django_assert_max_num_queries):
    owed = receivable(cast, "1000.00")
    asked = {"client": cast.client.pk, "account": cast.account.pk, "amount": "150"}
    browser = as_(cast.cashier)
    for more in (1, 29):
        for _number in range(more):
            invoice = issued(cast, owed, total=Decimal("10.00"))
            received(cast, "1.00", amounts={invoice.pk: Decimal("1.00")})
        receipt = received(cast, "50.00", amounts="oldest")
        for page in (owed, invoice, receipt):
            with django_assert_max_num_queries(16):
                assert browser.get(page.get_absolute_url()).status_code == 200
        with django_assert_max_num_queries(16):
            assert browser.post(url("receipt-create"), {**asked, "show": "1"}).status_code == 200
