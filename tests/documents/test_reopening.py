"""An approver changes the paper: only the earlier steps that watch what has changed are asked again."""

import pytest

from apps.approvals.events import verify
from apps.approvals.models import Event, Step, Task
from apps.documents import services
from apps.documents.errors import NotAllowed
from apps.documents.services.projection import orphans
from tests.factories.approvals import route, step, when
from tests.factories.documents import submitted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def all_holds(people):
    """Whatever a test did, permissions match the open tasks and the log verifies."""
    yield
    assert orphans() == []
    assert list(verify()) == []


def chain(people, **fill):
    """sam looks, bob watches the copies, olga only papers above 50, fay may change copies and amount, erin ends it."""
    route(
        "memo",
        [
            step("look", people=[people.sam]),
            step("copies", people=[people.bob], watches=["copies"]),
            step("large", people=[people.olga], conditions=[when("amount", "gt", "50")]),
            step("fill", people=[people.fay], editable=["copies"], **fill),
            step("end", people=[people.erin]),
        ],
    )


def deciding() -> list[str]:
    return sorted(Task.objects.open().values_list("user__username", flat=True))


def edit(memo, by, **values):
    def change(document):
        before = {name: getattr(document, name) for name in values}
        for name, value in values.items():
            setattr(document, name, value)
        return {name: [str(before[name]), str(value)] for name, value in values.items()}

    return services.edit_in_review(memo, by=by, field="copies", change=change)


def at_fay(people, **fill):
    chain(people, **fill)
    memo = submitted(people.alice)
    for person in (people.sam, people.bob, people.olga):
        services.approve(memo, by=person)
    return memo


def states(memo) -> dict[str, str]:
    approval = type(memo).objects.get(pk=memo.pk).approval
    return dict(Step.objects.filter(approval=approval, round=approval.round).values_list("key", "state"))


@pytest.mark.parametrize(
    ("values", "asked", "facts"),
    [
        ({}, "erin", None),
        ({"title": "Another title"}, "erin", None),
        ({"copies": 5}, "bob", {"copies": ["copies"]}),
        ({"amount": "200.00"}, "olga", {"large": ["amount"]}),
        ({"amount": "20.00"}, "erin", None),
        ({"copies": 5, "amount": "200.00"}, "bob", {"copies": ["copies"], "large": ["amount"]}),
    ],
)
def test_only_steps_that_watch_what_was_changed_are_asked_again(people, values, asked, facts):
    memo = at_fay(people)
    edit(memo, people.fay, **values)
    services.approve(memo, by=people.fay)
    assert deciding() == [asked]
    said = Event.objects.filter(verb="reopened").values_list("payload", flat=True)
    assert list(said) == ([{"steps": facts}] if facts else [])


def test_everybody_elses_word_stands_and_the_paper_goes_on_from_there(people):
    memo = at_fay(people)
    edit(memo, people.fay, copies=5, amount="200.00")
    services.approve(memo, by=people.fay)
    assert states(memo) == {
        "look": "carried", "copies": "open", "large": "pending", "fill": "carried", "end": "pending",
    }  # fmt: skip
    services.approve(memo, by=people.bob)
    services.approve(memo, by=people.olga)
    assert deciding() == ["erin"]
    memo = services.approve(memo, by=people.erin)
    assert memo.state == "approved"
    assert list(Event.objects.filter(verb="reopened").values_list("seq", flat=True).order_by("seq"))[1:] == []


def test_every_approver_of_the_step_has_to_be_through_before_anybody_is_asked_again(people):
    chain(people)
    route(
        "memo",
        [
            step("copies", people=[people.bob], watches=["copies"]),
            step("fill", people=[people.fay, people.finn], mode="all", editable=["copies"]),
        ],
    )
    memo = submitted(people.alice)
    services.approve(memo, by=people.bob)
    edit(memo, people.fay, copies=5)
    services.approve(memo, by=people.fay)
    assert deciding() == ["finn"]
    services.approve(memo, by=people.finn)
    assert deciding() == ["bob"]
    memo = services.approve(memo, by=people.bob)
    assert memo.state == "approved"


def test_who_was_asked_again_refuses_and_the_one_who_changed_it_takes_nothing_back(people):
    memo = at_fay(people)
    edit(memo, people.fay, copies=5)
    services.approve(memo, by=people.fay)
    with pytest.raises(NotAllowed):
        services.take_back(memo, by=people.fay)
    memo = services.return_(memo, by=people.bob, reason="So many?", to=None)
    assert memo.state == "returned"


def test_a_value_changed_and_changed_back_asks_nobody(people):
    memo = at_fay(people)
    edit(memo, people.fay, copies=5)
    edit(memo, people.fay, copies=1)
    services.approve(memo, by=people.fay)
    assert deciding() == ["erin"]


@pytest.mark.parametrize(("copies", "asked"), [(1, "fay"), (5, "sam")])
def test_a_corrected_paper_goes_straight_back_only_where_nothing_watched_was_changed(people, copies, asked):
    memo = at_fay(people, resubmission="back")
    memo = services.return_(memo, by=people.fay, reason="Correct it")
    memo = type(memo).objects.get(pk=memo.pk)
    memo.copies, memo.purpose = copies, "Corrected"
    services.save_draft(memo, by=people.alice)
    services.submit(memo, by=people.alice)
    assert deciding() == [asked]


def test_the_history_says_why(people, client):
    memo = at_fay(people)
    edit(memo, people.fay, copies=5)
    services.approve(memo, by=people.fay)
    client.force_login(people.alice)
    events = client.get(memo.url("history")).context["events"]
    [told] = [happened for happened in events if happened.event.verb == "reopened"]
    assert (told.text, told.details) == ("earlier steps asked again", ["because of a change: copies"])
