"""The page behind the code on a printed form: what it tells to whom, and how often strangers may try."""

import pytest
from django.db import connection

from apps.approvals import triggers
from apps.approvals.models import Event
from apps.documents import attempts, verification
from tests.factories.documents import submitted

pytestmark = pytest.mark.django_db
UNKNOWN = "4K-7QX2M-9VTR3-BC0DE"


@pytest.fixture
def memo(people, two_steps):
    two_steps()
    return submitted(people.alice)


@pytest.fixture
def code(memo):
    return verification.code_of(memo)


def test_who_may_see_the_paper_reads_what_it_is_and_that_its_log_holds(client, people, memo, code):
    client.force_login(people.bob)
    page = client.get(f"/verify/{code}/").text
    for part in ("Memo", memo.number, "In approval", memo.approval.head_hash, "2 entries; every hash holds"):
        assert part in page


def test_a_log_that_was_changed_is_told(client, people, memo, code):
    triggers.remove(connection)
    Event.objects.filter(seq=1).update(payload={})
    client.force_login(people.bob)
    page = client.get(f"/verify/{code}/").text
    assert "The log of this paper does not hold" in page
    assert "1: was changed after it was written" in page
    client.force_login(people.olga)
    assert "does not hold" not in client.get(f"/verify/{code}/").text


def test_strangers_get_the_same_page_for_whatever_is_wrong_with_a_code(client, memo, code):
    unknown = [UNKNOWN, code[:-1] + ("0" if code[-1] != "0" else "1"), "Z" + code, "no-code-of-ours", "4" * 80]
    pages = {client.get(f"/verify/{wrong}/").text.replace(wrong, "") for wrong in unknown}
    assert len(pages) == 1
    assert "This code is not known." in pages.pop()
    assert "This paper is authentic" in client.get(f"/verify/{code}/").text


def test_a_stranger_may_not_try_for_ever_and_others_are_not_in_the_way(client, people, memo, code, monkeypatch):
    monkeypatch.setattr(attempts, "MOST", 3)
    assert [client.get(f"/verify/{UNKNOWN}/").status_code for _try in range(5)] == [200, 200, 200, 429, 429]
    response = client.get("/verify/", {"number": memo.number, "code": code})
    assert response.status_code == 429
    assert "Too many codes" in response.text
    assert client.get(f"/verify/{code}/", REMOTE_ADDR="10.0.0.7").status_code == 200
    assert client.get("/verify/").status_code == 200
    client.force_login(people.bob)
    assert client.get(f"/verify/{UNKNOWN}/").status_code == 200
    assert client.get(f"/verify/{code}/").context["genuine"] is True


def test_known_codes_are_not_counted(client, code, monkeypatch):
    monkeypatch.setattr(attempts, "MOST", 2)
    assert {client.get(f"/verify/{code}/").status_code for _try in range(4)} == {200}
