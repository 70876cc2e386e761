"""Exposure by hand (domain.md §1.25): each part alone, all of them together, and what does not count."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db.models import Case, DecimalField, F, Value, When

from apps.core import clock
from apps.risk.credit import exposure
from apps.risk.credit.exposure import picture_of, pictures_of
from apps.risk.credit.models import CreditPolicy
from apps.service.clients.models import Client
from tests.factories import credit
from tests.factories.service import client_of

D = Decimal


@pytest.fixture
def acme(cast):
    return client_of(cast.alice)


@pytest.fixture
def contracts(monkeypatch):
    """{client id: amount not settled}, as another app would answer it."""
    amounts: dict[int, Decimal] = {}

    def rows():
        cases = [When(pk=pk, then=Value(amount)) for pk, amount in amounts.items()]
        amount = Case(*cases, output_field=DecimalField(max_digits=14, decimal_places=2))
        return Client.objects.filter(pk__in=amounts).annotate(client=F("pk"), open_amount=amount)

    monkeypatch.setattr(exposure, "unsettled", [rows])
    monkeypatch.setattr(exposure, "own_shares", [])
    return amounts


def test_client_without_anything_has_the_default_limit(acme, contracts):
    picture = picture_of(acme)
    assert (picture.limit, picture.term_days, picture.limit_row) == (D("100000.00"), 30, None)
    assert (picture.exposure, picture.available, picture.utilisation) == (D("0.00"), D("100000.00"), D("0.0"))
    assert (picture.overdue, picture.overdue_days, picture.hold, picture.expired) == (D("0.00"), 0, None, None)


def test_parts_add_up_to_the_cent(cast, acme, contracts):
    """12,000.00 − 5,000.10 not invoiced; 5,000.10 − 1,000.00 unpaid; 33,333.33 × 0.5 = 16,666.67; 800.00 unapplied."""
    partly = credit.owed(acme, cast.alice, "12000.00", invoiced=D("5000.10"))
    credit.invoiced(acme, cast.alice, "5000.10", receivable=partly, collected="1000.00")
    contracts[acme.pk] = D("33333.33")
    credit.received(acme, cast.fay, "1800.00", allocated=D("1000.00"))
    credit.limit_of(acme, "50000.00", term_days=60)
    picture = picture_of(acme)
    assert picture.not_invoiced == D("6999.90")
    assert picture.unpaid == D("4000.10")
    assert picture.contracts == D("16666.67")
    assert picture.unapplied == D("800.00")
    assert picture.exposure == D("26866.67")
    assert picture.available == D("23133.33")
    assert picture.utilisation == D("53.7")
    assert picture.term_days == 60


def test_what_is_over_does_not_count(cast, acme, contracts):
    """Cancelled receivables, invoices asked for, reversed and red ones, paid ones, voided receipts."""
    credit.owed(acme, cast.alice, "700.00", cancelled_on=clock.today())
    paid = credit.owed(acme, cast.alice, "500.00", invoiced=D("500.00"), collected=D("500.00"))
    credit.invoiced(acme, cast.alice, "500.00", receivable=paid, collected="500.00")
    back = credit.owed(acme, cast.alice, "300.00", invoiced=D("300.00"))
    reversed_one = credit.invoiced(
        acme, cast.alice, "300.00", receivable=back, status="reversed", reversed_total=D("300.00")
    )
    red = {"red_of": reversed_one, "invoice_number": "26990000000000000001"}
    credit.invoiced(acme, cast.alice, "-300.00", receivable=back, **red)
    credit.received(acme, cast.fay, "900.00", voided_on=clock.today(), void_reason="Wrong client")
    assert picture_of(acme).exposure == D("0.00")


def test_overdue_counts_after_the_days_of_grace(cast, acme, contracts):
    """Due 7 days ago is overlooked, 8 days ago is not."""
    credit.invoiced(acme, cast.alice, "2000.00", due=-7)
    assert (picture_of(acme).overdue, picture_of(acme).is_overdue) == (D("0.00"), False)
    credit.invoiced(acme, cast.alice, "1000.00", due=-8)
    picture = picture_of(acme)
    assert (picture.overdue, picture.overdue_days, picture.is_overdue) == (D("1000.00"), 8, False)
    credit.invoiced(acme, cast.alice, "0.01", due=-30)
    picture = picture_of(acme)
    assert (picture.overdue, picture.overdue_days, picture.is_overdue) == (D("1000.01"), 30, True)


def test_limit_ends_after_its_last_day(cast, acme, contracts):
    row = credit.limit_of(acme, "70000.00", until=0)
    assert picture_of(acme).limit_row == row
    tomorrow = clock.now() + dt.timedelta(days=1)
    with clock.at(tomorrow):
        picture = picture_of(acme)
    assert (picture.limit_row, picture.expired, picture.limit) == (None, row, D("100000.00"))


def test_ended_limit_is_the_default_again(cast, acme, contracts):
    credit.limit_of(acme, "70000.00", ended_on=clock.today())
    assert (picture_of(acme).limit, picture_of(acme).expired) == (D("100000.00"), None)


def test_policy_decides(cast, acme, contracts):
    contracts[acme.pk] = D("1000.00")
    CreditPolicy.objects.create(pk=1, default_limit=D("0.00"), inclusion_rate=D("0.2500"))
    picture = picture_of(acme)
    assert (picture.contracts, picture.limit, picture.utilisation) == (D("250.00"), D("0.00"), None)


def test_paper_does_not_count_itself(cast, acme, contracts, monkeypatch):
    row = credit.owed(acme, cast.alice, "900.00", invoiced=D("400.00"))
    credit.invoiced(acme, cast.alice, "400.00", receivable=row)
    contracts[acme.pk] = D("5000.00")
    monkeypatch.setattr(exposure, "own_shares", [lambda paper: D("2000.00") if paper == row.document else D("0.00")])
    assert picture_of(acme).exposure == D("3400.00")
    assert picture_of(acme, document=row.document).exposure == D("1500.00")


def test_many_clients_cost_as_many_queries_as_one(cast, contracts, django_assert_num_queries):
    clients = [client_of(cast.alice, f"Client {number}") for number in range(30)]
    for number, client in enumerate(clients):
        credit.owed(client, cast.alice, f"{100 + number}.00")
        credit.invoiced(client, cast.alice, "10.00", due=-20)
        credit.received(client, cast.fay, "5.00")
    with django_assert_num_queries(2):
        one = pictures_of([clients[0].pk])
    with django_assert_num_queries(2):
        many = pictures_of([client.pk for client in clients])
    assert one[clients[0].pk] == many[clients[0].pk]
    assert [many[client.pk].exposure for client in clients] == [D(105 + number) for number in range(30)]
