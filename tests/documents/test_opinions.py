"""Somebody is asked for an opinion, and the paper comes back for the decision (委派)."""

import pytest
from django.urls import reverse

from apps.approvals import engine, reassigning
from apps.approvals.errors import AlreadyDecided, NotAsked, OpinionAsked, ReasonMissing
from apps.approvals.events import verify
from apps.approvals.models import Event, Task
from apps.documents import services
from apps.documents.chain import chain_of
from apps.documents.errors import NotAllowed
from apps.documents.models import Document
from apps.documents.services.projection import orphans
from apps.notifications.models import Notification
from tests.factories.approvals import route, step
from tests.factories.documents import submitted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def all_holds(people):
    """Whatever a test did, permissions match the open tasks and the log verifies."""
    yield
    assert orphans() == []
    assert list(verify()) == []


@pytest.fixture
def memo(people, two_steps):
    """Submitted by alice, waiting for bob, who asks olga and sam what they think."""
    two_steps()
    memo = submitted(people.alice)
    Notification.objects.all().delete()
    return services.consult(memo, by=people.bob, people=[people.olga, people.sam], reason="Do we need it?")


def deciding() -> list[str]:
    return sorted(Task.objects.open().values_list("user__username", flat=True))


def told() -> list[tuple[str, str, str]]:
    return list(Notification.objects.order_by("pk").values_list("recipient__username", "title", "body"))


def page(memo, name, *args):
    return reverse(f"testkind:memo-{name}", args=[memo.pk, *args])


def test_the_paper_comes_back_when_everybody_asked_has_answered(people, memo):
    assert deciding() == ["olga", "sam"]
    services.advise(memo, by=people.olga, opinion="  Yes, we do ")
    assert deciding() == ["sam"]
    services.advise(memo, by=people.sam, opinion="No")
    assert deciding() == ["bob"]
    services.approve(memo, by=people.bob)
    assert deciding() == ["fay", "finn"]
    said = list(Event.objects.filter(verb__in=["consulted", "advised"]).values_list("verb", "actor__username"))
    assert said == [("consulted", "bob"), ("advised", "olga"), ("advised", "sam")]
    asked = f"Bob asks for your opinion on {memo.number} from Alice"
    answered = f"gave you an opinion on {memo.number}"
    assert told()[:4] == [
        ("olga", asked, "Do we need it?"),
        ("sam", asked, "Do we need it?"),
        ("bob", f"Olga {answered}", "Yes, we do"),
        ("bob", f"Sam {answered}", "No"),
    ]


def test_an_opinion_is_no_decision(people, memo):
    for verb, said in (("approve", {}), ("return_", {"reason": "No"}), ("reject", {"reason": "No"})):
        with pytest.raises(NotAllowed, match="You are asked for your opinion"):
            getattr(services, verb)(memo, by=people.olga, **said)
        with pytest.raises(OpinionAsked):
            getattr(engine, verb)(memo.approval_id, by=people.olga, facts={}, content_hash="", **said)
    with pytest.raises(NotAllowed):
        services.add_approvers(memo, by=people.olga, people=[people.tina], place="before", reason="?")
    with pytest.raises(OpinionAsked):
        reassigning.add_approvers(memo.approval_id, by=people.olga, people=[people.tina], place="beside", reason="?")
    assert deciding() == ["olga", "sam"]
    withdrawn = services.withdraw(memo, by=people.alice)
    assert withdrawn.state == "draft"


def test_an_opinion_says_something_and_is_given_once(people, memo):
    with pytest.raises(ReasonMissing):
        services.advise(memo, by=people.olga, opinion=" ")
    services.advise(memo, by=people.olga, opinion="Yes")
    with pytest.raises(AlreadyDecided, match="gave an opinion"):
        services.advise(memo, by=people.olga, opinion="No")
    services.advise(memo, by=people.sam, opinion="Yes")
    with pytest.raises(NotAllowed, match="Nobody waits for your opinion"):
        services.advise(memo, by=people.bob, opinion="Yes")
    with pytest.raises(NotAsked):
        reassigning.advise(memo.approval_id, by=people.bob, opinion="Yes", facts={}, content_hash="")


def test_who_was_asked_asks_in_turn_passes_it_on_or_is_let_go(people, memo):
    services.consult(memo, by=people.olga, people=[people.tina], reason="You know it")
    services.transfer(memo, by=people.tina, to=people.tom, reason="On leave")
    services.remove_approver(memo, by=people.bob, task=Task.objects.open().get(user=people.sam).pk)
    services.advise(memo, by=people.tom, opinion="Yes")
    assert deciding() == ["olga"]
    services.advise(memo, by=people.olga, opinion="Yes")
    assert deciding() == ["bob"]
    assert Document.objects.visible_to(people.tom).filter(pk=memo.pk).exists()


def test_a_colleagues_decision_spares_the_opinion(people):
    route("memo", [step("finance", role="finance_reviewer"), step("head", rule="department_head")])
    memo = submitted(people.alice)
    services.consult(memo, by=people.fay, people=[people.olga], reason="?")
    services.approve(memo, by=people.finn)
    assert deciding() == ["bob"]
    services.take_back(memo, by=people.finn)
    assert deciding() == ["finn", "olga"]


def test_the_chain_tells_opinions_from_decisions(people, memo):
    services.advise(memo, by=people.olga, opinion="Yes")
    document = Document.objects.select_related("approval").get(pk=memo.pk).specific
    shown = [(row.person, row.label, row.note, row.comment) for row in chain_of(document).stop_of("head").decisions]
    asked = "asked for an opinion by Bob"
    assert shown == [
        ("Bob", "Waits for somebody else in this step", "", ""),
        ("Olga", "Gave an opinion", asked, "Yes"),
        ("Sam", "", asked, ""),
    ]


def test_in_the_browser(people, two_steps, client):
    two_steps()
    memo = submitted(people.alice)
    client.force_login(people.bob)
    assert f'href="{page(memo, "consult")}"' in client.get(page(memo, "detail")).content.decode()
    wrong = client.post(page(memo, "consult"), {"people": [people.alice.pk], "reason": "?"})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["people"])
    assert client.post(page(memo, "consult"), {"people": [people.olga.pk], "reason": "?"}).status_code == 302

    client.force_login(people.olga)
    shown = client.get(page(memo, "detail"))
    html = shown.content.decode()
    assert f'action="{page(memo, "advise")}"' in html
    assert f'action="{page(memo, "approve")}"' not in html
    assert "dialog-reject" not in html
    hidden = {item["name"]: item["value"] for item in shown.context["decision"]["hidden"]}
    empty = client.post(page(memo, "advise"), hidden)
    assert (empty.status_code, empty.context["form"].errors["opinion"]) == (422, ["Give a reason."])
    assert client.post(page(memo, "advise"), {**hidden, "opinion": "Yes"}).status_code == 302
    assert deciding() == ["bob"]
    client.force_login(people.bob)
    assert "Gave an opinion" in client.get(page(memo, "detail")).content.decode()
