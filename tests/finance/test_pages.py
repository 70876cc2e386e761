"""The pages of claims, as people use them: fill in, submit, review, pay, look at, print, export."""

import io
from decimal import Decimal

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from apps.core import clock
from apps.finance.expenses.models import ExpenseClaim
from apps.finance.payments.models import Payment
from tests.factories.finance import (
    ExpenseCategoryFactory,
    ExpenseStandardFactory,
    ReturnReasonFactory,
    claim_of,
    line,
)
from tests.finance.conftest import at_finance, reload
from tests.finance.test_submission import DIGITAL, invoice

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_(client):
    """callable(person) → the browser of this person."""

    def sign_in(person):
        client.force_login(person)
        return client

    return sign_in


def url(page, *args) -> str:
    return reverse(f"finance:{page}", args=args)


def form_of(*lines: dict, **header) -> dict:
    """What a browser posts."""
    data = {"title": "Trip to the fair", "claim_type": "travel", "action": "save", **header}
    data |= {"lines-TOTAL_FORMS": str(len(lines)), "lines-INITIAL_FORMS": "0"}
    for number, values in enumerate(lines):
        data |= {f"lines-{number}-{name}": str(value) for name, value in values.items()}
    return data


def typed(amount="120.00", **values) -> dict:
    category = values.pop("category", None) or ExpenseCategoryFactory(code="PLAIN")
    plain = {"category": category.pk, "date": clock.today().isoformat(), "description": "Taxi", "amount": amount}
    return {**plain, "days": "1.0", "people": "1", **values}


def test_employee_fills_in_and_submits(cast, as_):
    page = as_(cast.staff).get(url("expenseclaim-create"))
    assert page.status_code == 200
    answer = as_(cast.staff).post(
        url("expenseclaim-create"), form_of(typed("1,120.50"), typed("79.50"), action="submit")
    )
    claim = ExpenseClaim.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, claim.get_absolute_url())
    assert (claim.state, claim.amount, claim.claim_type) == ("in_review", Decimal("1200.00"), "travel")
    assert [row.amount for row in claim.ordered_lines] == [Decimal("1120.50"), Decimal("79.50")]


def test_problems_are_shown_at_their_fields_and_the_draft_is_kept(cast, as_):
    hotel = ExpenseCategoryFactory(code="HOTEL", requires_invoice=True)
    ExpenseStandardFactory(category=hotel, limit=Decimal("100.00"))
    answer = as_(cast.staff).post(
        url("expenseclaim-create"), form_of(typed("130.00", category=hotel), action="submit"), follow=True
    )
    claim = ExpenseClaim.objects.get()
    assert (claim.state, claim.amount) == ("draft", Decimal("130.00"))
    formset = answer.context["formset"]
    assert formset.forms[0].errors == {
        "over_reason": ["¥30.00 above the standard of ¥100.00: give a reason."],
        "invoice_number": ["This category needs an invoice."],
    }


@pytest.mark.parametrize(
    ("amount", "message"),
    [
        ("-1", "Enter an amount that is not negative."),
        ("123456789012345", "Ensure that there are no more than 14 digits in total."),
        ("a lot", "Enter a number."),
    ],
)
def test_bad_amounts_are_refused_at_the_field(cast, as_, amount, message):
    answer = as_(cast.staff).post(url("expenseclaim-create"), form_of(typed("10.00"), typed(amount)))
    assert answer.status_code == 422
    assert answer.context["formset"].forms[1].errors["amount"] == [message]


def test_corrected_claim_keeps_its_lines(cast, as_):
    claim = claim_of(cast.staff, line("10.00"), line("20.00"))
    first, second = claim.ordered_lines
    data = form_of(typed("20.00", id=second.pk), typed("5.00"), revision=str(claim.revision))
    assert as_(cast.staff).post(claim.url("update"), data).status_code == 302
    claim = reload(claim)
    assert [row.amount for row in claim.ordered_lines] == [Decimal("20.00"), Decimal("5.00")]
    assert claim.ordered_lines[0].pk == second.pk
    assert claim.amount == Decimal("25.00")
    assert not claim.lines.filter(pk=first.pk).exists()


