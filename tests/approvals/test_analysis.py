"""Counting how long decisions took: buckets, the count of the log, what is taken back, escalated, or returned."""

import datetime as dt
import math
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.approvals.analysis.buckets import MINUTE, RATIO, bucket_of, percentile, time_of
from apps.approvals.analysis.figures import Selection, figures
from apps.approvals.analysis.gathering import gather, gather_again
from apps.approvals.models import ReturnedFor, StepWaits
from apps.core import clock
from apps.documents import services
from apps.documents.services.deadlines import watch_deadlines
from tests.documents.race import race
from tests.factories.approvals import route, step
from tests.factories.cast import cast
from tests.factories.documents import submitted
from tests.testkind.models import Memo

SHANGHAI = ZoneInfo("Asia/Shanghai")
MARCH = Selection(dt.date(2026, 3, 1), dt.date(2026, 3, 1))
waits = st.lists(st.floats(1, 100_000), min_size=1, max_size=200)


@given(waits, st.sampled_from([0.5, 0.9, 1.0]))
def test_a_percentile_is_less_than_five_per_cent_off(minutes, share):
    counts: dict[int, int] = {}
    for value in minutes:
        bucket = bucket_of(value * MINUTE)
        counts[bucket] = counts.get(bucket, 0) + 1
    exact = sorted(minutes)[math.ceil(len(minutes) * share) - 1]
    assert abs(percentile(counts, share) / MINUTE / exact - 1) < 0.05


@given(st.floats(1, 1_000_000))
def test_the_middle_of_a_bucket_is_in_it_and_near_everything_in_it(minutes):
    bucket = bucket_of(minutes * MINUTE)
    assert bucket_of(time_of(bucket)) == bucket
    assert abs(time_of(bucket) / MINUTE / minutes - 1) <= RATIO**0.5 - 1 + 1e-6


def test_the_edges():
    assert [bucket_of(dt.timedelta(seconds=s)) for s in (0, 59, 60, 65, 66)] == [0, 0, 1, 1, 2]
    assert percentile({}, 0.5) is None
    assert time_of(0) == dt.timedelta(0)


# ---- the log ----


@pytest.fixture
def people(db):
    return cast()


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    """A moment of March 2026; the 2nd is a Monday."""
    return dt.datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


def near(line, hours: float, ninth: float | None = None) -> bool:
    found = [line.median / dt.timedelta(hours=1), line.ninth / dt.timedelta(hours=1)]
    return all(abs(value / exact - 1) < 0.05 for value, exact in zip(found, [hours, ninth or hours], strict=True))


def memo_at(people, moment, applicant="alice"):
    with clock.at(moment):
        return submitted(getattr(people, applicant))


def decide(verb, memo, by, moment, **options):
    with clock.at(moment):
        return verb(Memo.objects.get(pk=memo.pk), by=by, **options)


def gathered(day=31) -> int:
    with clock.at(at(day, 9)):
        return gather()


def two_steps(**head):
    route("memo", [step("head", rule="department_head", **head), step("finance", role="finance_reviewer")])


def test_working_time_from_turn_to_decision(people):
    two_steps()
    memo = memo_at(people, at(2, 17))
    decide(services.approve, memo, people.bob, at(3, 10))
    decide(services.approve, memo, people.fay, at(5, 10))
    assert gathered() == 2
    found = figures(MARCH)
    assert [(line.label, line.under, line.count) for line in found.steps] == [
        ("Finance", "Memo", 1),
        ("Head", "Memo", 1),
    ]
    assert near(found.steps[0], 15)
    assert near(found.steps[1], 2)
    assert [(line.label, line.under) for line in found.people] == [("Fay", "Company"), ("Bob", "Business")]
    assert near(found.total, 2, 15)
    assert [month for month, _line in found.months] == [dt.date(2026, 3, 1)]
    assert [line.label for line in found.kinds] == ["Memo"]


