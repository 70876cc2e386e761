"""Two at once, on PostgreSQL, fifty times each: exactly one effect, and the loser is told in a sentence."""

import pytest

from apps.approvals.events import verify
from apps.approvals.models import Event, Task
from apps.core.models import NumberSequence
from apps.documents import services
from apps.documents.services.projection import orphans
from apps.org.models import User
from apps.org.services import deactivate_employee
from tests.documents.race import ROUNDS, loser_says, race, winners
from tests.factories.approvals import route, step
from tests.factories.cast import cast
from tests.factories.documents import draft, submitted
from tests.factories.org import UserFactory
from tests.testkind.models import Memo

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(transactional_db):
    people = cast()
    yield people
    assert orphans() == []
    assert list(verify()) == []


def finance_first(mode="any", **values):
    route("memo", [step("finance", role="finance_reviewer", mode=mode, **values), step("head", rule="department_head")])


def verbs(memo):
    return list(Event.objects.filter(approval=memo.approval_id).order_by("seq").values_list("verb", flat=True))


def test_two_approvers_of_whom_any_one_is_enough(people):
    finance_first()
    for _round in range(ROUNDS):
        memo = submitted(people.alice)
        outcomes = race(
            lambda memo=memo: services.approve(memo, by=people.fay),
            lambda memo=memo: services.approve(memo, by=people.finn),
        )
        assert winners(outcomes) == 1, outcomes
        first = "Finn" if outcomes[0] else "Fay"
        assert loser_says(outcomes) == f"Already decided: {first} was first (approved)."
        assert verbs(memo) == ["submitted", "opened", "approved", "opened"]
        assert Task.objects.get(approval=memo.approval_id, state="open").user == people.bob


def test_two_approvers_who_must_both_approve(people):
    """Both count, and the run advances exactly once."""
    finance_first("all")
    for _round in range(ROUNDS):
        memo = submitted(people.alice)
        outcomes = race(
            lambda memo=memo: services.approve(memo, by=people.fay),
            lambda memo=memo: services.approve(memo, by=people.finn),
        )
        assert outcomes == [None, None]
        assert verbs(memo) == ["submitted", "opened", "approved", "approved", "opened"]


def test_two_approvers_of_steps_that_are_open_at_the_same_time(people):
    """Both steps pass, and whoever came second lets the run go on: once."""
    director = step("director", people=[people.dora], with_previous=True)
    route("memo", [step("fay", people=[people.fay]), director, step("head", rule="department_head")])
    for _round in range(ROUNDS):
        memo = submitted(people.alice)
        outcomes = race(
            lambda memo=memo: services.approve(memo, by=people.fay),
            lambda memo=memo: services.approve(memo, by=people.dora),
        )
        assert outcomes == [None, None]
        assert verbs(memo) == ["submitted", "opened", "opened", "approved", "approved", "opened"]
        assert Task.objects.get(approval=memo.approval_id, state="open").user == people.bob


def test_approval_against_rejection_in_the_step_beside(people):
    """Whoever is first: the paper ends rejected, or the rejection comes after an approval that stays on record."""
    director = step("director", people=[people.dora], with_previous=True)
    route("memo", [step("fay", people=[people.fay]), director])
    for _round in range(ROUNDS):
        memo = submitted(people.alice)
        outcomes = race(
            lambda memo=memo: services.approve(memo, by=people.fay),
            lambda memo=memo: services.reject(memo, by=people.dora, reason="No"),
        )
        assert outcomes[1] is None, outcomes
        assert Memo.objects.get(pk=memo.pk).state == "rejected"
        assert ("approved" in verbs(memo)) == (outcomes[0] is None)
        assert ("closed" in verbs(memo)) == (outcomes[0] is not None)


def test_votes_at_once(people):
    """Two of three decide it; the third vote counts or comes too late, and the run goes on once."""
    board = [people.fay, people.finn, people.dora]
    board_step = step("board", people=board, mode="percent", pass_percent=60, reject_percent=60)
    route("memo", [board_step, step("head", rule="department_head")])
    for _round in range(ROUNDS):
        memo = submitted(people.alice)
        outcomes = race(*[lambda memo=memo, by=by: services.approve(memo, by=by) for by in board])
        assert winners(outcomes) == 2, outcomes
        assert verbs(memo) == ["submitted", "opened", "approved", "approved", "opened"]


def test_double_click(people):
    finance_first()
    for _round in range(ROUNDS):
        memo = submitted(people.alice)
        outcomes = race(*[lambda memo=memo: services.approve(memo, by=people.fay)] * 3)
        assert winners(outcomes) == 1, outcomes
        assert set(outcomes) == {None, "You have already decided this (approved)."}
        assert verbs(memo) == ["submitted", "opened", "approved", "opened"]


def test_approval_against_withdrawal(people):
    finance_first()
    for _round in range(ROUNDS):
        memo = submitted(people.alice)
        outcomes = race(
            lambda memo=memo: services.approve(memo, by=people.fay),
            lambda memo=memo: services.withdraw(memo, by=people.alice),
        )
        assert winners(outcomes) == 1, outcomes
        if outcomes[0] is None:
            assert loser_says(outcomes) == "Somebody has already decided. Ask them to return it instead."
            assert Memo.objects.get(pk=memo.pk).state == "in_review"
        else:
            assert loser_says(outcomes) == "Already decided: Alice was first (withdrawn)."
            assert Memo.objects.get(pk=memo.pk).state == "draft"


