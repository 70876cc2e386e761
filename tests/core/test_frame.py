"""The frame around every page: complete, small, cheap, and the same with and without scripts."""

import re
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import resolve, reverse

from apps.core import navigation
from apps.core.icons import icon
from tests.factories.org import UserFactory

SPRITE = settings.BASE_DIR / "static" / "img" / "icons.svg"
PAGE = '{% extends "base.html" %}{% block heading %}A page{% endblock heading %}'


@pytest.fixture
def user(db):
    return UserFactory(username="chen", name="陈志明", theme="dark")


def request_of(user, path="/"):
    request = RequestFactory().get(path)
    request.user = user
    request.resolver_match = resolve(path)
    request.session = {}
    return request


def page_of(user, path="/"):
    return engines["django"].from_string(PAGE).render({}, request_of(user, path))


def drawn_icons():
    return set(re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text()))


def test_the_frame_leads_to_everything_a_person_needs(user):
    page = page_of(user)

    assert '<html lang="en" data-theme="dark">' in page
    assert "<h1>A page</h1>" in page
    assert 'href="#content"' in page
    for name in ("workspace:desk", "workspace:inbox", "notifications:list", "org:account", "org:sessions"):
        assert f'href="{reverse(name)}"' in page
    assert f'action="{reverse("workspace:search")}" role="search"' in page
    assert f'method="post" action="{reverse("org:preferences")}"' in page
    assert f'formaction="{reverse("org:sign-out")}"' in page
    assert re.findall(r'name="language" value="([^"]+)"', page) == ["zh-hant", "zh-hans", "en"]
    assert re.findall(r'name="theme" value="([^"]+)"', page) == ["light", "dark", "auto"]


def test_counters_show_their_number_and_nothing_when_nothing_waits(user, monkeypatch):
    monkeypatch.setattr(navigation, "_counters", {"inbox": lambda request: 12, "notifications": lambda request: 0})

    page = page_of(user)

    assert '<b class="count" data-count="inbox">12</b>' in page
    assert re.search(r'<b class="count" id="notification-count"[^>]*></b>', page)


def test_the_frame_weighs_less_than_twelve_kilobytes_for_everyday_people(user):
    assert len(page_of(user).encode()) < 12 * 1024


def test_the_frame_runs_no_script_or_style_of_its_own(user):
    page = page_of(user)

    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page)
    assert re.findall(r"<script(?![^>]*\ssrc=)", page) == []


def test_the_frame_costs_the_same_for_every_number_of_entries(user, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(navigation, "_counters", {})
    few = [item for item in navigation._items if item.group == ""]
    many = [*few, *(navigation.Item(f"Entry {n}", "workspace:desk", group="system") for n in range(30))]

    for items in (few, many):
        monkeypatch.setattr(navigation, "_items", items)
        with django_assert_num_queries(0):
            page_of(user)


def test_the_frame_is_rendered_in_a_few_milliseconds(user):
    page_of(user)
    times = []
    for _ in range(15):
        began = time.process_time()
        page_of(user)
        times.append(time.process_time() - began)

    assert min(times) < 0.006, f"{min(times) * 1000:.1f} ms"


def test_each_icon_that_a_page_shows_is_drawn():
    named = set()
    for folder, pattern in (("templates", "*.html"), ("apps", "*.py")):
        for path in (settings.BASE_DIR / folder).rglob(pattern):
            named |= set(re.findall(r'(?:\{% icon |\bicon\(|\bicon=)"([a-z0-9-]+)"', path.read_text()))

    assert named - drawn_icons() == set()


def test_the_sprite_holds_what_its_list_names():
    listed = (settings.BASE_DIR / "scripts" / "icons.txt").read_text().split()

    assert drawn_icons() == set(listed)
    assert listed == sorted(set(listed))


def test_each_entry_of_the_navigation_has_an_icon_that_is_drawn():
    assert {item.icon for item in navigation._items} - drawn_icons() == set()


def test_an_icon_says_nothing_to_a_screen_reader():
    assert icon("inbox") == ('<svg class="i" aria-hidden="true"><use href="/static/img/icons.svg#inbox"/></svg>')


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "413.html", "500.html"])
def test_error_pages_need_no_context(name):
    page = render_to_string(name)

    assert 'class="signed-out"' in page
    assert f'<p class="error-code">{name[:3]}</p>' in page


def test_an_error_page_keeps_the_frame_for_those_who_are_signed_in(user):
    page = render_to_string("404.html", request=request_of(user))

    assert 'class="frame"' in page
    assert "This page does not exist" in page


def test_a_refusal_says_its_reason(user):
    page = render_to_string("403.html", {"exception": "Only the cashier pays."}, request_of(user))

    assert "Only the cashier pays." in page


@pytest.mark.parametrize(
    "path", sorted((settings.BASE_DIR / "templates" / "components").glob("*.html")), ids=lambda p: p.stem
)
def test_components_say_what_they_expect(path: Path):
    head = path.read_text().split("{% endcomment %}")[0]

    assert head.startswith("{% comment %}")
    assert re.search(r"[Cc]ontext", head)


def test_a_reason_dialog_asks_for_the_reason_and_offers_the_common_ones(user):
    html = render_to_string(
        "components/reason_dialog.html",
        {"id": "return", "title": "Return", "action": "/x/", "submit_label": "Return", "reasons": ["Invoice missing"]},
        request_of(user),
    )

    assert re.search(r'<textarea[^>]* name="reason"[^>]* required>', html)
    assert 'data-reason="Invoice missing"' in html
    assert 'method="post" action="/x/"' in html
    assert "csrfmiddlewaretoken" in html
