"""The lists of the ageing: their order and pages, money without an invoice, currencies, and what they cost."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.core import clock
from tests.factories import billing
from tests.factories.billing import issued, receivable, received
from tests.factories.finance import FundAccountFactory
from tests.factories.service import client_of


@pytest.fixture
def cast(db):
    return billing.cast()


def url(page, **query) -> str:
    address = reverse(f"finance:{page}")
    return f"{address}?{'&'.join(f'{name}={value}' for name, value in query.items())}" if query else address


def test_client_with_nothing_but_money_is_a_row(cast, client):
    received(cast, "12.00")
    client.force_login(cast.cashier)
    (row,) = client.get(url("ageing")).context["page"].rows
    assert (row.owed, row.unapplied, row.net, row.days_overdue) == (0, Decimal(12), Decimal(-12), 0)
    assert client.get(url("ageing", manager=cast.head.pk)).context["page"].rows == []


def test_groups_are_sorted_and_turned_over(cast, client):
    client.force_login(cast.auditor)
    for number in range(32):
        issued(cast, receivable(cast, f"{number + 1}.00", client=client_of(cast.staff, name=f"Client {number:02}")))
    first = client.get(url("ageing"))
    assert [row.owed for row in first.context["page"].rows[:2]] == [32, 31]
    second = client.get(first.context["next_url"])
    assert [row.owed for row in second.context["page"].rows] == [7, 6, 5, 4, 3, 2, 1]
    assert second.context["previous_url"] == url("ageing", before=1)
    named = client.get(url("ageing", sort="label")).context["page"].rows
    assert [row.label for row in named[:2]] == ["Client 00", "Client 01"]
    assert first.context["totals"] is None
    whole = client.get(first.context["totals_url"], headers={"HX-Request": "true"})
    assert {total.label: total.value for total in whole.context["totals"]}["Outstanding"] == "¥528.00"
    assert whole.context["chart"]["series"][0]["data"][0] == "528.00"
    assert [row.owed for row in client.get(url("ageing", after=9)).context["page"].rows[:2]] == [32, 31]


def test_currencies_are_not_added_up(cast, client):
    FundAccountFactory(code="USD", currency="USD")
    issued(cast, receivable(cast, "100.00"))
    issued(cast, receivable(cast, "7.00", currency="USD"))
    client.force_login(cast.auditor)
    assert client.get(url("ageing")).context["list"].sums.owed == 100
    assert client.get(url("ageing", currency="USD")).context["list"].sums.owed == 7


LISTS = ("ageing", "ageing-managers", "ageing-departments", "ageing-invoices", "reminder-overdue")


def test_lists_ask_as_often_for_a_full_page_as_for_few(cast, client):
    long_ago = clock.now() - dt.timedelta(days=80)

    def more(numbers):
        for number in numbers:
            client_ = client_of(cast.staff, name=f"Client {number}")
            with clock.at(long_ago):
                invoice = issued(cast, receivable(cast, client=client_))
                received(cast, "10.00", client=client_, amounts={invoice.pk: Decimal("4.00")})

    def asked() -> dict:
        counts = {}
        for person, as_of in (("executive", "2026-11-01"), ("staff", "")):
            client.force_login(getattr(cast, person))
            for page in LISTS:
                query = {"as_of": as_of} if as_of and page != "reminder-overdue" else {}
                counts[person, page] = queries(client, url(page, **query))
        return counts

    more(range(3))
    few = asked()
    more(range(3, 24))
    assert asked() == few


def queries(client, page) -> int:
    client.get(page)
    with CaptureQueriesContext(connection) as ran:
        assert client.get(page).status_code == 200
    return len(ran)
