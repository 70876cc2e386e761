"""Files that look alike and are of different clients."""

import pytest
from django.db import IntegrityError
from django.urls import reverse

from apps.core import clock
from apps.core.errors import Forbidden, Refused
from apps.service.clients import services
from apps.service.clients.duplicates import groups, suspects
from apps.service.clients.models import Client, DistinctClients
from tests.factories.service import client_of

pytestmark = pytest.mark.django_db


def found():
    return [[client.pk for client in group.clients] for group in groups(Client.objects.all())]


def mark(cast, one, other):
    return services.mark_distinct(one, other, by=cast.sam, reason="two branches")


def test_a_pair_told_apart_is_not_suggested_until_it_changes(cast):
    one, other = client_of(cast.alice), client_of(cast.alice)
    assert found() == [[one.pk, other.pk]]
    row = mark(cast, other, one)
    assert (row.first, row.second, row.by, row.reason) == (one, other, cast.sam, "two branches")
    assert found() == []
    typed = {"viewer": cast.sam, "name": one.name}
    assert suspects(**typed, but=one.pk) == []
    assert [suspect.client for suspect in suspects(**typed)] == [one, other]
    one.phone = "021-55501111"
    services.save_client(one, by=cast.alice)
    assert found() == [[one.pk, other.pk]]
    again = mark(cast, one, other)
    assert found() == []
    row.refresh_from_db()
    assert (row.undone_by, again.undone_at) == (cast.sam, None)


def test_a_mark_can_be_taken_back_once(cast):
    one, other = client_of(cast.alice), client_of(cast.alice)
    row = mark(cast, one, other)
    with pytest.raises(Refused, match="marked as different already"):
        mark(cast, one, other)
    services.undo_distinct(row, by=cast.sam)
    assert found() == [[one.pk, other.pk]]
    with pytest.raises(Refused, match="taken back already"):
        services.undo_distinct(row, by=cast.sam)
    mark(cast, one, other)
    assert DistinctClients.objects.count() == 2


def test_of_three_only_the_pairs_left_hang_together(cast):
    a, b, c = (client_of(cast.alice) for _number in range(3))
    mark(cast, a, b)
    (group,) = groups(Client.objects.all())
    assert [(client, other) for client, other in group.rows()] == [(a, None), (b, c), (c, a)]
    mark(cast, a, c)
    assert found() == [[b.pk, c.pk]]
    mark(cast, b, c)
    assert found() == []


def test_only_client_service_tells_clients_apart_with_a_reason(cast):
    one, other = client_of(cast.alice), client_of(cast.alice)
    with pytest.raises(Forbidden):
        services.mark_distinct(one, other, by=cast.alice, reason="x")
    with pytest.raises(Refused, match="Give a reason"):
        services.mark_distinct(one, other, by=cast.sam, reason=" ")
    with pytest.raises(Refused, match="Choose two clients"):
        services.mark_distinct(one, one, by=cast.sam, reason="x")
    assert found() == [[one.pk, other.pk]]
    values = {"marked_at": clock.now(), "by": cast.sam, "reason": "x"}
    with pytest.raises(IntegrityError):
        DistinctClients.objects.create(first=other, second=one, **values)


def test_the_list_marks_shows_and_takes_back(cast, as_):
    one, other = client_of(cast.alice), client_of(cast.alice)
    page, http = reverse("service:duplicates"), as_("sam")
    assert "Not a duplicate" in http.get(page).text
    data = {"one": other.pk, "other": one.pk, "reason": "two branches"}
    assert http.post(reverse("service:duplicates-mark"), data).url == page
    shown = http.get(page)
    assert (shown.context["groups"], [row["holds"] for row in shown.context["marks"]]) == ([], [True])
    assert "two branches" in shown.text
    undo = reverse("service:duplicates-undo", args=[DistinctClients.objects.get().pk])
    assert as_("alice").post(undo).status_code == 403
    assert as_("sam").post(undo).url == page
    assert as_("sam").get(page).context["marks"] == []
    assert as_("sam").post(reverse("service:duplicates-mark"), {"one": "x"}).url == page
