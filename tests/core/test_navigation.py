"""The navigation shows each person what they may open, in one order, and knows where they are."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory

from apps.core import navigation
from apps.core.models import NumberSequence
from apps.core.navigation import Item, count_for, navigation_for, register, register_counter, register_row_counter


@pytest.fixture(autouse=True)
def empty_navigation(monkeypatch):
    monkeypatch.setattr(navigation, "_items", [])
    monkeypatch.setattr(navigation, "_counters", {})


def shown(path="/"):
    """(heading, [(label, current), …]) for somebody on a page."""
    groups = navigation_for(RequestFactory().get(path))
    return [(str(group.label), [(entry.label, entry.current) for entry in group.entries]) for group in groups]


def test_entries_stand_by_department_then_by_order():
    register(
        Item("Company", "org:company", group="system"),
        Item("Notifications", "notifications:list", order=20, group="office"),
        Item("Sessions", "org:sessions", order=10, group="office"),
        Item("Desk", "workspace:desk"),
    )

    assert shown("/nowhere/") == [
        ("", [("Desk", False)]),
        ("Administration", [("Sessions", False), ("Notifications", False)]),
        ("Settings", [("Company", False)]),
    ]


def test_entries_that_are_not_for_this_person_are_left_out_with_their_heading():
    register(
        Item("Desk", "workspace:desk"),
        Item("Company", "org:company", group="system", visible=lambda request: False),
    )

    assert shown("/nowhere/") == [("", [("Desk", False)])]


def test_the_entry_with_the_longest_fitting_address_is_current():
    register(
        Item("Desk", "workspace:desk", order=1),
        Item("Account", "org:account", order=2),
        Item("Sessions", "org:sessions", order=3),
    )

    assert shown("/account/sessions/7/end/") == [("", [("Desk", False), ("Account", False), ("Sessions", True)])]
    assert shown("/account/") == [("", [("Desk", False), ("Account", True), ("Sessions", False)])]
    assert shown("/") == [("", [("Desk", True), ("Account", False), ("Sessions", False)])]


def test_registering_a_page_again_replaces_its_entry():
    register(Item("Desk", "workspace:desk"))
    register(Item("My desk", "workspace:desk"))

    assert shown() == [("", [("My desk", True)])]


def test_an_unknown_group_is_refused_by_name():
    with pytest.raises(ImproperlyConfigured, match="no navigation group 'kitchen'"):
        register(Item("Cooking", "workspace:desk", group="kitchen"))


def test_a_counter_is_asked_once_in_a_request_and_shown_at_its_entry():
    asked = []
    register_counter("inbox", lambda request: asked.append(request) or 12)
    register(Item("Inbox", "workspace:inbox", counter="inbox"))
    request = RequestFactory().get("/")

    assert [entry.count for group in navigation_for(request) for entry in group.entries] == [12]
    assert count_for(request, "inbox") == 12
    assert asked == [request]


def test_what_nobody_counts_is_nothing():
    assert count_for(RequestFactory().get("/"), "stars") == 0


@pytest.mark.django_db
def test_rows_that_wait_are_counted_in_one_query(rf, django_assert_num_queries):
    NumberSequence.objects.bulk_create(NumberSequence(prefix="N", year=year) for year in range(2020, 2027))
    register_row_counter("some", lambda request: NumberSequence.objects.order_by().values("pk")[:5])
    register_row_counter("few", lambda request: NumberSequence.objects.filter(year=2020).order_by().values("pk"))
    register_row_counter("none", lambda request: NumberSequence.objects.none().values("pk"))
    request = rf.get("/")
    with django_assert_num_queries(1):
        assert [count_for(request, name) for name in ("some", "few", "none", "unknown")] == [5, 1, 0, 0]
