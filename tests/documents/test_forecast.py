"""Before submitting: how long each step usually takes, and by when the paper will probably be decided."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from apps.approvals import engine
from apps.approvals.analysis.buckets import MINUTE, bucket_of
from apps.approvals.analysis.forecast import forecast
from apps.approvals.models import StepWaits
from apps.core import clock
from tests.factories.approvals import route, step, when

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = dt.datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
HOUR = dt.timedelta(hours=1)


def took(people, key, *hours, month="2026-02-01", department=None, kind="memo"):
    """Decisions of a step that took so long."""
    histogram: dict[str, int] = {}
    for value in hours:
        bucket = str(bucket_of(value * HOUR))
        histogram[bucket] = histogram.get(bucket, 0) + 1
    place = department or people.business
    StepWaits.objects.create(month=month, kind=kind, step=key, department=place, histogram=histogram)


def expected(people, **facts):
    with clock.at(NOW):
        facts = {"amount": "100.00", **facts}
        planned = engine.preview(kind="memo", applicant=people.alice, department=people.business, facts=facts)
        return forecast("memo", planned)


def hours(found, key) -> float:
    return found.waits[key] / HOUR


def near(value, exact) -> bool:
    return abs(value / exact - 1) < 0.05


def two_steps(**finance):
    route("memo", [step("head", rule="department_head"), step("finance", role="finance_reviewer", **finance)])


def test_the_medians_of_the_steps_add_up_in_working_time(people):
    two_steps()
    took(people, "head", 1, 2, 30)
    took(people, "finance", 7, 7.5)
    took(people, "finance", 8, department=people.team, month="2025-04-01")
    found = expected(people)
    assert near(hours(found, "head"), 2)
    assert near(hours(found, "finance"), 7.5)
    assert abs(found.at - dt.datetime(2026, 3, 3, 11, tzinfo=SHANGHAI)) < HOUR / 2


def test_without_experience_no_day_is_told(people):
    two_steps()
    took(people, "head", 1, 2, 3)
    took(people, "finance", 7, 8)
    took(people, "finance", 7, month="2025-02-01")
    took(people, "finance", 7, 7, 7, kind="vehiclerequest")
    found = expected(people)
    assert found.waits["finance"] is None
    assert found.at is None


def test_a_step_that_does_not_apply_takes_no_time(people):
    two_steps(conditions=[when("amount", "gt", "5000")])
    took(people, "head", 1, 2, 3)
    assert set(expected(people).waits) == {"head"}
    assert expected(people).at is not None
    assert expected(people, amount="6000.00").at is None


def test_all_of_several_take_longer_than_any_one(people):
    took(people, "finance", *range(1, 101))
    for mode, usual in (("any", 50), ("all", 71), ("sequence", 100)):
        two_steps(mode=mode)
        assert near(hours(expected(people), "finance"), usual), mode


def test_steps_open_at_the_same_time_take_as_long_as_the_longest(people):
    head = step("head", rule="department_head")
    route("memo", [head, step("finance", role="finance_reviewer", with_previous=True)])
    took(people, "head", 2, 2, 2)
    took(people, "finance", 5, 5, 5)
    assert abs(expected(people).at - dt.datetime(2026, 3, 2, 15, 30, tzinfo=SHANGHAI)) < 20 * MINUTE


def test_the_form_shows_it_while_it_is_filled_in(people):
    two_steps()
    took(people, "head", 1, 2, 3)
    client = Client()
    client.force_login(people.alice)
    url = reverse("testkind:memo-preview")
    typed = {"title": "Chairs", "amount": "10.00", "signatory": people.boss.pk}
    with clock.at(NOW):
        unsure = client.post(url, typed).content.decode()
        took(people, "finance", 7, 7, 7)
        sure = client.post(url, typed).content.decode()
    assert "no experience yet" in unsure
    assert "be told yet" in unsure
    assert "Expected to be decided by <strong>2026-03-03</strong>" in sure
    assert "usually: 2.1 h" in sure  # two hours, as their bucket tells them