def test_nothing_is_counted_twice_and_only_what_is_new_is_read(people, django_assert_max_num_queries):
    two_steps()
    memo = memo_at(people, at(2, 9))
    decide(services.approve, memo, people.bob, at(2, 10))
    assert [gathered(), gathered()] == [1, 0]
    decide(services.approve, memo, people.fay, at(2, 11))
    assert gathered() == 1
    assert figures(MARCH).total.count == 2
    with clock.at(at(31, 9)):
        assert gather_again() == 2
    assert figures(MARCH).total.count == 2
    with django_assert_max_num_queries(9):
        figures(MARCH)


def test_the_latest_minutes_are_left_for_the_next_time(people):
    two_steps()
    memo = memo_at(people, at(2, 9))
    decide(services.approve, memo, people.bob, at(2, 10))
    with clock.at(at(2, 10, 9)):
        assert gather() == 0
    with clock.at(at(2, 10, 10)):
        assert gather() == 1


def test_an_approval_taken_back_is_taken_off(people):
    two_steps()
    memo = memo_at(people, at(2, 9))
    decide(services.approve, memo, people.bob, at(2, 10))
    with clock.at(at(2, 10, 20)):
        assert gather() == 1
    decide(services.take_back, memo, people.bob, at(2, 10, 30))
    decide(services.approve, memo, people.bob, at(2, 11, 30))
    gathered()
    found = figures(MARCH)
    assert found.total.count == 1
    assert near(found.total, 1)


def test_who_lets_a_deadline_pass_is_late(people):
    two_steps(hours=2, when_late="superior")
    memo = memo_at(people, at(2, 9))
    with clock.at(at(2, 11)):
        watch_deadlines()
    decide(services.approve, memo, people.boss, at(2, 11, 30))
    late = memo_at(people, at(3, 9), "tom")
    decide(services.approve, late, people.tina, at(3, 10))
    gathered()
    lines = {line.label: line for line in figures(MARCH).people}
    assert {name: (line.count, line.late_share) for name, line in lines.items()} == {
        "Bob": (1, 1.0),
        "Boss": (1, 0.0),
        "Tina": (1, 0.0),
    }
    assert near(lines["Bob"], 2)


def test_returns_and_the_words_used_more_than_once(people):
    two_steps()
    for day, words in ((2, "Invoice  missing"), (3, "Invoice missing"), (4, "Only once")):
        memo = memo_at(people, at(day, 9))
        decide(services.return_, memo, people.bob, at(day, 10), reason=words)
    memo = memo_at(people, at(5, 9))
    decide(services.approve, memo, people.bob, at(5, 10))
    gathered()
    found = figures(MARCH)
    assert found.reasons == [("Invoice missing", "Head", 2)]
    assert (found.steps[0].returned, found.steps[0].returned_share) == (3, 0.75)


def test_the_selection(people):
    two_steps()
    for applicant, head in (("alice", "bob"), ("tom", "tina"), ("olga", "sam")):
        memo = memo_at(people, at(2, 9), applicant)
        decide(services.approve, memo, getattr(people, head), at(2, 10))
    gathered()
    march = dt.date(2026, 3, 1)
    assert figures(Selection(march, march, departments=[people.team.pk])).total.count == 1
    assert figures(Selection(march, march, kind="memo")).total.count == 3
    assert figures(Selection(march, march, kind="other")).total.count == 0
    assert figures(Selection(dt.date(2026, 1, 1), dt.date(2026, 2, 1))).total.count == 0
    assert figures(Selection(march, march, departments=[])).steps == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_count_once():
    people = cast()
    two_steps()
    for number in range(10):
        memo = memo_at(people, at(2, 9))
        decide(services.approve, memo, people.bob, at(2, 10))
        race(*[lambda: gathered()] * 3)
        [histogram] = StepWaits.objects.values_list("histogram", flat=True)
        assert sum(histogram.values()) == number + 1
    assert not ReturnedFor.objects.exists()
