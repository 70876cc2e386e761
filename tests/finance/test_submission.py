"""What keeps a claim from being submitted: lines, dates, invoices."""

import datetime as dt
from decimal import Decimal

import pytest

from apps.core import clock
from apps.documents import services
from apps.documents.errors import Incomplete
from apps.documents.services import reject, return_, submit, withdraw
from apps.finance.expenses.models import ExpenseClaim
from apps.finance.expenses.services import save_claim
from apps.finance.invoices.models import ReceivedInvoice
from apps.finance.invoices.numbers import canonical_key, problems
from apps.org.models import Company
from tests.factories.finance import ExpenseCategoryFactory, claim_of, line
from tests.finance.conftest import at_finance, reload

pytestmark = pytest.mark.django_db

DIGITAL = "26332000005808236626"


def invoice(number=DIGITAL, **values) -> dict:
    return {"invoice_kind": "digital_ordinary", "invoice_number": number, **values}


def problems_of(claim) -> dict:
    with pytest.raises(Incomplete) as caught:
        submit(claim, by=claim.applicant)
    assert reload(claim).state == "draft"
    return caught.value.fields


def test_complete_claim_is_submitted_with_a_number(cast):
    claim = submit(claim_of(cast.staff), by=cast.staff)
    assert (claim.number, claim.state) == (f"FYBX-{clock.today().year}-0001", "in_review")


def test_claim_without_lines_or_purpose(cast):
    claim = save_claim(ExpenseClaim(title=" "), by=cast.staff, lines=[])
    assert problems_of(claim) == {
        "title": ["Say what the money was spent for."],
        "lines": ["Add at least one line."],
    }


def test_empty_line_says_what_is_missing(cast):
    assert problems_of(claim_of(cast.staff, line(), {})) == {
        "lines-1-category": ["Choose a category."],
        "lines-1-description": ["Describe the expense."],
        "lines-1-amount": ["Enter an amount above zero."],
        "lines-1-date": ["Enter the date."],
    }


def test_retired_category(cast):
    category = ExpenseCategoryFactory(active=False)
    assert problems_of(claim_of(cast.staff, line(category=category))) == {
        "lines-0-category": ["This category is not in use any more."]
    }


def test_future_day(cast):
    tomorrow = clock.today() + dt.timedelta(days=1)
    assert problems_of(claim_of(cast.staff, line(date=tomorrow))) == {"lines-0-date": ["This date lies in the future."]}


def test_window_names_the_first_day(cast):
    first = clock.today() - dt.timedelta(days=Company.current().claim_window_days)
    too_old = claim_of(cast.staff, line(date=first - dt.timedelta(days=1)))
    assert problems_of(too_old) == {
        "lines-0-date": [f"Too long ago: the first day that can be claimed is {first.isoformat()}."]
    }
    assert submit(claim_of(cast.staff, line(date=first)), by=cast.staff).number


def test_correction_keeps_the_window_of_the_first_submission(cast):
    first = clock.today() - dt.timedelta(days=90)
    claim = submit(claim_of(cast.staff, line(date=first)), by=cast.staff)
    return_(reload(claim), by=cast.head, reason="Which client?")
    with clock.at(clock.now() + dt.timedelta(days=10)):
        assert submit(reload(claim), by=cast.staff).state == "in_review"


def test_category_that_needs_an_invoice(cast):
    category = ExpenseCategoryFactory(requires_invoice=True)
    assert problems_of(claim_of(cast.staff, line(category=category))) == {
        "lines-0-invoice_number": ["This category needs an invoice."]
    }


@pytest.mark.parametrize(
    ("kind", "code", "number", "expected"),
    [
        ("digital_special", "", DIGITAL, {}),
        ("digital_ticket", "", DIGITAL[:-1], {"number": "A digital invoice has a number of 20 digits."}),
        ("digital_ordinary", "0110019004", DIGITAL, {"code": "A digital invoice has no code; leave it empty."}),
        ("vat_special", "0110019004", "47211517", {}),
        ("vat_ordinary", "011001900411", "47211517", {}),
        ("vat_ordinary", "01100190041", "47211517", {"code": "The code of this kind of invoice has 10 or 12 digits."}),
        ("vat_special", "0110019004", "4721151", {"number": "The number of this kind of invoice has 8 digits."}),
        ("vat_special", "011001900A", "47211517", {"code": "The code of this kind of invoice has 10 or 12 digits."}),
        ("vat_special", "٠١١٠٠١٩٠٠٤", "47211517", {"code": "The code of this kind of invoice has 10 or 12 digits."}),
        ("quota", "", "A-17", {}),
        ("", "", "47211517", {"kind": "Choose the kind of invoice."}),
        ("other", "", "", {"number": "Enter the invoice number."}),
        ("", "", "", {}),
    ],
)
def test_formats_of_invoice_numbers(kind, code, number, expected):
    assert problems(kind, code, number) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("vat_special", "0110019004", "47211517"), ("vat_ordinary", "０１１００１９００４", " 4721 1517 ")),
        (("digital_ordinary", "", DIGITAL), ("other", "", f" {DIGITAL} ", "Shop")),
        (("fiscal", "a1", "b2"), ("fiscal", "A1", "ｂ２")),
    ],
)
def test_same_invoice_has_one_key_however_it_is_typed(one, other):
    assert canonical_key(*one) == canonical_key(*other)


