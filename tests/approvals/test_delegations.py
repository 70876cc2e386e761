"""Who decides for whom while somebody is away."""

import datetime as dt

import pytest
from django.urls import reverse

from apps.approvals.delegating import DelegationRefused, delegate, end
from apps.approvals.events import verify
from apps.approvals.models import Delegation, Event, Task
from apps.core import clock
from apps.core.errors import Forbidden
from apps.documents import services
from apps.documents.chain import chain_of
from apps.documents.models import Document
from apps.documents.services.handover import hand_over
from apps.documents.services.projection import orphans
from apps.notifications.models import Notification
from tests.factories.approvals import route, step
from tests.factories.documents import draft, submitted

pytestmark = pytest.mark.django_db
LIST, NEW = "/approvals/substitutes/", "/approvals/substitutes/new/"


@pytest.fixture(autouse=True)
def all_holds(people):
    yield
    assert orphans() == []
    assert list(verify()) == []


@pytest.fixture
def two_steps(people):
    return route("memo", [step("head", rule="department_head"), step("finance", role="finance_reviewer", mode="all")])


def away(person, substitute, *, by=None, days=(0, 5), **values):
    """`person` is away, today and for five days unless told otherwise."""
    starts, ends = (clock.today() + dt.timedelta(days=number) for number in days)
    row = Delegation(person=person, substitute=substitute, starts=starts, ends=ends, **values)
    return delegate(row, by=by or person)


def deciding() -> dict[str, str]:
    """Who decides, for whom."""
    rows = Task.objects.open().values_list("user__username", "on_behalf_of__username")
    return {user: away or "" for user, away in rows}


def test_papers_wait_for_the_substitute(people, two_steps):
    away(people.bob, people.olga, reason="On leave")
    assert Notification.objects.get(recipient=people.olga).body == "On leave"
    memo = submitted(people.alice)
    assert deciding() == {"olga": "bob"}
    assert Document.objects.visible_to(people.bob).filter(pk=memo.pk).exists()
    [head, _finance] = chain_of(memo).current.stops
    assert [(one.person, one.on_behalf_of) for one in head.decisions] == [(str(people.olga), str(people.bob))]
    assert head.why[-1] == f"in the place of {people.bob}, who is away"
    services.approve(memo, by=people.olga, comment="Fine")
    event = Event.objects.get(verb="approved")
    assert (event.actor, event.on_behalf_of) == (people.olga, people.bob)
    assert deciding() == {"fay": "", "finn": ""}


def test_chain_before_submission_names_the_substitute(people, two_steps, client):
    away(people.bob, people.olga)
    memo = draft(people.alice)
    client.force_login(people.alice)
    page = client.post(reverse("testkind:memo-preview", args=[memo.pk]), {"title": memo.title, "amount": "5"})
    assert f"for {people.bob}" in page.content.decode()


@pytest.mark.parametrize(("days", "kinds"), [((1, 5), []), ((-5, -1), []), ((0, 5), ["trip"])])
def test_only_in_its_days_and_for_its_kinds(people, two_steps, days, kinds):
    Delegation.objects.create(
        person=people.bob,
        substitute=people.olga,
        starts=clock.today() + dt.timedelta(days=days[0]),
        ends=clock.today() + dt.timedelta(days=days[1]),
        kinds=kinds,
        set_by=people.bob,
    )
    submitted(people.alice)
    assert deciding() == {"bob": ""}


def test_a_substitute_who_is_away_gives_place_to_their_own(people, two_steps):
    away(people.bob, people.olga)
    away(people.olga, people.sam)
    submitted(people.alice)
    assert deciding() == {"sam": "bob"}


def test_nobody_stands_in_for_their_own_paper(people, two_steps):
    away(people.bob, people.alice)
    memo = submitted(people.alice)
    assert deciding() == {"bob": ""}
    assert chain_of(memo).current.stops[0].why[-1] == f"the substitute {people.alice} may not decide this paper"


def test_nobody_stands_in_after_deciding_or_beside_themselves(people, two_steps):
    away(people.fay, people.bob)
    away(people.finn, people.fay)
    services.approve(submitted(people.alice), by=people.bob)
    assert deciding() == {"fay": "", "finn": ""}


def test_approval_of_a_substitute_is_taken_back(people, two_steps):
    away(people.bob, people.olga)
    memo = services.approve(submitted(people.alice), by=people.olga)
    services.take_back(memo, by=people.olga)
    assert deciding() == {"olga": "bob"}


def test_circles_and_overlaps_are_refused(people):
    away(people.bob, people.olga)
    away(people.olga, people.sam)
    for person, substitute, field in (
        ("sam", "bob", "substitute"),
        ("bob", "tina", "starts"),
        ("tina", "tina", "substitute"),
    ):
        with pytest.raises(DelegationRefused) as refused:
            away(people.people[person], people.people[substitute])
        assert list(refused.value.fields) == [field]
    away(people.sam, people.bob, days=(6, 9))
    assert Delegation.objects.count() == 3


@pytest.mark.parametrize(("days", "substitute"), [((3, 1), "olga"), ((-3, -1), "olga"), ((0, 1), "gone")])
def test_bad_days_and_leavers_are_refused(people, days, substitute):
    with pytest.raises(DelegationRefused):
        away(people.bob, people.people[substitute], days=days)


def test_heads_name_substitutes_for_their_people_and_nobody_else_does(people):
    away(people.alice, people.tom, by=people.bob)
    with pytest.raises(Forbidden):
        away(people.bob, people.tom, by=people.alice)
    row = Delegation.objects.get()
    with pytest.raises(Forbidden):
        end(row, by=people.tom)
    end(row, by=people.alice)
    with pytest.raises(DelegationRefused):
        end(row, by=people.alice)


def test_ended_ones_no_longer_count(people, two_steps):
    row = away(people.bob, people.olga)
    first = submitted(people.alice)
    end(row, by=people.bob)
    submitted(people.alice)
    assert deciding() == {"olga": "bob", "bob": ""}
    assert first.approval.tasks.open().get().user == people.olga


def test_a_leaver_represents_nobody(people, two_steps):
    away(people.bob, people.olga)
    hand_over(employee=people.olga, successor=people.sam, by=people.root)
    assert Delegation.objects.get().revoked_on == clock.today()


def test_pages(people, client):
    client.force_login(people.alice)
    assert client.get(LIST).context["ahead"] == []
    today = clock.today()
    given = {"person": people.alice.pk, "substitute": people.tom.pk, "starts": today.isoformat(), "kinds": ["memo"]}
    wrong = client.post(NEW, {**given, "ends": (today - dt.timedelta(days=1)).isoformat()})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["ends"])
    assert client.post(NEW, {**given, "ends": today.isoformat()}).status_code == 302
    [told] = client.get(LIST).context["ahead"]
    assert (told["row"].substitute, told["state"], told["may_end"]) == (people.tom, "open", True)
    assert client.post(NEW, {**given, "person": people.bob.pk, "ends": today.isoformat()}).status_code == 422
    client.force_login(people.tom)
    assert [told["may_end"] for told in client.get(LIST).context["ahead"]] == [False]
    assert client.post(f"{LIST}{told['row'].pk}/end/").status_code == 403
    client.force_login(people.sam)
    assert client.post(f"{LIST}{told['row'].pk}/end/").status_code == 404
    client.force_login(people.alice)
    assert client.post(f"{LIST}{told['row'].pk}/end/").status_code == 302
    assert [told["state"] for told in client.get(LIST).context["over"]] == ["over"]
