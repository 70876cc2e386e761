"""Django's admin shows papers, runs and routes, and changes none of them."""

import pytest

from tests.documents.trips import publish, trip

PAGES = [
    "documents/document",
    "documents/export",
    "approvals/route",
    "approvals/routeversion",
    "approvals/approval",
    "approvals/event",
]


@pytest.mark.parametrize("page", PAGES)
def test_it_can_be_read_and_not_changed(client, people, page):
    publish()
    document = trip(people.alice)
    client.force_login(people.root)

    assert client.get(f"/admin/{page}/").status_code == 200
    assert client.get(f"/admin/{page}/add/").status_code == 403
    row = {"documents/document": document.pk, "approvals/approval": document.approval_id}.get(page)
    if row:
        assert client.get(f"/admin/{page}/{row}/change/").status_code == 200
        assert client.post(f"/admin/{page}/{row}/change/", {"title": "Forged"}).status_code == 403