def test_autosave_keeps_a_half_typed_claim_and_hands_out_ids(cast, as_):
    data = form_of({"description": "Taxi", "amount": "12"}, title="", form_key="4a1b7f9e-6c1d-4c7d-9d0a-2b9f5f0c1e11")
    answer = as_(cast.staff).post(url("expenseclaim-autosave"), data, headers={"accept": "application/json"})
    claim = ExpenseClaim.objects.get()
    assert answer.json()["fields"] == {"lines-0-id": str(claim.ordered_lines[0].pk)}
    assert claim.amount == Decimal("12.00")
    assert claim.ordered_lines[0].history.count() == 0


def test_preview_says_excess_duplicates_and_the_chain(cast, as_):
    hotel = ExpenseCategoryFactory(code="HOTEL")
    ExpenseStandardFactory(category=hotel, limit=Decimal("100.00"), control="cap")
    at_finance(cast, claim_of(cast.staff, line(**invoice())))
    data = form_of(
        typed("130.00", category=hotel),
        typed("6000.00", invoice_kind="digital_ordinary", invoice_number=DIGITAL),
    )
    answer = as_(cast.staff).post(url("expenseclaim-preview"), data)
    hints = [(str(hint.text), hint.level) for hint in answer.context["hints"]]
    number = ExpenseClaim.objects.get().number
    assert hints == [
        ("Line 1 is ¥30.00 above the standard of ¥100.00; no more than that is paid.", "warning"),
        (f"Line 2: This invoice is already used on {number} of Staff.", "danger"),
        ("¥6,100.00 of ¥6,130.00 would be paid, because some standards cap.", "info"),
    ]
    assert [stop.name for stop in answer.context["stops"]] == ["Head", "Finance", "Director"]
    assert ExpenseClaim.objects.count() == 1


def test_finance_reviews_and_approves_in_one_go(cast, as_):
    claim = reload(at_finance(cast, claim_of(cast.staff, line("100.00"), line("200.00"))))
    page = as_(cast.accountant).get(claim.url("review"))
    assert page.status_code == 200
    reason = ReturnReasonFactory(code="TITLE")
    data = {
        "seen": page.context["seen"],
        "action": "approve",
        "lines-0-ruling": "lowered",
        "lines-0-approved_amount": "80",
        "lines-0-reason": "Too much",
        "lines-1-ruling": "returned",
        "lines-1-return_reason": reason.pk,
    }
    answer = as_(cast.accountant).post(claim.url("review"), data)
    assert (answer.status_code, answer["Location"]) == (302, claim.get_absolute_url())
    claim = reload(claim)
    assert (claim.state, claim.approved_total) == ("approved", Decimal("80.00"))
    draft = claim.follow_ups.get()
    page = as_(cast.staff).get(claim.get_absolute_url()).content.decode()
    assert draft.get_absolute_url() in page
    assert claim.get_absolute_url() in as_(cast.staff).get(draft.get_absolute_url()).content.decode()
    advice = as_(cast.staff).get(draft.url("update")).context["advice"]
    assert advice == ["Reason TITLE"]


def test_review_shows_refusals_at_the_line(cast, as_):
    claim = reload(at_finance(cast, claim_of(cast.staff, line("100.00"))))
    seen = as_(cast.accountant).get(claim.url("review")).context["seen"]
    data = {"seen": seen, "lines-0-ruling": "lowered", "lines-0-approved_amount": "100.01"}
    answer = as_(cast.accountant).post(claim.url("review"), data)
    assert answer.status_code == 422
    form = answer.context["forms"].rows[0][1]
    assert form.errors == {
        "approved_amount": ["Enter less than the claimed ¥100.00."],
        "reason": ["Say why the amount is lowered."],
    }


def test_review_of_a_paper_that_changed_meanwhile(cast, as_):
    claim = reload(at_finance(cast, claim_of(cast.staff, line("100.00"))))
    answer = as_(cast.accountant).post(claim.url("review"), {"seen": "older", "lines-0-ruling": "none"})
    assert answer.status_code == 302
    assert reload(claim).ordered_lines[0].ruling == "none"


