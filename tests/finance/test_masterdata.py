"""Categories, standards, cities, reasons and accounts are kept in the browser, with history."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from apps.finance.expenses.models import ExpenseCategory, ExpenseStandard
from apps.finance.masterdata.views import RECORDS
from tests.factories.finance import CityFactory, CityTierFactory, ExpenseCategoryFactory, ExpenseStandardFactory
from tests.factories.org import JobGradeFactory

pytestmark = pytest.mark.django_db

NAMES = [record.name for record in RECORDS]


def url(name, page, *args) -> str:
    return reverse(f"finance:{name}-{page}", args=args)


@pytest.fixture
def director(cast, client):
    client.force_login(cast.director)
    return client


@pytest.mark.parametrize("name", NAMES)
def test_lists_and_forms_open_for_the_director_and_are_closed_to_staff(cast, director, name):
    assert director.get(url(name, "list")).status_code == 200
    assert director.get(url(name, "create")).status_code == 200
    director.force_login(cast.staff)
    assert director.get(url(name, "list")).status_code == 403
    assert director.get(url(name, "create")).status_code == 403
    director.force_login(cast.accountant)
    assert director.get(url(name, "list")).status_code == 200
    assert director.get(url(name, "create")).status_code == 403


def test_category_is_created_changed_and_taken_out_of_use(director):
    data = {"code": "GIFT", "name": "礼品", "name_en": "Gifts", "unit": "once", "order": "5", "active": "on"}
    assert director.post(url("expensecategory", "create"), data).status_code == 302
    category = ExpenseCategory.objects.get(code="GIFT")
    form = director.get(url("expensecategory", "update", category.pk)).context["form"]
    data |= {"version": form["version"].value(), "change_reason": "Not any more"}
    del data["active"]
    assert director.post(url("expensecategory", "update", category.pk), data).status_code == 302
    category.refresh_from_db()
    assert category.active is False
    page = director.get(url("expensecategory", "history", category.pk)).content.decode()
    assert "Not any more" in page


def standard_data(**values) -> dict:
    plain = {
        "category": ExpenseCategoryFactory(code="HOTEL").pk,
        "unit": "per_night",
        "limit": "1,500.00",
        "control": "cap",
        "valid_from": "2026-01-01",
        "active": "on",
    }
    return {**plain, **values}


def test_standard_is_kept_by_grade_level_with_its_validity(director):
    JobGradeFactory(code="M1", level=5)
    data = standard_data(grade_from="5", tier=CityTierFactory().pk, valid_to="2026-12-31")
    assert director.post(url("expensestandard", "create"), data).status_code == 302
    standard = ExpenseStandard.objects.get()
    assert (standard.limit, standard.grade_from, standard.grade_to, standard.valid_to) == (
        Decimal("1500.00"),
        5,
        None,
        dt.date(2026, 12, 31),
    )


@pytest.mark.parametrize(
    ("values", "messages"),
    [
        ({"valid_to": "2025-12-31"}, {"__all__": ["The last day lies before the first."]}),
        ({"grade_from": "7", "grade_to": "5"}, {"__all__": ["The higher grade lies below the lower one."]}),
        ({"tier": True, "city": True}, {"city": ["Choose a tier or a city, not both."]}),
        ({"limit": "-1"}, {"limit": ["Ensure this value is greater than or equal to 0."]}),
    ],
)
def test_contradictions_are_refused(director, values, messages):
    JobGradeFactory(code="M1", level=5)
    JobGradeFactory(code="M2", level=7)
    if "tier" in values:
        city = CityFactory()
        values = {"tier": city.tier_id, "city": city.pk}
    answer = director.post(url("expensestandard", "create"), standard_data(**values))
    assert answer.status_code == 200
    assert dict(answer.context["form"].errors) == messages


def test_standards_valid_today(director):
    ExpenseStandardFactory(limit=1)
    ExpenseStandardFactory(limit=2, valid_to=dt.date(2020, 12, 31))
    page = director.get(url("expensestandard", "list"), {"today": "true"})
    assert [row.limit for row in page.context["table"].rows] == [Decimal("1.00")]
