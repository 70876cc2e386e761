"""Who decides changes on the way: transfer, added approvers, an approval taken back, a reminder."""

import datetime as dt

import pytest
from django.urls import reverse

from apps.approvals import reassigning
from apps.approvals.errors import ApprovalRefused, NotYourTurn, ReasonMissing, UrgedAlready
from apps.approvals.events import verify
from apps.approvals.models import Event, Task
from apps.core import clock
from apps.documents import services
from apps.documents.errors import NotAllowed
from apps.documents.models import Document
from apps.documents.services.handover import hand_over
from apps.documents.services.projection import orphans
from apps.notifications.models import Notification
from tests.factories.approvals import route, step
from tests.factories.documents import submitted

pytestmark = pytest.mark.django_db
MORNING = dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def all_holds(people):
    """Whatever a test did, permissions match the open tasks and the log verifies."""
    yield
    assert orphans() == []
    assert list(verify()) == []


@pytest.fixture
def memo(people, two_steps):
    """Submitted by alice, waiting for bob, then any of finance."""
    two_steps()
    return submitted(people.alice)


def deciding() -> list[str]:
    return sorted(Task.objects.open().values_list("user__username", flat=True))


def told(verb: str) -> list[str]:
    return sorted(Notification.objects.filter(title__contains=verb).values_list("recipient__username", flat=True))


def add(memo, by, *asked, place="before"):
    return services.add_approvers(memo, by=by, people=list(asked), place=place, reason="You know it better")


# ---- transfer ----


def test_transfer_gives_the_turn_to_somebody_else(people, memo):
    services.transfer(memo, by=people.bob, to=people.olga, reason=" You know the printer ")
    assert deciding() == ["olga"]
    event = Event.objects.get(verb="transferred")
    assert event.payload["text"] == "You know the printer"
    assert Notification.objects.get(recipient=people.olga).body == "You know the printer"
    assert Document.objects.visible_to(people.bob).filter(pk=memo.pk).exists()
    with pytest.raises((NotYourTurn, NotAllowed)):
        services.approve(memo, by=people.bob)
    services.approve(memo, by=people.olga)
    assert deciding() == ["fay", "finn"]


@pytest.mark.parametrize(
    ("to", "text"),
    [
        ("alice", "alice applied for it and can't decide it."),
        ("gone", "gone no longer works here."),
        ("bob", "bob has a part in this step already."),
    ],
)
def test_nobody_unfit_gets_the_turn(people, memo, to, text):
    with pytest.raises(ApprovalRefused) as refused:
        services.transfer(memo, by=people.bob, to=people.people[to], reason="Please")
    assert refused.value.fields == {"people": [str(refused.value)]}
    assert str(refused.value).replace(str(people.people[to]), to) == text
    assert deciding() == ["bob"]


def test_transfer_needs_a_reason_and_ones_own_turn(people, memo):
    with pytest.raises(ReasonMissing):
        services.transfer(memo, by=people.bob, to=people.olga, reason=" ")
    with pytest.raises(NotAllowed):
        services.transfer(memo, by=people.boss, to=people.olga, reason="Please")
    assert deciding() == ["bob"]


# ---- added approvers ----


def test_one_asked_before_decides_first(people, memo):
    add(memo, people.bob, people.olga, people.sam)
    assert deciding() == ["olga", "sam"]
    services.approve(memo, by=people.sam)
    assert deciding() == ["olga"]
    services.approve(memo, by=people.olga)
    assert deciding() == ["bob"]
    services.approve(memo, by=people.bob)
    assert deciding() == ["fay", "finn"]


def test_one_asked_beside_must_approve_as_well(people, memo):
    add(memo, people.bob, people.olga, place="beside")
    assert deciding() == ["bob", "olga"]
    services.approve(memo, by=people.bob)
    assert deciding() == ["olga"]
    services.approve(memo, by=people.olga)
    assert deciding() == ["fay", "finn"]


def test_one_asked_after_comes_after_the_approval(people, memo):
    add(memo, people.bob, people.olga, place="after")
    assert deciding() == ["bob"]
    services.approve(memo, by=people.bob)
    assert deciding() == ["olga"]
    services.approve(memo, by=people.olga)
    assert deciding() == ["fay", "finn"]