@pytest.mark.parametrize("name", ["staff", "head", "director"])
def test_review_is_for_whose_turn_it_is(cast, as_, name):
    claim = reload(at_finance(cast, claim_of(cast.staff)))
    assert as_(getattr(cast, name)).get(claim.url("review")).status_code == 403
    assert as_(cast.outsider).get(claim.url("review")).status_code == 404


def payment(cast, **values) -> dict:
    plain = {"account": cast.account.pk, "paid_on": clock.today().isoformat(), "bank_reference": "TX-9"}
    return {**plain, **values}


def test_cashier_pays_one_claim(cast, as_, approved):
    claim = approved(cast.staff, line("120.00"), payee_account="6222000011112222")
    page = as_(cast.cashier).get(claim.url("pay"))
    assert "6222000011112222" in page.content.decode()
    answer = as_(cast.cashier).post(claim.url("pay"), payment(cast))
    assert (answer.status_code, reload(claim).paid_amount) == (302, Decimal("120.00"))
    detail = as_(cast.staff).get(claim.get_absolute_url()).content.decode()
    assert "TX-9" in detail
    assert "6222000011112222" not in detail


def test_pay_page_shows_what_is_wrong(cast, as_, approved):
    claim = approved()
    answer = as_(cast.cashier).post(claim.url("pay"), payment(cast, paid_on="2020-01-01"))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["paid_on"]
    assert as_(cast.staff).get(claim.url("pay")).status_code == 403
    assert as_(cast.outsider).get(claim.url("pay")).status_code == 404


