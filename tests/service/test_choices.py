"""Choosing a client: by searching, by number, and never one that is not visible."""

import pytest
from django.urls import reverse

from apps.service.clients.fields import MOST_LISTED, ClientField
from apps.service.clients.models import Client
from tests.factories.service import client_of

pytestmark = pytest.mark.django_db


def texts(http, **query):
    return [row["text"] for row in http.get(reverse("service:client-choices"), query).json()]


def test_clients_are_searched_among_those_one_sees(cast, as_):
    mine = client_of(cast.alice, "Acme Trading", phone="021-55501111")
    hers = client_of(cast.tom, "Acme Other")
    words = [f"Acme Trading · {mine.number}"]
    http = as_("alice")
    assert [texts(http, q=q) for q in ("acme", mine.number.lower(), "5550", "trading acme", "")] == [words] * 5
    assert texts(http, q="other") == []
    assert texts(as_("sam"), q="acme") == [f"Acme Other · {hers.number}", *words]
    assert texts(as_("olga"), q="acme") == []


def test_merged_clients_are_not_offered_and_answers_are_capped(cast, as_):
    gone = client_of(cast.alice, "Gone")
    kept = [client_of(cast.alice, f"Client {number:03}") for number in range(MOST_LISTED + 2)]
    Client.objects.filter(pk=gone.pk).update(merged_into=kept[0], status="ended")
    assert texts(as_("alice"), q="gone") == []
    assert len(texts(as_("alice"), q="client")) == MOST_LISTED


def test_the_select_lists_a_few_and_always_the_chosen_one(cast, django_assert_num_queries):
    clients = [client_of(cast.alice, f"Client {number:03}") for number in range(MOST_LISTED + 2)]
    field = ClientField(Client.objects.visible_to(cast.alice))
    with django_assert_num_queries(2):
        page = field.widget.render("client", clients[-1].pk)
    assert page.count("<option") == MOST_LISTED + 2
    assert f'<option value="{clients[-1].pk}" selected>' in page
    assert f'data-source="{reverse("service:client-choices")}"' in field.widget.render(
        "client", None, field.widget.attrs
    )
    assert '<noscript><input type="text"' in page


def test_a_number_typed_counts_without_scripts(cast):
    client, other = client_of(cast.alice), client_of(cast.tom, "Other")
    field = ClientField(Client.objects.visible_to(cast.alice))

    def chosen(**data):
        return field.chosen_in({name.replace("_", "-"): value for name, value in data.items()}, "client")

    assert chosen(client="", client_number=f" {client.number.lower()} ") == client
    assert chosen(client=str(client.pk)) == client
    assert [chosen(client=str(other.pk)), chosen(client_number=other.number), chosen(client="x"), chosen()] == [
        None
    ] * 4