@pytest.mark.parametrize("place", ["before", "beside"])
@pytest.mark.parametrize("verb", ["return_", "reject"])
def test_one_asked_refuses_as_anybody_does(people, memo, place, verb):
    add(memo, people.bob, people.olga, place=place)
    getattr(services, verb)(memo, by=people.olga, reason="No")
    memo.refresh_from_db()
    assert (deciding(), memo.state) == ([], {"return_": "returned", "reject": "rejected"}[verb])


def test_a_colleagues_approval_is_enough_where_any_is(people, two_steps):
    two_steps()
    memo = services.approve(submitted(people.alice), by=people.bob)
    add(memo, people.fay, people.olga)
    assert deciding() == ["finn", "olga"]
    services.approve(memo, by=people.finn)
    memo.refresh_from_db()
    assert (deciding(), memo.state) == ([], "approved")


def test_who_was_asked_may_ask_in_turn_and_transfer(people, memo):
    add(memo, people.bob, people.olga)
    add(memo, people.olga, people.sam, place="after")
    services.transfer(memo, by=people.olga, to=people.tina, reason="On leave")
    assert deciding() == ["tina"]
    services.approve(memo, by=people.tina)
    assert deciding() == ["sam"]
    services.approve(memo, by=people.sam)
    assert deciding() == ["bob"]


def test_who_was_asked_is_let_go_by_the_one_who_asked(people, memo):
    add(memo, people.bob, people.olga)
    [asked] = Task.objects.open()
    with pytest.raises(NotAllowed):
        services.remove_approver(memo, by=people.olga, task=asked.pk)
    services.remove_approver(memo, by=people.bob, task=asked.pk)
    assert deciding() == ["bob"]
    assert not Document.objects.visible_to(people.olga).filter(pk=memo.pk).exists()


def test_letting_the_last_one_go_moves_the_paper_on(people, memo):
    add(memo, people.bob, people.olga, place="beside")
    asked = Task.objects.get(user=people.olga)
    services.approve(memo, by=people.bob)
    services.remove_approver(memo, by=people.bob, task=asked.pk)
    assert deciding() == ["fay", "finn"]


def test_who_has_decided_is_not_let_go(people, memo):
    add(memo, people.bob, people.olga, people.sam)
    services.approve(memo, by=people.olga)
    with pytest.raises(ApprovalRefused):
        services.remove_approver(memo, by=people.bob, task=Task.objects.get(user=people.olga).pk)


def test_a_leaver_who_waits_for_others_is_replaced(people, memo):
    add(memo, people.bob, people.olga)
    hand_over(employee=people.bob, successor=people.boss, by=people.root)
    services.approve(memo, by=people.olga)
    assert deciding() == ["boss"]


# ---- taking back ----


def test_an_approval_is_taken_back_until_the_next_one_acts(people, memo):
    services.approve(memo, by=people.bob, comment="Fine")
    services.take_back(memo, by=people.bob)
    assert deciding() == ["bob"]
    assert not Document.objects.visible_to(people.fay).filter(pk=memo.pk).exists()
    services.return_(memo, by=people.bob, reason="I had overlooked it")
    memo.refresh_from_db()
    assert memo.state == "returned"


def test_it_is_too_late_once_somebody_has_acted(people, memo):
    services.approve(memo, by=people.bob)
    add(memo, people.fay, people.olga)
    with pytest.raises(NotAllowed):
        services.take_back(memo, by=people.bob)
    assert deciding() == ["finn", "olga"]


def test_a_final_approval_is_not_taken_back(people, memo):
    services.approve(memo, by=people.bob)
    services.approve(memo, by=people.fay)
    with pytest.raises(NotAllowed):
        services.take_back(memo, by=people.fay)


def test_colleagues_have_their_turn_again(people):
    route("memo", [step("finance", role="finance_reviewer"), step("head", rule="department_head")])
    memo = submitted(people.alice)
    services.approve(memo, by=people.fay)
    assert deciding() == ["bob"]
    services.take_back(memo, by=people.fay)
    assert deciding() == ["fay", "finn"]
    services.approve(memo, by=people.finn)
    assert deciding() == ["bob"]