def test_slips_of_two_shops_are_two_vouchers():
    assert canonical_key("other", "", "17", "Shop A") != canonical_key("other", "", "17", "Shop B")


def test_duplicate_names_the_claim_only_to_who_may_see_it(cast):
    first = submit(claim_of(cast.staff, line(**invoice())), by=cast.staff)
    own = claim_of(cast.staff, line(**invoice()))
    assert problems_of(own) == {"lines-0-invoice_number": [f"This invoice is already used on {first.number} of Staff."]}
    assert problems_of(claim_of(cast.colleague, line(), line(**invoice()))) == {
        "lines-1-invoice_number": ["This invoice is already used on another claim."]
    }
    assert problems_of(claim_of(cast.head, line(**invoice()))) == {
        "lines-0-invoice_number": [f"This invoice is already used on {first.number} of Staff."]
    }


def test_invoice_on_a_draft_hinders_nobody(cast):
    claim_of(cast.staff, line(**invoice()))
    assert submit(claim_of(cast.colleague, line(**invoice())), by=cast.colleague).number


@pytest.mark.parametrize("end", ["withdraw", "return", "reject"])
def test_invoice_is_free_again_when_the_claim_does_not_go_on(cast, end):
    claim = submit(claim_of(cast.staff, line(**invoice())), by=cast.staff)
    row = ReceivedInvoice.objects.get()
    assert row.status == "reserved"
    if end == "withdraw":
        withdraw(reload(claim), by=cast.staff)
    elif end == "return":
        return_(reload(claim), by=cast.head, reason="no")
    else:
        reject(reload(claim), by=cast.head, reason="no")
    row.refresh_from_db()
    assert row.status == "released"
    assert submit(claim_of(cast.colleague, line(**invoice())), by=cast.colleague).number


def test_resubmission_reserves_again(cast):
    claim = submit(claim_of(cast.staff, line(**invoice())), by=cast.staff)
    return_(reload(claim), by=cast.head, reason="no")
    submit(reload(claim), by=cast.staff)
    assert ReceivedInvoice.objects.get().status == "reserved"


def test_one_invoice_is_split_over_lines_up_to_its_total(cast):
    split = [
        line("60.00", **invoice(invoice_total=Decimal("100.00"))),
        line("40.00", **invoice(invoice_total=Decimal("100.00"))),
    ]
    claim = submit(claim_of(cast.staff, *split), by=cast.staff)
    row = claim.received_invoices.get()
    assert (row.claimed, row.total) == (Decimal("100.00"), Decimal("100.00"))
    more = [
        line("60.00", **invoice(DIGITAL[::-1], invoice_total=Decimal("100.00"))),
        line("40.01", **invoice(DIGITAL[::-1])),
    ]
    assert problems_of(claim_of(cast.staff, *more)) == {
        "lines-1-amount": ["More is claimed of this invoice than its total of ¥100.00."]
    }


def test_two_totals_of_one_invoice(cast):
    lines = [
        line("10.00", **invoice(invoice_total=Decimal("100.00"))),
        line("10.00", **invoice(invoice_total=Decimal("90.00"))),
    ]
    assert problems_of(claim_of(cast.staff, *lines)) == {
        "lines-1-invoice_total": ["The same invoice has another total on an earlier line."]
    }


def test_invoices_follow_the_lines_of_the_draft(cast):
    claim = claim_of(cast.staff, line(**invoice()), line(**invoice(DIGITAL[::-1])))
    assert claim.received_invoices.count() == 2
    claim = save_claim(reload(claim), by=cast.staff, lines=[line(**invoice(DIGITAL[::-1]))])
    assert claim.received_invoices.get().number == DIGITAL[::-1]
    assert claim.ordered_lines[0].invoice == claim.received_invoices.get()


def test_future_invoice(cast):
    tomorrow = clock.today() + dt.timedelta(days=1)
    assert problems_of(claim_of(cast.staff, line(**invoice(invoice_date=tomorrow)))) == {
        "lines-0-invoice_date": ["This date lies in the future."]
    }


def test_content_hash_follows_every_line(cast):
    claim = reload(claim_of(cast.staff, line("10.00"), line("20.00")))
    before = claim.content_hash()
    assert reload(claim).content_hash() == before
    rows = [line("10.00", id=claim.ordered_lines[0].pk), line("20.01", id=claim.ordered_lines[1].pk)]
    save_claim(claim, by=cast.staff, lines=rows)
    assert reload(claim).content_hash() != before


def test_large_claim_reaches_the_director(cast):
    small, large = (at_finance(cast, claim_of(cast.staff, line(amount))) for amount in ("5000.00", "5000.01"))
    assert services.approve(reload(small), by=cast.accountant).state == "approved"
    assert services.approve(reload(large), by=cast.accountant).state == "in_review"
