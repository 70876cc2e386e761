"""Completeness and freshness follow their documented formulas; keys of names and numbers."""

import datetime as dt

import pytest

from apps.core import clock
from apps.service.clients import quality
from apps.service.clients.keys import name_key, phone_key, web_address
from apps.service.clients.models import Client
from apps.service.clients.services import review
from tests.factories.service import ClientGradeFactory, IndustryFactory, client_of, contact_of, preference_of

TODAY = dt.date(2026, 6, 1)


def test_weights_add_up_to_a_hundred():
    assert sum(weight for _words, weight in quality.FIELDS.values()) == 100
    assert set(quality.CHECKED) <= set(quality.FIELDS)


@pytest.mark.parametrize(
    ("kind", "filled", "percent"),
    [
        ("company", set(), 0),
        ("company", {"name"}, 10),
        ("company", {"name", "uscc", "contact", "reach"}, 35),
        ("company", set(quality.FIELDS), 100),
        ("person", {"name"}, 12),
        ("person", set(quality.FIELDS) - {"uscc", "industry"}, 100),
    ],
)
def test_completeness_adds_the_weights_of_what_applies(kind, filled, percent):
    assert quality.completeness(kind, filled) == percent


@pytest.mark.parametrize(
    ("days_ago", "points"), [(0, 100), (90, 75), (180, 50), (270, 25), (360, 0), (1000, 0), (-3, 100)]
)
def test_a_field_is_half_as_fresh_when_its_review_is_due(days_ago, points):
    assert quality.field_freshness(TODAY - dt.timedelta(days=days_ago), TODAY, 180) == points
    assert quality.field_freshness(None, TODAY, 180) == 0


def test_freshness_is_the_weighted_mean_of_what_goes_stale():
    confirmed = {"name": TODAY, "phone": TODAY - dt.timedelta(days=180)}
    fresh = quality.freshness("company", {"name", "phone", "owner"}, confirmed, today=TODAY, review_days=180)
    assert fresh == (10 * 100 + 5 * 50) // 15
    assert quality.freshness("company", {"owner"}, confirmed, today=TODAY, review_days=180) == 0


def test_completeness_is_kept_with_the_file_and_freshness_decays(cast):
    client = client_of(cast.alice, industry=IndustryFactory(), phone="021-55501234")
    assert client.completeness == 10 + 10 + 10 + 5
    contact_of(client, is_primary=True, mobile="13900001111")
    preference_of(client)
    client.refresh_from_db()
    assert client.completeness == 35 + 10 + 5 + 5
    review(client, by=cast.alice, fields=quality.CHECKED)
    assert client.freshness() == 100
    with clock.at(clock.now() + dt.timedelta(days=180)):
        assert Client.objects.get(pk=client.pk).freshness() == 50


@pytest.mark.parametrize(
    "name", ["上海华辰贸易有限公司", " 上海 华辰（贸易）有限公司 ", "上海华辰贸易", "上海华辰贸易有限责任公司"]
)
def test_names_that_are_the_same_have_the_same_key(name):
    assert name_key(name) == "上海华辰贸易"


@pytest.mark.parametrize(("name", "key"), [("ACME Trading Co., Ltd.", "acmetrading"), ("Co", "co"), ("公司", "公司")])
def test_legal_forms_are_left_out_unless_nothing_remains(name, key):
    assert name_key(name) == key


@pytest.mark.parametrize(
    ("phone", "key"),
    [
        ("+86 139-0000 1111", "13900001111"),
        ("0086 021 5550 8800", "02155508800"),
        ("（021）55508800", "02155508800"),
        ("110", ""),
        ("", ""),
    ],
)
def test_numbers_are_compared_by_their_digits(phone, key):
    assert phone_key(phone) == key


def test_web_addresses_get_their_scheme():
    assert [web_address(text) for text in ("", "acme.example", "http://acme.example")] == [
        "",
        "https://acme.example",
        "http://acme.example",
    ]


def test_overdue_days_come_from_promise_then_grade(cast):
    client = client_of(cast.alice, grade=ClientGradeFactory(contact_days=30))
    assert client.contact_due_on == client.entered_on + dt.timedelta(days=30)
    client.next_contact_on = TODAY
    assert client.contact_due_on == TODAY
    client.status = "ended"
    assert client.contact_due_on is None