def test_whoever_was_to_come_after_waits_again(people, memo):
    add(memo, people.bob, people.olga, place="after")
    services.approve(memo, by=people.bob)
    services.take_back(memo, by=people.bob)
    assert deciding() == ["bob"]
    services.approve(memo, by=people.bob)
    assert deciding() == ["olga"]


def test_who_asked_waits_again_when_the_one_asked_takes_back(people, memo):
    add(memo, people.bob, people.olga)
    services.approve(memo, by=people.olga)
    assert deciding() == ["bob"]
    services.take_back(memo, by=people.olga)
    assert deciding() == ["olga"]
    services.approve(memo, by=people.olga)
    assert deciding() == ["bob"]


def test_the_applicant_withdraws_once_the_only_approval_is_taken_back(people, memo):
    services.approve(memo, by=people.bob)
    services.take_back(memo, by=people.bob)
    memo = services.withdraw(memo, by=people.alice)
    assert memo.state == "draft"


# ---- reminding ----


def test_the_applicant_reminds_at_most_once_an_hour(people, memo):
    with clock.at(MORNING):
        assert services.urge(memo, by=people.alice) == [people.bob]
    with clock.at(MORNING + dt.timedelta(minutes=59)), pytest.raises(NotAllowed):
        services.urge(memo, by=people.alice)
    with clock.at(MORNING + dt.timedelta(minutes=59)), pytest.raises(UrgedAlready):
        reassigning.urge(memo.approval_id, by=people.alice)
    with clock.at(MORNING + dt.timedelta(hours=1)):
        services.urge(memo, by=people.alice)
    assert told("reminds you") == ["bob", "bob"]
    with pytest.raises(NotAllowed):
        services.urge(memo, by=people.bob)


# ---- in the browser ----


def page(memo, name, *args):
    return reverse(f"testkind:memo-{name}", args=[memo.pk, *args])


def buttons(client, person, memo) -> set[str]:
    """The addresses of the verbs of this module that the paper's page offers to a person."""
    client.force_login(person)
    html = client.get(page(memo, "detail")).content.decode()
    names = {name: page(memo, name) for name in ("transfer", "add-approvers", "take-back", "urge")}
    found = {name for name, address in names.items() if f'"{address}"' in html}
    return found | ({"remove-approver"} if "/approvers/" in html else set())


def test_page_offers_what_each_person_can_do(people, memo, client):
    assert buttons(client, people.alice, memo) == {"urge"}
    assert buttons(client, people.bob, memo) == {"transfer", "add-approvers"}
    add(memo, people.bob, people.olga)
    assert buttons(client, people.bob, memo) == {"remove-approver"}
    assert buttons(client, people.olga, memo) == {"transfer", "add-approvers"}
    services.approve(memo, by=people.olga)
    services.approve(memo, by=people.bob)
    assert buttons(client, people.bob, memo) == {"take-back"}


def test_transfer_and_adding_are_small_forms(people, memo, client):
    client.force_login(people.bob)
    assert client.get(page(memo, "transfer")).status_code == 200
    wrong = client.post(page(memo, "transfer"), {"to": people.alice.pk, "reason": "Please"})
    assert (wrong.status_code, wrong.context["form"].errors["to"]) == (
        422,
        [f"{people.alice} applied for it and can't decide it."],
    )
    given = {"people": [people.olga.pk], "place": "after", "reason": "You know it"}
    assert client.post(page(memo, "add-approvers"), given).status_code == 302
    given = {"to": people.sam.pk, "reason": "Please"}
    assert client.post(page(memo, "transfer"), given).status_code == 302
    assert deciding() == ["sam"]
    client.force_login(people.tom)
    assert client.get(page(memo, "transfer")).status_code == 404


def test_buttons_do_what_they_say(people, memo, client):
    client.force_login(people.alice)
    assert client.post(page(memo, "urge")).status_code == 302
    add(memo, people.bob, people.olga)
    asked = Task.objects.open().get()
    client.force_login(people.bob)
    assert client.post(page(memo, "remove-approver", asked.pk)).status_code == 302
    services.approve(memo, by=people.bob)
    assert client.post(page(memo, "take-back")).status_code == 302
    assert deciding() == ["bob"]
