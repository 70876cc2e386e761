"""Steps that are open at the same time."""

import pytest
from django.db import IntegrityError, transaction

from apps.approvals import engine, errors, reassigning
from apps.approvals.events import verify
from apps.approvals.models import Event, Step, Task
from apps.approvals.routing import Case, StepRule, plan
from tests.approvals.test_routing import Company
from tests.factories.approvals import route, step, when

HEAD = step("head", rule="department_head")


@pytest.fixture(autouse=True)
def log_verifies(people):
    yield
    assert list(verify()) == []


def beside(key, **values):
    return step(key, with_previous=True, **values)


@pytest.fixture
def two(people):
    """The head; then finance and the director at the same time; then Sam."""
    finance = step("finance", role="finance_reviewer")
    route(steps=[HEAD, finance, beside("director", people=[people.dora]), step("last", people=[people.sam])])


@pytest.fixture
def open_both(people, two, paper):
    return paper.submit().approve(by=people.bob)


def test_steps_beside_each_other_open_together(open_both):
    assert open_both.deciding == ["dora", "fay", "finn"]
    assert open_both.steps == {"head": "approved", "finance": "open", "director": "open", "last": "pending"}


@pytest.mark.parametrize("order", [("dora", "fay"), ("fay", "dora")])
def test_the_run_goes_on_when_each_of_them_is_passed(people, open_both, order):
    first, second = (getattr(people, name) for name in order)
    open_both.approve(by=first)
    assert open_both.steps["last"] == "pending"
    assert open_both.approve(by=second).deciding == ["sam"]
    assert open_both.approve(by=people.sam).state == "approved"


@pytest.mark.parametrize(("verb", "state"), [("return_", "returned"), ("reject", "rejected")])
def test_one_refusal_ends_them_all_and_the_log_says_so(people, open_both, verb, state):
    getattr(open_both, verb)(by=people.dora)
    assert (open_both.state, open_both.deciding) == (state, [])
    assert open_both.steps == {"head": "approved", "finance": "cancelled", "director": state, "last": "cancelled"}
    closed = Event.objects.get(verb="closed")
    assert (closed.step.key, closed.actor, closed.payload) == ("finance", None, {"with": "director"})
    assert set(open_both.outcome.closed_steps) == set(
        Step.objects.filter(key__in=["finance", "director"]).values_list("pk", flat=True)
    )


def test_whoever_comes_too_late_is_told(people, open_both):
    open_both.reject(by=people.dora)
    with pytest.raises(errors.AlreadyDecided, match=r"Dora was first \(rejected\)"):
        open_both.approve(by=people.fay)


def test_an_approval_beside_is_kept_when_the_step_that_returned_the_paper_has_it_back(people, paper):
    finance = step("finance", role="finance_reviewer", resubmission="back")
    route(steps=[HEAD, finance, beside("director", people=[people.dora])])
    paper.submit().approve(by=people.bob).approve(by=people.dora).return_(by=people.fay).submit()
    assert paper.steps == {"head": "carried", "finance": "open", "director": "carried"}


def test_what_was_not_decided_beside_it_opens_again_with_it(people, paper):
    finance = step("finance", role="finance_reviewer", resubmission="back")
    route(steps=[HEAD, finance, beside("director", people=[people.dora])])
    paper.submit().approve(by=people.bob).return_(by=people.fay).submit()
    assert paper.steps == {"head": "carried", "finance": "open", "director": "open"}


def test_the_paper_goes_back_to_a_step_beside_that_has_decided(people, open_both):
    open_both.approve(by=people.fay).return_(by=people.dora, to="finance")
    assert open_both.steps == {"head": "carried", "finance": "open", "director": "open", "last": "pending"}


def test_the_paper_goes_back_to_one_of_them_and_the_other_keeps_its_approval(people, open_both):
    open_both.approve(by=people.fay).approve(by=people.dora).return_(by=people.sam, to="finance")
    assert open_both.steps == {"head": "carried", "finance": "open", "director": "carried", "last": "pending"}


def test_the_paper_goes_back_behind_them(people, open_both):
    open_both.return_(by=people.dora, to="head")
    assert open_both.steps == {"head": "open", "finance": "pending", "director": "pending", "last": "pending"}
    assert [event.step.key for event in Event.objects.filter(verb="closed")] == ["finance"]


def test_a_paper_waiting_in_both_is_withdrawn(people, paper):
    route(steps=[step("finance", role="finance_reviewer"), beside("director", people=[people.dora])])
    paper.submit().withdraw()
    assert (paper.state, paper.deciding) == ("withdrawn", [])
    assert paper.steps == {"finance": "cancelled", "director": "cancelled"}


def test_a_step_that_does_not_apply_leaves_the_others_together(people, paper):
    far = step("far", people=[people.sam], conditions=[when("amount", "gt", "5000")])
    both = [beside("finance", role="finance_reviewer"), beside("director", people=[people.dora])]
    route(steps=[far, *both, step("head", rule="department_head")])
    assert paper.submit().steps == {"far": "skipped", "finance": "open", "director": "open", "head": "pending"}


