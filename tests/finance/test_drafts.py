"""Writing a claim: figures come from the server, lines keep their identity, unfinished drafts are kept."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core import clock
from apps.core.money import quantize
from apps.documents.errors import Incomplete, NotAllowed, NotFound, Stale
from apps.documents.services import submit
from apps.finance.expenses.models import ExpenseClaim
from apps.finance.expenses.services import default_payee, save_claim
from apps.finance.expenses.services.drafts import _read
from tests.factories.finance import claim_of, line
from tests.finance.conftest import reload

pytestmark = pytest.mark.django_db


def refused(claim, by, lines) -> dict:
    with pytest.raises(Incomplete) as caught:
        save_claim(claim, by=by, lines=lines)
    return caught.value.fields


def test_total_is_the_sum_of_lines_rounded_half_up(cast):
    claim = claim_of(cast.staff, line("10.005"), line("0.125"), line("1"))
    assert reload(claim).amount == Decimal("11.14")
    assert [stored.amount for stored in claim.ordered_lines] == [Decimal("10.01"), Decimal("0.13"), Decimal("1.00")]


def test_amount_given_on_the_claim_is_not_believed(cast):
    claim = claim_of(cast.staff, line("10.00"), amount=Decimal("99999.00"))
    assert reload(claim).amount == Decimal("10.00")


def test_new_claim_belongs_to_its_author_and_has_no_number(cast):
    claim = reload(claim_of(cast.staff))
    assert (claim.applicant, claim.department, claim.state, claim.number, claim.kind) == (
        cast.staff,
        cast.department,
        "draft",
        "",
        "expenseclaim",
    )


def test_lines_keep_their_identity_and_follow_the_order_given(cast):
    claim = claim_of(cast.staff, line("1.00", description="one"), line("2.00", description="two"))
    first, second = claim.ordered_lines
    changed = [
        line("2.00", description="two", id=second.pk),
        line("3.00", description="three"),
    ]
    claim = save_claim(reload(claim), by=cast.staff, lines=changed)
    assert [(row.pk == second.pk, row.description) for row in claim.ordered_lines] == [(True, "two"), (False, "three")]
    assert first.history.count() == 2
    assert second.history.count() == 2  # created, and moved to another place


def test_saving_the_same_lines_again_writes_no_history(cast):
    claim = claim_of(cast.staff, line("1.00"))
    row = claim.ordered_lines[0]
    save_claim(reload(claim), by=cast.staff, lines=[line("1.00", id=row.pk)])
    assert row.history.count() == 1


def test_line_of_another_claim_is_not_taken_over(cast):
    other = claim_of(cast.colleague, line("5.00"))
    claim = claim_of(cast.staff, line("1.00", id=other.ordered_lines[0].pk))
    assert reload(other).ordered_lines[0].amount == Decimal("5.00")
    assert claim.ordered_lines[0].pk != other.ordered_lines[0].pk


def test_unfinished_draft_is_kept(cast):
    claim = claim_of(cast.staff, {"description": "later"}, title="")
    stored = reload(claim).ordered_lines[0]
    assert (stored.category, stored.date, stored.amount) == (None, None, Decimal("0.00"))


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"amount": Decimal(-1)}, "amount", "Enter an amount that is not negative."),
        ({"amount": Decimal("NaN")}, "amount", "Enter an amount that is not negative."),
        ({"amount": Decimal("1e13")}, "amount", "Enter an amount of at most 12 digits before the point."),
        ({"amount": Decimal(10), "tax": Decimal(11)}, "tax", "The tax can't exceed the amount."),
        ({"amount": Decimal(10), "days": Decimal(0)}, "days", "Enter a number from 1 to 999."),
        ({"amount": Decimal(10), "people": 0}, "people", "Enter a number from 1 to 999."),
    ],
)
def test_what_cannot_be_stored_is_refused_at_its_field(cast, typed, field, message):
    claim = ExpenseClaim(title="x")
    assert refused(claim, cast.staff, [line(), {**line(), **typed}]) == {f"lines-1-{field}": [message]}
    assert not ExpenseClaim.objects.exists()


def test_sum_of_lines_has_at_most_12_digits(cast):
    lines = [line("999999999999.99"), line("0.01")]
    assert refused(ExpenseClaim(title="x"), cast.staff, lines) == {
        "lines": ["The lines add up to more than 12 digits before the point."]
    }


def test_older_form_is_refused_and_nothing_is_lost(cast):
    claim = claim_of(cast.staff, line("1.00"))
    save_claim(reload(claim), by=cast.staff, lines=[line("2.00")], revision=0)
    with pytest.raises(Stale):
        save_claim(reload(claim), by=cast.staff, lines=[line("3.00")], revision=0)
    assert reload(claim).amount == Decimal("2.00")


def test_only_the_applicant_writes_and_only_before_submission(cast):
    claim = claim_of(cast.staff)
    with pytest.raises(NotFound):
        save_claim(reload(claim), by=cast.head, lines=[line()])
    submit(claim, by=cast.staff)
    with pytest.raises(NotAllowed, match="Only the applicant changes this document"):
        save_claim(reload(claim), by=cast.head, lines=[line()])
    with pytest.raises(NotAllowed, match="It was submitted and can't be changed now"):
        save_claim(reload(claim), by=cast.staff, lines=[line()])


def test_payee_comes_from_the_last_claim_or_the_personnel_record(cast):
    cast.staff.bank_name, cast.staff.bank_account = "Bank of Records", "6222000011112222"
    cast.staff.save()
    assert claim_of(cast.staff).payee_account == "6222000011112222"
    claim_of(cast.staff, payee_bank="Other Bank", payee_account="6222999988887777")
    assert default_payee(cast.staff) == ("Other Bank", "6222999988887777")


def test_invoice_numbers_are_kept_half_width_and_without_blanks(cast):
    claim = claim_of(
        cast.staff, line(invoice_kind="vat_special", invoice_code="０１１００ １９００４", invoice_number="4721 1517")
    )
    row = claim.ordered_lines[0]
    assert (row.invoice_code, row.invoice_number) == ("0110019004", "47211517")


@given(st.lists(st.decimals(min_value=0, max_value=10**7, places=4), max_size=20))
def test_read_amounts_are_cents_and_nothing_gets_lost(amounts):
    found, rows = _read([{"amount": amount} for amount in amounts])
    assert not found
    assert [row["amount"] for row in rows] == [quantize(amount) for amount in amounts]
    assert abs(sum(row["amount"] for row in rows) - sum(amounts)) <= Decimal("0.005") * len(amounts)


def test_history_says_who_and_why(cast):
    claim = claim_of(cast.staff)
    row = claim.history.get()
    assert (row.history_user, row.history_change_reason) == (cast.staff, "draft saved")
    line_row = claim.ordered_lines[0].history.get()
    assert (line_row.history_user, line_row.history_change_reason) == (cast.staff, "draft saved")


def test_draft_of_an_old_day_is_kept(cast):
    claim = claim_of(cast.staff, line(date=clock.today() - dt.timedelta(days=400)))
    assert claim.pk
