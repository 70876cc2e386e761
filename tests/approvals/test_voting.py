"""Percentages, votes against, and people who are asked one after another."""

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from apps.approvals import engine, errors, reassigning
from apps.approvals.events import verify
from apps.approvals.models import Task
from apps.approvals.routing import StepRule, needed_of, refusals_of
from apps.approvals.voting import LOST, OPEN, PASSED, standing
from tests.factories.approvals import route, step
from tests.factories.org import UserFactory

BOARD = ["fay", "finn", "dora", "sam"]


@pytest.fixture(autouse=True)
def log_verifies(people):
    yield
    assert list(verify()) == []


@pytest.fixture
def board(people):
    return [getattr(people, name) for name in BOARD]


def voting(board, **values):
    route(steps=[step("board", people=board, **values), step("head", rule="department_head")])


def states(paper):
    """What the people of the board have done, in the order of the rule."""
    tasks = Task.objects.filter(approval=paper.approval, step__key="board").exclude(state="passed_on")
    return [task.state for task in tasks.order_by("position", "pk")]


# ---- a percentage ----


def test_a_percentage_passes_as_soon_as_enough_have_approved(board, paper):
    voting(board, mode="percent", pass_percent=50)
    paper.submit().approve(by=board[2])
    assert (paper.deciding, paper.steps["board"]) == (["fay", "finn", "sam"], "open")
    paper.approve(by=board[0])
    assert (paper.deciding, states(paper)) == (["bob"], ["approved", "closed", "approved", "closed"])


def test_one_rejection_ends_a_percentage_without_a_threshold_for_rejections(board, paper):
    voting(board, mode="percent", pass_percent=50)
    paper.submit().reject(by=board[0])
    assert (paper.state, paper.deciding) == ("rejected", [])


def test_a_rejection_is_a_vote_where_the_step_says_so(board, paper):
    voting(board, mode="percent", pass_percent=50, reject_percent=60)
    paper.submit().reject(by=board[0])
    assert (paper.state, paper.deciding) == ("running", ["dora", "finn", "sam"])
    paper.approve(by=board[1]).approve(by=board[2])
    assert (paper.deciding, states(paper)) == (["bob"], ["rejected", "approved", "approved", "closed"])


def test_enough_rejections_end_the_paper(board, paper):
    voting(board, mode="percent", pass_percent=50, reject_percent=50)
    paper.submit().approve(by=board[1]).reject(by=board[0])
    assert paper.state == "running"
    paper.reject(by=board[3])
    assert (paper.state, paper.steps["board"]) == ("rejected", "rejected")
    assert states(paper) == ["rejected", "approved", "closed", "rejected"]


def test_a_vote_ends_as_soon_as_it_can_no_longer_pass(board, paper):
    """Three of four would have to approve; with two against that is impossible, though four fifths were to reject."""
    voting(board, mode="percent", pass_percent=75, reject_percent=80)
    paper.submit().reject(by=board[0])
    assert paper.state == "running"
    assert paper.reject(by=board[1]).state == "rejected"


def test_a_number_of_them_takes_votes_against_too(board, paper):
    voting(board, mode="count", needed=3, reject_percent=100)
    paper.submit().reject(by=board[0])
    assert paper.state == "running"
    assert paper.reject(by=board[1]).state == "rejected"


def test_after_a_vote_against_the_paper_is_not_withdrawn_and_nobody_votes_twice(board, people, paper):
    voting(board, mode="percent", pass_percent=50, reject_percent=60)
    paper.submit().reject(by=board[0])
    with pytest.raises(errors.TooLate):
        paper.withdraw()
    with pytest.raises(errors.AlreadyDecided, match="already decided this"):
        paper.approve(by=board[0])


