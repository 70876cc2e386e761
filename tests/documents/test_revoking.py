"""An approved paper is revoked by a chain: asked for with a reason, decided, carried out (撤銷)."""

import datetime as dt

import pytest
from django.urls import reverse

from apps.approvals.errors import ReasonMissing
from apps.approvals.events import verify
from apps.approvals.models import Event, Route, Task
from apps.core import clock
from apps.core.errors import Refused
from apps.documents import services
from apps.documents.errors import NotAllowed
from apps.documents.models import Document, Revocation
from apps.documents.services.projection import orphans
from apps.notifications.models import Notification
from tests.factories.approvals import route, step
from tests.factories.documents import approved, submitted
from tests.testkind.models import Memo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def all_holds(people):
    """Whatever a test did, permissions match the open tasks and the log verifies."""
    yield
    assert orphans() == []
    assert list(verify()) == []


@pytest.fixture
def memo(people):
    """Alice's, approved by bob; it may be revoked for thirty days."""
    return approved(people.alice)


def ask(memo, by, reason=" Ordered twice "):
    return services.ask_to_revoke(memo, by=by, reason=reason)


def deciding() -> list[str]:
    return sorted(Task.objects.open().values_list("user__username", flat=True))


def again(memo) -> Memo:
    return Memo.objects.select_related("approval").get(pk=memo.pk)


def test_it_takes_the_chain_of_the_paper_again_and_voids_it(people, memo):
    asked = ask(memo, people.alice)
    assert (asked.of.pk, asked.reason, asked.amount, asked.state) == (
        memo.pk,
        "Ordered twice",
        memo.amount,
        "in_review",
    )
    assert str(asked).startswith("CX-")
    assert (deciding(), again(memo).state) == (["bob"], "approved")
    services.approve(asked, by=people.bob)
    memo = again(memo)
    assert (memo.state, memo.approval.state, memo.number) == ("cancelled", "approved", memo.number)
    event = Event.objects.get(approval=memo.approval, verb="revoked")
    assert (event.actor, event.payload) == (people.bob, {"text": "Ordered twice", "revocation": str(asked)})
    told = Notification.objects.filter(title=f"{memo} is revoked").values_list("recipient__username", flat=True)
    assert list(told) == ["alice"]


def test_a_chain_of_its_own_goes_before_the_general_one_and_that_before_the_papers(people, memo):
    route("revocation", [step("general", people=[people.sam])])
    ask(memo, people.alice)
    assert deciding() == ["sam"]
    services.reject(Revocation.objects.get(), by=people.sam, reason="No")
    route("memo", [step("own", people=[people.olga])], purpose="revoke")
    ask(memo, people.alice)
    assert deciding() == ["olga"]
    submitted(people.tom)
    assert "tina" in deciding(), "a new memo still takes the chain for approving"


def test_who_decides_it_reads_the_paper(people, memo):
    route("memo", [step("own", people=[people.olga])], purpose="revoke")
    assert not Document.objects.visible_to(people.olga).filter(pk=memo.pk).exists()
    asked = ask(memo, people.alice)
    assert Document.objects.visible_to(people.olga).filter(pk=memo.pk).exists()
    services.reject(asked, by=people.olga, reason="It has come")
    assert again(memo).state == "approved"


def test_only_the_applicant_within_the_days_with_a_reason_and_once(people, memo):
    for person in (people.bob, people.boss, people.root):
        with pytest.raises(NotAllowed, match="Only the applicant"):
            ask(memo, person)
    with pytest.raises(ReasonMissing):
        ask(memo, people.alice, reason=" ")
    last = memo.closed_at + dt.timedelta(days=30)
    with clock.at(last + dt.timedelta(days=1)), pytest.raises(NotAllowed, match="It could be revoked until"):
        ask(memo, people.alice)
    with clock.at(last):
        ask(memo, people.alice)
    with pytest.raises(NotAllowed, match="asks for it already"):
        ask(memo, people.alice)


@pytest.mark.parametrize("days", [None, 0])
def test_the_route_says_whether_and_how_long(people, memo, days):
    Route.objects.filter(kind="memo").update(revocable_days=days)
    if days is None:
        with pytest.raises(NotAllowed, match="Documents of this kind are not revoked"):
            ask(memo, people.alice)
    else:
        assert ask(memo, people.alice).state == "in_review"


def test_a_paper_cancelled_meanwhile_is_not_revoked(people, memo):
    asked = ask(memo, people.alice)
    services.cancel(again(memo), by=people.erin, reason="Void")
    with pytest.raises(Refused, match="not an approved paper any more"):
        services.approve(asked, by=people.bob)


def test_its_content_is_the_reason_and_what_is_revoked(people, memo):
    asked = ask(memo, people.alice)
    before = asked.content_hash()
    Memo.objects.filter(pk=memo.pk).update(purpose="Something else")
    assert Revocation.objects.get().content_hash() != before


def test_in_the_browser(people, memo, client):
    page = reverse("testkind:memo-revoke", args=[memo.pk])
    client.force_login(people.bob)
    assert client.get(page).status_code == 403
    client.force_login(people.alice)
    assert f'href="{page}"' in client.get(memo.get_absolute_url()).content.decode()
    assert memo.get_absolute_url() in client.get(reverse("documents:revocation-create")).content.decode()
    assert list(client.post(page, {"reason": ""}).context["form"].errors) == ["reason"]
    answer = client.post(page, {"reason": "Ordered twice"})
    asked = Revocation.objects.get()
    assert answer["Location"] == asked.get_absolute_url()
    said = client.get(memo.get_absolute_url()).content.decode()
    assert "This paper is to be revoked" in said
    assert asked.get_absolute_url() in said
    assert f'href="{page}"' not in said
    client.force_login(people.bob)
    html = client.get(asked.get_absolute_url()).content.decode()
    assert memo.get_absolute_url() in html
    assert "Ordered twice" in html
    client.post(asked.url("approve"))
    client.force_login(people.alice)
    assert "This paper was revoked." in client.get(memo.get_absolute_url()).content.decode()


def test_routes_for_revoking_are_kept_by_the_administrator(people, memo, client):
    client.force_login(people.root)
    kept = Route.objects.get(kind="memo")
    form = {"name": "Memos", "name_en": "", "owner": "", "revocable_days": "7"}
    client.post(reverse("approvals:route-update", args=[kept.pk]), form)
    kept.refresh_from_db()
    assert kept.revocable_days == 7
    address = reverse("approvals:route-create", args=["memo"]) + "?purpose=revoke"
    assert address in client.get(reverse("approvals:route", args=[kept.pk])).content.decode()
    assert client.get(reverse("approvals:route-create", args=["memo"])).status_code == 404
    assert "revocable_days" not in client.get(address).context["form"].fields
    client.post(address, {"name": "Revoking memos", "name_en": "", "owner": ""})
    made = Route.objects.get(kind="memo", purpose="revoke")
    assert (made.name, client.get(address).status_code) == ("Revoking memos", 404)
    shown = client.get(reverse("approvals:route-list")).content.decode()
    assert reverse("approvals:route", args=[made.pk]) in shown
    assert (
        reverse("approvals:route", args=[made.pk])
        in client.get(reverse("approvals:route", args=[kept.pk])).content.decode()
    )
