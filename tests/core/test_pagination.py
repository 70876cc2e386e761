"""Keyset pages: every row once, in both directions, at any sort."""

from itertools import chain

import pytest
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Mod

from apps.core.models import NumberSequence
from apps.core.pagination import CappedCount, capped_count, keyset_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows():
    NumberSequence.objects.bulk_create(
        [NumberSequence(prefix=f"P{number:02}", year=2020 + number % 3, last=number) for number in range(25)]
    )
    return NumberSequence.objects.annotate(rest=Mod(F("last"), Value(4)), text=Cast("year", CharField()))


def walk(rows, sort, size):
    """Forwards to the end and backwards to the beginning."""
    forwards, cursor = [], ""
    while True:
        page = keyset_page(rows, sort=sort, after=cursor, size=size)
        forwards.append([row.pk for row in page.rows])
        if not page.after:
            break
        cursor = page.after
    backwards, cursor = [[row.pk for row in page.rows]], page.before
    while cursor:
        page = keyset_page(rows, sort=sort, before=cursor, size=size)
        backwards.insert(0, [row.pk for row in page.rows])
        cursor = page.before
    return forwards, backwards


@pytest.mark.parametrize("sort", ["pk", "-pk", "year", "-year", "rest", "-rest", "text", "-prefix"])
def test_every_row_comes_once_in_both_directions(rows, sort):
    tie = "-pk" if sort.startswith("-") else "pk"
    expected = list(rows.order_by(sort, tie).values_list("pk", flat=True))
    forwards, backwards = walk(rows, sort, size=5)
    assert list(chain.from_iterable(forwards)) == expected
    assert list(chain.from_iterable(backwards)) == expected


def test_a_short_page_in_front_becomes_a_full_first_page(rows):
    second = keyset_page(rows, sort="pk", after=keyset_page(rows, sort="pk", size=3).after, size=3)
    page = keyset_page(rows, sort="pk", before=second.before, size=10)
    assert [row.last for row in page.rows] == list(range(10))
    assert page.before == ""


@pytest.mark.parametrize("cursor", ["x", "a:b", "🙂", "\x00", "WyItcGsiXQ:zzz", "9" * 3000])
def test_a_damaged_cursor_leads_to_the_first_page(rows, cursor):
    first = keyset_page(rows, sort="pk", size=5)
    assert keyset_page(rows, sort="pk", after=cursor, size=5).rows == first.rows
    assert keyset_page(rows, sort="pk", before=cursor, size=5).rows == first.rows


def test_a_cursor_of_another_order_leads_to_the_first_page(rows):
    cursor = keyset_page(rows, sort="year", size=5).after
    assert keyset_page(rows, sort="-year", after=cursor, size=5).before == ""


def test_one_query_a_page_and_never_a_count(rows, django_assert_num_queries):
    with django_assert_num_queries(1) as queries:
        keyset_page(rows, sort="-year", size=5)
    assert "COUNT" not in queries.captured_queries[0]["sql"].upper()


def test_counting_stops_at_the_cap(rows):
    assert capped_count(rows, cap=25) == CappedCount(25, more=False)
    assert capped_count(rows, cap=24) == CappedCount(24, more=True)
    assert str(CappedCount(10_000, more=True)) == "10,000+"