def test_a_step_called_for_meanwhile_opens_when_the_others_are_passed(people, paper):
    """The amount rises while both are open; the step beside them follows them."""
    far = beside("far", people=[people.sam], conditions=[when("amount", "gt", "5000")])
    route(steps=[step("finance", role="finance_reviewer"), far, beside("director", people=[people.dora]), HEAD])
    paper.submit()
    paper.facts["amount"] = "6000.00"
    paper.approve(by=people.fay)
    assert paper.deciding == ["dora"]
    assert paper.approve(by=people.dora).deciding == ["sam"]


def test_steps_beside_each_other_know_nothing_of_each_other(people, paper):
    """Dora is asked in both; the rule for who has decided already looks only at what came before."""
    route(steps=[step("one", people=[people.dora]), beside("two", people=[people.dora], when_duplicate="once"), HEAD])
    paper.submit()
    assert paper.deciding == ["dora", "dora"]
    paper.approve(by=people.dora)
    assert (paper.steps["one"], paper.steps["two"]) == ("approved", "open")
    assert paper.approve(by=people.dora).deciding == ["bob"]


def test_the_step_after_them_counts_both_as_just_decided(people, paper):
    again = step("again", people=[people.fay], when_duplicate="consecutive")
    route(steps=[step("one", people=[people.fay]), beside("two", people=[people.dora]), again])
    assert paper.submit().approve(by=people.fay).approve(by=people.dora).state == "approved"
    assert paper.steps["again"] == "auto"


def test_a_second_click_does_not_decide_the_step_beside(people, paper):
    route(steps=[step("one", people=[people.dora]), beside("two", people=[people.dora])])
    paper.submit().approve(by=people.dora, step="one")
    with pytest.raises(errors.AlreadyDecided, match="already decided this"):
        paper.approve(by=people.dora, step="one")
    assert paper.approve(by=people.dora, step="two").state == "approved"


# ---- what else happens to open steps ----


def taken_back(paper, by):
    with transaction.atomic():
        reassigning.take_back(paper.approval, by=by, facts=paper.facts, content_hash=paper.content_hash)


def test_an_approval_is_taken_back_while_the_step_beside_is_open(people, open_both):
    taken_back(open_both.approve(by=people.dora), people.dora)
    assert open_both.deciding == ["dora", "fay", "finn"]


def test_the_last_approval_of_both_is_taken_back_and_the_other_stays(people, open_both):
    taken_back(open_both.approve(by=people.dora).approve(by=people.fay), people.fay)
    assert open_both.deciding == ["fay", "finn"]
    assert open_both.steps == {"head": "approved", "finance": "open", "director": "approved", "last": "pending"}


def test_the_approval_that_opened_both_is_taken_back(people, open_both):
    taken_back(open_both, people.bob)
    assert open_both.deciding == ["bob"]
    assert open_both.steps == {"head": "open", "finance": "pending", "director": "pending", "last": "pending"}


def test_whom_somebody_asks_belongs_to_their_step(people, open_both):
    with transaction.atomic():
        reassigning.add_approvers(open_both.approval, by=people.dora, people=[people.tom], place="after", reason="?")
    assert open_both.approve(by=people.fay).approve(by=people.dora).deciding == ["tom"]
    task = Task.objects.get(user=people.tom)
    given = {"facts": open_both.facts, "content_hash": open_both.content_hash}
    with transaction.atomic():
        reassigning.remove_approver(open_both.approval, by=people.dora, task=task.pk, **given)
    assert open_both.deciding == ["sam"]


def test_a_leaver_hands_over_the_tasks_of_both_steps(people, paper):
    route(steps=[step("one", people=[people.dora]), beside("two", people=[people.dora]), HEAD])
    paper.submit()
    for _step in range(2):
        with transaction.atomic():
            engine.hand_over(paper.approval, leaver=people.dora, successor=people.tom, by=people.root, reason="leaves")
    assert paper.deciding == ["tom", "tom"]


def test_everybody_is_reminded(people, open_both):
    with transaction.atomic():
        tasks = reassigning.urge(open_both.approval, by=people.alice)
    assert sorted(task.user.username for task in tasks) == ["dora", "fay", "finn"]


def test_the_database_keeps_a_second_stage_from_opening(open_both):
    with pytest.raises(IntegrityError), transaction.atomic():
        Step.objects.filter(key="last").update(state="open")


# ---- the preview ----


def test_the_plan_counts_only_what_comes_before_the_stage():
    def rule(key, order, stage, **values):
        return StepRule(key=key, name=key, order=order, stage=stage, rule="people", people=(60,), **values)

    rules = [
        rule("one", 10, 10),
        rule("two", 20, 10, when_duplicate="once"),
        rule("three", 30, 30, when_duplicate="consecutive"),
    ]
    planned = plan(rules, Case(31, 3, {}), Company())
    assert [step.resolution.passed for step in planned] == [False, False, True]