@pytest.mark.parametrize(("verb", "state"), [("return_", "returned"), ("reject", "rejected")])
def test_approval_against_refusal(people, verb, state):
    finance_first()
    for _round in range(ROUNDS):
        memo = submitted(people.alice)
        outcomes = race(
            lambda memo=memo: services.approve(memo, by=people.fay),
            lambda memo=memo: getattr(services, verb)(memo, by=people.finn, reason="No"),
        )
        assert winners(outcomes) == 1, outcomes
        said = f"Finn was first ({state})" if outcomes[0] else "Fay was first (approved)"
        assert loser_says(outcomes) == f"Already decided: {said}."
        assert Memo.objects.get(pk=memo.pk).state == (state if outcomes[0] else "in_review")


def test_last_approval_twice(people):
    """The paper is approved once, and its hook runs once."""
    route("memo", [step("finance", role="finance_reviewer")])
    for _round in range(ROUNDS):
        memo = submitted(people.alice)
        outcomes = race(
            lambda memo=memo: services.approve(memo, by=people.fay),
            lambda memo=memo: services.approve(memo, by=people.finn),
        )
        assert winners(outcomes) == 1, outcomes
        assert verbs(memo) == ["submitted", "opened", "approved", "finished"]
        assert Memo.history.filter(id=memo.pk, state="approved").count() == 1


def test_paper_handed_in_twice(people):
    finance_first()
    for number in range(1, ROUNDS + 1):
        memo = draft(people.alice)
        outcomes = race(*[lambda memo=memo: services.submit(memo, by=people.alice)] * 2)
        assert winners(outcomes) == 1, outcomes
        assert loser_says(outcomes) == "It was submitted and can't be changed now."
        assert NumberSequence.objects.get(prefix="BW").last == number
        assert verbs(Memo.objects.get(pk=memo.pk)) == ["submitted", "opened"]


def test_two_papers_handed_in_at_once_get_two_numbers_without_a_gap(people):
    finance_first()
    for _round in range(ROUNDS):
        papers = [draft(people.alice), draft(people.tom)]
        outcomes = race(*[lambda memo=memo: services.submit(memo, by=memo.applicant) for memo in papers])
        assert outcomes == [None, None]
    numbers = sorted(Memo.objects.values_list("number", flat=True))
    assert [int(number[-4:]) for number in numbers] == list(range(1, 2 * ROUNDS + 1))


def test_saving_against_handing_in(people):
    """Both forms were opened at the same revision: what is approved is what one of them said."""
    finance_first()
    for _round in range(ROUNDS):
        memo = draft(people.alice)
        changed = Memo.objects.get(pk=memo.pk)
        changed.purpose = "Changed"
        outcomes = race(
            lambda changed=changed: services.save_draft(changed, by=people.alice, revision=0),
            lambda memo=memo: services.submit(memo, by=people.alice, revision=0),
        )
        assert winners(outcomes) == 1, outcomes
        stored = Memo.objects.get(pk=memo.pk)
        if outcomes[0] is None:
            assert (stored.state, stored.purpose) == ("draft", "Changed")
            assert "another window" in loser_says(outcomes)
        else:
            assert (stored.state, stored.purpose) == ("in_review", "It is empty")
            assert loser_says(outcomes) == "It was submitted and can't be changed now."


def test_throwing_away_against_handing_in(people):
    finance_first()
    for _round in range(ROUNDS):
        memo = draft(people.alice)
        outcomes = race(
            lambda memo=memo: services.delete_draft(memo, by=people.alice),
            lambda memo=memo: services.submit(memo, by=people.alice),
        )
        assert winners(outcomes) == 1, outcomes
        assert Memo.objects.filter(pk=memo.pk).exists() == (outcomes[1] is None)


def test_change_by_one_approver_against_approval_by_another(people):
    """Finn approves what he saw, or is told to read again; never the paper as fay left it meanwhile."""
    finance_first(editable=["copies"])

    def raise_copies(document):
        document.copies += 1
        return {"copies": [1, 2]}

    for _round in range(ROUNDS):
        memo = submitted(people.alice)
        seen = memo.content_hash()
        outcomes = race(
            lambda memo=memo: services.edit_in_review(memo, by=people.fay, field="copies", change=raise_copies),
            lambda memo=memo, seen=seen: services.approve(memo, by=people.finn, seen=seen),
        )
        assert winners(outcomes) == 1, outcomes
        copies = Memo.objects.get(pk=memo.pk).copies
        if outcomes[0] is None:
            assert (copies, "has changed since you opened it" in loser_says(outcomes)) == (2, True)
        else:
            assert copies == 1


def test_comments_never_stand_in_the_way_of_a_decision(people):
    finance_first()
    for _round in range(ROUNDS):
        memo = submitted(people.alice)
        outcomes = race(
            lambda memo=memo: services.comment(memo, by=people.alice, text="Please"),
            lambda memo=memo: services.approve(memo, by=people.fay),
            lambda memo=memo: services.comment(memo, by=people.boss, text="Yes, please"),
        )
        assert outcomes == [None, None, None]
        assert sorted(verbs(memo)) == ["approved", "commented", "commented", "opened", "opened", "submitted"]


def test_leaver_decides_in_the_moment_of_the_hand_over(people):
    """Either the leaver decided, or the successor has the task; no deadlock, nothing is lost."""
    for number in range(ROUNDS // 2):
        leaver = UserFactory(username=f"leaver{number}", department=people.company)
        route("memo", [step("leaver", people=[leaver]), step("head", rule="department_head")])
        memo = submitted(people.alice)
        outcomes = race(
            lambda memo=memo, leaver=leaver: services.approve(memo, by=User.objects.get(pk=leaver.pk)),
            lambda leaver=leaver: deactivate_employee(
                employee=leaver, by=people.root, successor=people.sam, reason="leaves"
            ),
        )
        assert outcomes[1] is None, outcomes
        waiting = Task.objects.get(approval=memo.approval_id, state="open").user
        assert waiting == (people.bob if outcomes[0] is None else people.sam), outcomes
