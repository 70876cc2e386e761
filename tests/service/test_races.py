"""Two people at the same moment, on PostgreSQL: one effect, and the loser gets a sentence."""

import pytest

from apps.service.clients import services
from apps.service.clients.models import Client, ClientMerge, Contact
from tests.documents.race import loser_says, race, winners
from tests.factories.service import client_of, contact_of
from tests.service.conftest import build

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = 15


def test_two_merges_in_opposite_directions_leave_one_signpost():
    cast = build()
    for number in range(ROUNDS):
        one, two = client_of(cast.alice, f"One {number}"), client_of(cast.tom, f"Two {number}")
        for client in (one, two):
            contact_of(client, is_primary=True)
        outcomes = race(
            lambda one=one, two=two: services.merge(source=one, target=two, by=cast.sam, reason="x"),
            lambda one=one, two=two: services.merge(source=two, target=one, by=cast.sam, reason="x"),
        )
        assert winners(outcomes) == 1
        assert "was already merged into" in loser_says(outcomes)
        live = Client.objects.live().get(pk__in=[one.pk, two.pk])
        assert Contact.objects.filter(client=live).count() == 2
        assert Contact.objects.filter(client=live, is_primary=True).count() == 1
    assert ClientMerge.objects.count() == ROUNDS


def test_a_pool_client_is_taken_once():
    cast = build()
    for number in range(ROUNDS):
        client = client_of(None, f"Pool {number}")
        outcomes = race(
            lambda client=client: services.take(client, by=cast.alice),
            lambda client=client: services.take(client, by=cast.tom),
        )
        assert winners(outcomes) == 1
        client.refresh_from_db()
        assert loser_says(outcomes) == f"{client.owner} has just taken this client."