def test_a_person_and_whom_they_asked_have_one_vote(board, people, paper):
    """The expert says no: that vote is against, the others go on."""
    voting(board, mode="percent", pass_percent=50, reject_percent=60)
    paper.submit()
    with transaction.atomic():
        reassigning.add_approvers(paper.approval, by=board[0], people=[people.tom], place="beside", reason="Expert")
    paper.reject(by=people.tom)
    assert (paper.state, paper.deciding) == ("running", ["dora", "fay", "finn", "sam"])
    paper.approve(by=board[0]).approve(by=board[1])
    assert paper.steps["board"] == "open"
    assert paper.approve(by=board[2]).steps["board"] == "approved"


def test_who_has_decided_already_counts_towards_the_percentage(board, people, paper):
    first = step("first", people=[board[0]])
    board_step = step("board", people=board, mode="percent", pass_percent=50, when_duplicate="once")
    route(steps=[first, board_step])
    paper.submit().approve(by=board[0])
    assert paper.deciding == ["dora", "finn", "sam"]
    assert paper.approve(by=board[1]).state == "approved"


def test_an_approval_is_taken_back_from_a_closed_vote(board, paper):
    voting(board, mode="percent", pass_percent=50)
    paper.submit().approve(by=board[0]).approve(by=board[1])
    given = {"facts": paper.facts, "content_hash": paper.content_hash}
    with transaction.atomic():
        reassigning.take_back(paper.approval, by=board[1], **given)
    assert (paper.deciding, paper.steps["board"]) == (["dora", "finn", "sam"], "open")


# ---- one after another ----


def test_people_are_asked_one_after_another(board, paper):
    voting(board, mode="sequence")
    paper.submit()
    for number, person in enumerate(board):
        assert paper.deciding == [person.username]
        assert states(paper) == ["approved"] * number + ["open"] + ["waiting"] * (3 - number)
        paper.approve(by=person)
    assert paper.deciding == ["bob"]


def test_nobody_decides_before_their_turn(board, paper):
    voting(board, mode="sequence")
    paper.submit()
    with pytest.raises(errors.NotYourTurn):
        paper.approve(by=board[1])


def test_one_rejection_ends_the_sequence(board, paper):
    voting(board, mode="sequence")
    paper.submit().approve(by=board[0]).reject(by=board[1])
    assert (paper.state, states(paper)) == ("rejected", ["approved", "rejected", "closed", "closed"])


def test_an_approval_taken_back_lets_the_next_one_wait_again(board, paper):
    voting(board[:3], mode="sequence")
    paper.submit().approve(by=board[0])
    with transaction.atomic():
        reassigning.take_back(paper.approval, by=board[0], facts=paper.facts, content_hash=paper.content_hash)
    tasks = Task.objects.filter(approval=paper.approval, state__in=Task.PENDING).order_by("position")
    assert [(task.user, task.state) for task in tasks] == [
        (board[0], "open"), (board[1], "waiting"), (board[2], "waiting"),
    ]  # fmt: skip


def test_whom_somebody_asks_in_a_sequence_decides_before_the_next_one(board, people, paper):
    voting(board[:2], mode="sequence")
    paper.submit()
    with transaction.atomic():
        reassigning.add_approvers(paper.approval, by=board[0], people=[people.tom], place="after", reason="Expert")
    assert paper.approve(by=board[0]).deciding == ["tom"]
    assert paper.approve(by=people.tom).deciding == ["finn"]


def test_letting_go_the_last_one_asked_calls_the_next(board, people, paper):
    voting(board[:2], mode="sequence")
    paper.submit()
    with transaction.atomic():
        reassigning.add_approvers(paper.approval, by=board[0], people=[people.tom], place="after", reason="Expert")
    paper.approve(by=board[0])
    asked = Task.objects.get(user=people.tom)
    given = {"facts": paper.facts, "content_hash": paper.content_hash}
    with transaction.atomic():
        reassigning.remove_approver(paper.approval, by=board[0], task=asked.pk, **given)
    assert paper.deciding == ["finn"]


