"""The figures of receivables from few rows: how much of what was due came in, what will, and what the page costs."""

from decimal import Decimal

import pytest
from django.urls import reverse

from apps.core import clock
from apps.finance.receivables import figures
from apps.finance.receivables.figures import Expected, Scope
from tests.factories import billing
from tests.factories.billing import issued, receivable, received
from tests.factories.service import client_of
from tests.finance.test_receivables_ageing import ZERO, at, red_of
from tests.finance.test_receivables_ageing_lists import queries


@pytest.fixture
def cast(db):
    return billing.cast()


def test_collection_rate_and_forecast(cast):
    scope = Scope(cast.auditor, "CNY")
    with at(0):
        first = issued(cast, receivable(cast, "1000.00", term_days=10))
        issued(cast, receivable(cast, "500.00", term_days=60))
        received(cast, "250.00", amounts={first.pk: Decimal("250.00")})
    with at(20):  # 2026-01-25
        red_of(cast, first, "100.00")
        receivable(cast, "77.00", term_days=10, due_base="settlement")
        receivable(cast, "33.00", term_days=400)
        today = clock.today()
        rate = figures.collection_rate(scope, today=today)
        assert (rate.due, rate.collected, rate.percent) == (Decimal(900), Decimal(250), Decimal("27.8"))
        found = {row.label: row for row in figures.forecast(scope, today=today) if row.total}
    assert found == {
        "overdue": Expected("overdue", Decimal("650.00"), ZERO),
        "2026-02": Expected("2026-02", ZERO, Decimal("177.00")),  # with what was reversed
        "2026-03": Expected("2026-03", Decimal("500.00"), ZERO),
        "later": Expected("later", ZERO, Decimal("33.00")),
    }


def test_glance_asks_as_often_for_many_as_for_one(cast, client):
    client.force_login(cast.executive)
    issued(cast)
    page = reverse("finance:receivables-glance")
    asked = queries(client, page)
    for number in range(10):
        issued(cast, receivable(cast, client=client_of(cast.staff, name=f"Client {number}")))
    assert queries(client, page) == asked
