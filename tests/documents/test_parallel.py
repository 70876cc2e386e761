"""Papers that wait in several steps at once, and papers that are voted on: pages, permissions, print."""

import pytest

from apps.documents import services
from apps.documents.chain import chain_of
from apps.documents.printing import printed_chain
from apps.documents.services.projection import orphans
from apps.org.services import deactivate_employee
from apps.workspace.desk import under_way
from tests.documents.trips import messages_of, trip
from tests.factories.approvals import route, step
from tests.vehicles.models import VehicleRequest


@pytest.fixture(autouse=True)
def permissions_match_tasks(people):
    yield
    assert orphans() == []


def publish(*steps):
    route(VehicleRequest.KIND, steps)


def stored(document):
    return VehicleRequest.objects.select_related("approval").get(pk=document.pk)


@pytest.fixture
def waiting(people):
    """For Finn, and at the same time for Dora; then for the head."""
    director = step("director", people=[people.dora], with_previous=True)
    publish(step("finance", people=[people.finn]), director, step("head", rule="department_head"))
    return trip(people.alice)


def test_everybody_of_both_steps_sees_the_paper_and_decides_their_own(client, people, waiting):
    for name, label in (("finn", "Finance"), ("dora", "Director")):
        client.force_login(getattr(people, name))
        page = client.get(waiting.get_absolute_url())
        assert page.context["decision"]["step"].name == label
    response = client.post(waiting.url("approve"), {"step": "director"}, follow=True)
    assert messages_of(response) == [f"Your approval of {waiting} is recorded; now with Finn."]


def test_who_is_asked_in_both_steps_decides_one_after_the_other(client, people):
    publish(step("one", people=[people.dora]), step("two", people=[people.dora], with_previous=True))
    paper = trip(people.alice)
    client.force_login(people.dora)

    def shown():
        decision = client.get(paper.get_absolute_url()).context["decision"]
        return {item["name"]: item["value"] for item in decision["hidden"]}

    first = shown()
    client.post(paper.url("approve"), first, follow=True)
    again = client.post(paper.url("approve"), first, follow=True)
    assert messages_of(again) == ["You have already decided this (approved)."]
    assert stored(paper).state == "in_review"
    assert shown()["step"] == "two"
    client.post(paper.url("approve"), shown())
    assert stored(paper).state == "approved"


def test_the_chain_says_which_steps_are_open_together(people, waiting):
    stops = chain_of(stored(waiting)).current.stops
    assert [(stop.key, stop.state, stop.beside) for stop in stops] == [
        ("finance", "open", False),
        ("director", "open", True),
        ("head", "pending", False),
    ]


def test_what_was_approved_beside_a_rejection_is_shown_and_printed(people, waiting):
    services.approve(waiting, by=people.dora, comment="A good trip")
    services.reject(waiting, by=people.finn, reason="No money")
    printed = printed_chain(chain_of(stored(waiting)))
    assert [(name, person, said, text) for name, person, said, _at, text in printed] == [
        ("Finance", "Finn", "Rejected", "No money"),
        ("Director", "Dora", "Approved", "A good trip"),
    ]


def test_an_undecided_step_beside_a_rejection_is_told_as_ended(people, waiting):
    services.reject(waiting, by=people.finn, reason="No money")
    stops = {stop.key: stop.label for stop in chain_of(stored(waiting)).current.stops}
    assert stops == {"finance": "Rejected", "director": "Ended before it was decided", "head": "Not reached"}


def test_the_desk_names_both_steps(people, waiting):
    [row] = under_way(people.alice)
    assert row.turn == "Finance, Director: Finn, Dora"


def test_a_leaver_hands_over_what_waits_for_them_in_both_steps(people):
    publish(step("one", people=[people.dora]), step("two", people=[people.dora], with_previous=True))
    paper = trip(people.alice)
    deactivate_employee(employee=people.dora, by=people.root, successor=people.sam, reason="leaves")
    tasks = paper.approval.tasks.open().order_by("pk")
    assert list(tasks.values_list("user__username", "step__key")) == [("sam", "one"), ("sam", "two")]


# ---- votes ----


@pytest.fixture
def voted(people):
    board = step("board", people=[people.fay, people.finn, people.dora], mode="percent", reject_percent=60)
    publish(board, step("head", rule="department_head"))
    return trip(people.alice)


def test_a_rejection_that_is_a_vote_says_so_before_and_after(client, people, voted):
    client.force_login(people.fay)
    page = client.get(voted.get_absolute_url())
    assert page.context["decision"]["rejection_is_vote"]
    assert "Vote against it" in page.content.decode()

    response = client.post(voted.url("reject"), {"reason": "Too far"}, follow=True)

    assert messages_of(response) == [f"Your vote against {voted} is recorded; now with Finn, Dora."]
    assert stored(voted).state == "in_review"


def test_those_still_to_vote_are_printed_on_the_line_to_be_signed(people, voted):
    services.reject(voted, by=people.fay, reason="Too far")
    lines = [(name, person, said) for name, person, said, _at, _text in printed_chain(chain_of(stored(voted)))]
    assert lines[:2] == [("Board", "Fay", "Rejected"), ("Board", "Finn / Dora", "")]


def test_the_vote_that_decides_against_it_ends_the_paper(client, people, voted):
    services.reject(voted, by=people.fay, reason="Too far")
    client.force_login(people.finn)
    response = client.post(voted.url("reject"), {"reason": "Too dear"}, follow=True)
    assert messages_of(response) == [f"{voted} is rejected; Alice is told."]