def test_cashier_pays_a_batch(cast, as_, approved):
    one, two, rest = approved(), approved(cast.colleague), approved(cast.staff, line("9.00"))
    page = as_(cast.cashier).get(url("claims-to-pay"))
    assert [claim.pk for claim in page.context["table"].rows] == [one.pk, two.pk, rest.pk]
    answer = as_(cast.cashier).post(url("claims-to-pay"), payment(cast, claims=[one.pk, two.pk]), follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["2 claims are paid: ¥200.00."]
    assert [claim.pk for claim in answer.context["table"].rows] == [rest.pk]
    assert Payment.objects.values_list("batch", flat=True).distinct().count() == 1


def test_batch_of_paid_claims_says_why(cast, as_, approved):
    claim = approved()
    as_(cast.cashier).post(claim.url("pay"), payment(cast))
    waiting = approved(cast.colleague)
    answer = as_(cast.cashier).post(url("claims-to-pay"), payment(cast, claims=[claim.pk]))
    assert answer.status_code == 422
    assert f"{claim.number} was already paid" in answer.content.decode()
    assert not reload(waiting).is_paid


def test_batch_without_choice_or_order(cast, as_, approved):
    approved()
    answer = as_(cast.cashier).post(url("claims-to-pay"), payment(cast, bank_reference=""))
    assert answer.status_code == 422
    assert dict(answer.context["form"].errors) == {
        "__all__": ["Choose the claims to pay first."],
        "bank_reference": ["This field is required."],
    }


@pytest.mark.parametrize("page", ["claims-to-pay", "payment-list", "ledger"])
def test_finance_pages_are_closed_to_staff(cast, as_, page):
    assert as_(cast.cashier).get(url(page)).status_code == 200
    assert as_(cast.staff).get(url(page)).status_code == 403


def test_ledger_shows_every_line_of_submitted_claims(cast, as_, approved):
    claim = approved(cast.staff, line("100.00", tax=Decimal("6.00"), **invoice()), line("50.00"), project="Client A")
    as_(cast.cashier).post(claim.url("pay"), payment(cast))
    claim_of(cast.staff, line("7.00"))
    page = as_(cast.accountant).get(url("ledger"))
    assert [row.amount for row in page.context["table"].rows] == [Decimal("50.00"), Decimal("100.00")]
    totals = {total.label: total.value for total in page.context["totals"]}
    assert totals == {"Rows": "2", "Tax": "¥6.00", "Claimed": "¥150.00", "Over standard": "¥0.00"}


def test_ledger_exports_typed_cells(cast, as_, approved):
    claim = approved(cast.staff, line("100.00", tax=Decimal("6.00"), description="=1+1", **invoice()))
    as_(cast.cashier).post(claim.url("pay"), payment(cast))
    answer = as_(cast.accountant).get(url("ledger"), {"export": "xlsx"})
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    head = next(index for index, row in enumerate(rows) if row[0] == "Number")
    record = dict(zip(rows[head], rows[head + 1], strict=True))
    assert {name: record[name] for name in ("Number", "Claimant", "Description", "Invoice number", "Status")} == {
        "Number": claim.number,
        "Claimant": "Staff",
        "Description": "=1+1",
        "Invoice number": DIGITAL,
        "Status": "Paid",
    }
    money = ("Amount without tax", "Tax", "Claimed", "Approved", "Over standard", "Advance offset", "Paid")
    assert [record[name] for name in money] == [94, 6, 100, 100, 0, 0, 100]
    assert (record["Paid on"].date(), record["Days to pay"]) == (clock.today(), 0)
    register = as_(cast.accountant).get(url("ledger"), {"export": "pdf"})
    assert b"".join(register.streaming_content)[:5] == b"%PDF-"


@pytest.mark.parametrize("page", ["expenseclaim-list", "claims-to-pay", "payment-list", "ledger"])
@pytest.mark.parametrize("number", [1, 4])
def test_lists_ask_the_same_number_of_questions(cast, as_, approved, page, number, django_assert_max_num_queries):
    for _claim in range(number):
        approved(cast.staff, line("1.00", **invoice(f"{26330000000000000000 + _claim}")))
    if page == "payment-list":
        claims = [claim.pk for claim in ExpenseClaim.objects.all()]
        as_(cast.cashier).post(url("claims-to-pay"), payment(cast, claims=claims))
    browser = as_(cast.cashier)
    with django_assert_max_num_queries(15):
        assert browser.get(url(page)).status_code == 200


@pytest.mark.parametrize("number", [1, 12])
def test_form_and_detail_ask_the_same_number_of_questions(cast, as_, number, django_assert_max_num_queries):
    claim = claim_of(cast.staff, *[line("1.00") for _line in range(number)])
    browser = as_(cast.staff)
    for page in ("update", "detail"):
        with django_assert_max_num_queries(17):
            assert browser.get(claim.url(page)).status_code == 200


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"payment": "paid"}, ["paid"]),
        ({"payment": "to_pay"}, ["waiting"]),
        ({"payment": "unpaid"}, ["draft", "waiting"]),
        ({"over": "true"}, ["waiting"]),
        ({"category": "HOTEL"}, ["waiting"]),
        ({"amount_min": "500"}, ["waiting"]),
        ({"state": "draft"}, ["draft"]),
        ({"q": "paid Staff"}, ["paid"]),
        ({"claim_type": "travel"}, ["draft"]),
    ],
)
def test_filters_of_the_list(cast, as_, approved, query, found):
    hotel = ExpenseCategoryFactory(code="HOTEL")
    ExpenseStandardFactory(category=hotel, limit=Decimal("100.00"))
    claim_of(cast.staff, title="draft", claim_type="travel")
    paid = approved(cast.staff, title="paid")
    as_(cast.cashier).post(paid.url("pay"), payment(cast))
    approved(cast.staff, line("600.00", category=hotel, over_reason="Fair"), title="waiting")
    if "category" in query:
        query = {"category": hotel.pk}
    page = as_(cast.staff).get(url("expenseclaim-list"), query)
    assert sorted(claim.title for claim in page.context["table"].rows) == found


def test_claim_is_printed(cast, as_, approved):
    claim = approved(cast.staff, line("1409.50"), payee_account="6222000011112222")
    answer = as_(cast.staff).get(claim.url("print"))
    assert (answer.status_code, b"".join(answer.streaming_content)[:5]) == (200, b"%PDF-")
