"""Standards: the most specific of the day wins, counted by its unit; what happens above it."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core import clock
from apps.documents import services
from apps.documents.errors import Incomplete
from apps.finance.expenses.models import ExpenseStandard
from apps.finance.expenses.standards import best, limit_of
from tests.factories.finance import (
    CityFactory,
    CityTierFactory,
    ExpenseCategoryFactory,
    ExpenseStandardFactory,
    claim_of,
    line,
)
from tests.factories.org import JobGradeFactory
from tests.finance.conftest import reload

DAY = dt.date(2026, 3, 1)


def standard(pk, **values) -> ExpenseStandard:
    plain = {"unit": "once", "limit": Decimal(pk), "valid_from": dt.date(2020, 1, 1)}
    return ExpenseStandard(pk=pk, **{**plain, **values})


RANKED = [
    standard(6, grade_from=3, grade_to=5, city_id=1),
    standard(5, grade_from=3, grade_to=5, tier_id=1),
    standard(4, grade_from=3, grade_to=5),
    standard(3, city_id=1),
    standard(2, tier_id=1),
    standard(1),
]


@pytest.mark.parametrize("number", range(6))
def test_more_specific_standard_wins(number):
    found = best(reversed(RANKED[number:]), day=DAY, grade=4, city=1, tier=1)
    assert found.pk == RANKED[number].pk


def test_standard_for_others_is_passed_over():
    assert best(RANKED, day=DAY, grade=6, city=2, tier=2).pk == 1
    assert best(RANKED, day=DAY, grade=None, city=2, tier=1).pk == 2
    assert best(RANKED[:5], day=DAY, grade=None, city=None, tier=None) is None


def test_narrower_grades_win_then_the_later_standard():
    wide, narrow = standard(1, grade_from=1), standard(2, grade_from=3, grade_to=4)
    old, new = standard(3), standard(4, valid_from=dt.date(2026, 1, 1))
    assert best([narrow, wide], day=DAY, grade=3, city=None, tier=None).pk == 2
    assert best([new, old], day=DAY, grade=3, city=None, tier=None).pk == 4
    assert best([new, old], day=dt.date(2025, 12, 31), grade=3, city=None, tier=None).pk == 3


def test_standard_holds_from_its_first_to_its_last_day():
    only = standard(1, valid_from=dt.date(2026, 1, 1), valid_to=dt.date(2026, 1, 31))
    days = [dt.date(2025, 12, 31), dt.date(2026, 1, 1), dt.date(2026, 1, 31), dt.date(2026, 2, 1)]
    found = [best([only], day=day, grade=1, city=None, tier=None) is not None for day in days]
    assert found == [False, True, True, False]


@given(
    limit=st.decimals(min_value=0, max_value=10**6, places=2),
    days=st.decimals(min_value="0.5", max_value=365, places=1),
    people=st.integers(min_value=1, max_value=500),
)
def test_limit_grows_with_its_unit_alone(limit, days, people):
    by_unit = {
        unit: limit_of(ExpenseStandard(unit=unit, limit=limit), days=days, people=people)
        for unit in ("per_day", "per_night", "per_person", "per_trip", "per_month", "once")
    }
    assert by_unit["per_day"] == by_unit["per_night"]
    assert abs(by_unit["per_day"] - limit * days) <= Decimal("0.005")
    assert by_unit["per_person"] == limit * people
    assert by_unit["per_trip"] == by_unit["per_month"] == by_unit["once"] == limit


@pytest.fixture
def hotel(db):
    return ExpenseCategoryFactory(code="HOTEL")


def test_line_is_measured_by_grade_tier_and_nights(cast, hotel):
    cast.staff.grade = JobGradeFactory(code="G4", level=4)
    cast.staff.save()
    city = CityFactory(tier=CityTierFactory(code="T1"))
    ExpenseStandardFactory(category=hotel, unit="per_night", limit=Decimal("400.00"))
    ExpenseStandardFactory(category=hotel, unit="per_night", limit=Decimal("500.00"), grade_from=4, tier=city.tier)
    claim = claim_of(cast.staff, line("1600.00", category=hotel, city=city, days=Decimal(3)))
    row = claim.ordered_lines[0]
    assert (row.standard_limit, row.over_amount, row.standard_control) == (
        Decimal("1500.00"),
        Decimal("100.00"),
        "warn_with_reason",
    )
    assert claim.facts()["over_standard"] == "100.00"


def test_city_that_is_not_listed_belongs_to_the_default_tier(cast, hotel):
    other = CityTierFactory(code="T3", is_default=True)
    ExpenseStandardFactory(category=hotel, limit=Decimal("300.00"), tier=other)
    claim = claim_of(cast.staff, line("350.00", category=hotel, city_text="Somewhere"), line("350.00", category=hotel))
    assert [row.standard_limit for row in claim.ordered_lines] == [Decimal("300.00"), None]


def test_exceeding_needs_a_reason(cast, hotel):
    ExpenseStandardFactory(category=hotel, limit=Decimal("100.00"))
    claim = claim_of(cast.staff, line("130.00", category=hotel))
    with pytest.raises(Incomplete) as caught:
        services.submit(claim, by=cast.staff)
    assert caught.value.fields == {"lines-0-over_reason": ["¥30.00 above the standard of ¥100.00: give a reason."]}
    explained = claim_of(cast.staff, line("130.00", category=hotel, over_reason="Trade fair, all hotels full"))
    assert services.submit(explained, by=cast.staff).facts()["amount"] == "130.00"


def test_blocked_standard_refuses(cast, hotel):
    ExpenseStandardFactory(category=hotel, limit=Decimal("100.00"), control="block")
    claim = claim_of(cast.staff, line("100.01", category=hotel, over_reason="please"))
    with pytest.raises(Incomplete) as caught:
        services.submit(claim, by=cast.staff)
    assert caught.value.fields == {
        "lines-0-amount": ["¥0.01 above the standard of ¥100.00, which may not be exceeded."]
    }


def test_capped_standard_pays_no_more_than_the_limit(cast, hotel):
    ExpenseStandardFactory(category=hotel, limit=Decimal("100.00"), control="cap")
    claim = services.submit(claim_of(cast.staff, line("130.00", category=hotel), line("20.00")), by=cast.staff)
    assert (claim.amount, claim.payable) == (Decimal("150.00"), Decimal("120.00"))
    assert claim.approval.facts["amount"] == "120.00"


def test_claim_of_which_nothing_would_be_paid_is_refused(cast, hotel):
    ExpenseStandardFactory(category=hotel, limit=Decimal("0.00"), control="cap")
    with pytest.raises(Incomplete) as caught:
        services.submit(claim_of(cast.staff, line("130.00", category=hotel)), by=cast.staff)
    assert caught.value.fields == {"lines": ["The standards leave nothing of this claim to be paid."]}


def test_monthly_limit_counts_what_was_claimed_before(cast):
    phone = ExpenseCategoryFactory(code="PHONE")
    ExpenseStandardFactory(category=phone, unit="per_month", limit=Decimal("100.00"), control="cap")
    today = clock.today()
    services.submit(claim_of(cast.staff, line("60.00", category=phone, date=today)), by=cast.staff)
    claim_of(cast.colleague, line("90.00", category=phone, date=today))
    claim = claim_of(cast.staff, line("30.00", category=phone, date=today), line("30.00", category=phone, date=today))
    assert [row.standard_limit for row in claim.ordered_lines] == [Decimal("40.00"), Decimal("10.00")]
    assert claim.payable == Decimal("40.00")


def test_standard_is_looked_up_anew_at_submission(cast, hotel):
    claim = claim_of(cast.staff, line("130.00", category=hotel))
    ExpenseStandardFactory(category=hotel, limit=Decimal("100.00"), control="cap")
    services.submit(claim, by=cast.staff)
    assert reload(claim).ordered_lines[0].standard_limit == Decimal("100.00")