def test_a_transfer_keeps_the_place_in_the_line(board, people, paper):
    voting(board[:3], mode="sequence")
    paper.submit()
    with transaction.atomic():
        reassigning.transfer(paper.approval, by=board[0], to=people.tom, reason="Yours")
    assert paper.approve(by=people.tom).deciding == ["finn"]


def test_a_leaver_who_waits_hands_their_place_over(board, people, paper):
    voting(board[:3], mode="sequence")
    paper.submit()
    with transaction.atomic():
        engine.hand_over(paper.approval, leaver=board[1], successor=people.tom, by=people.root, reason="leaves")
    assert paper.deciding == ["fay"]
    assert paper.approve(by=board[0]).deciding == ["tom"]
    assert paper.approve(by=people.tom).deciding == ["dora"]


def test_a_leaver_without_heir_gives_way_to_the_next(people, paper):
    """Nobody up the line is free to take the place: the next one is asked."""
    leaver, next_one = UserFactory(), UserFactory()
    voting([leaver, next_one], mode="sequence")
    paper.submit()
    for department in (people.business, people.company):
        department.head = None
        department.save()
    with transaction.atomic():
        engine.hand_over(paper.approval, leaver=leaver, successor=next_one, by=people.root, reason="leaves")
    assert paper.deciding == [next_one.username]


# ---- counting ----

modes = st.sampled_from(["any", "all", "sequence", "count", "percent"])
percents = st.integers(1, 100)
rules = st.builds(
    StepRule,
    key=st.just("step"),
    name=st.just("Step"),
    order=st.just(1),
    rule=st.just("people"),
    mode=modes,
    needed=st.integers(1, 6),
    pass_percent=percents,
    reject_percent=st.none() | percents,
)
DECIDED = ["approved", "rejected"]


def tasks(votes):
    return [Task(pk=number, state=state, position=number) for number, state in enumerate(votes, 1)]


def votes_of(rule):
    """Approvals, rejections only where they are votes."""
    return st.sampled_from(DECIDED if rule.rejections_are_votes else DECIDED[:1])


@given(rules, st.integers(1, 8), st.integers(0, 3))
def test_a_step_needs_somebody_and_never_more_than_there_are(rule, people, counted):
    if rule.mode == "count" and counted >= rule.needed:
        return  # the duplicate rule has passed it already
    assert 1 <= needed_of(rule, people, counted) <= max(people, 1)
    assert 1 <= refusals_of(rule, people, counted) <= people + counted


@given(st.data(), rules, st.integers(1, 7))
def test_a_vote_is_decided_in_the_end_and_stays_as_it_was_decided(data, rule, people):
    votes = data.draw(st.lists(votes_of(rule), min_size=people, max_size=people))
    stood = [standing(rule, tasks([*votes[:number], *["open"] * (people - number)]), 0) for number in range(people + 1)]
    assert stood[0] == OPEN
    assert stood[-1] in (PASSED, LOST)
    decided = [one for one in stood if one != OPEN]
    assert (PASSED in decided, LOST in decided) != (True, True) or rule.reject_percent is not None


@given(st.data(), rules, st.integers(1, 7))
def test_a_vote_is_open_only_while_it_could_still_go_either_way(data, rule, people):
    """Early decision is never too early: what it says is what counting all the votes would have said."""
    number = data.draw(st.integers(0, people))
    votes = data.draw(st.lists(votes_of(rule), min_size=number, max_size=number))
    now = standing(rule, tasks([*votes, *["open"] * (people - number)]), 0)
    approvals, rejections, left = votes.count("approved"), votes.count("rejected"), people - number
    needed, refusals = needed_of(rule, people), refusals_of(rule, people)
    if now == PASSED:
        assert approvals >= needed
    elif now == LOST:
        assert rejections >= refusals or approvals + left < needed
    else:
        assert approvals < needed <= approvals + left
        assert rejections < refusals
