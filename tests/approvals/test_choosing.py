"""People chosen to decide: by the applicant before the submission, by an approver for the next step."""

import pytest

from apps.approvals import engine, errors
from apps.approvals.events import verify
from apps.approvals.models import Event
from tests.approvals.paper import Paper
from tests.factories.approvals import route, step, when

HEAD = step("head", rule="department_head")


@pytest.fixture(autouse=True)
def log_verifies(people):
    yield
    assert list(verify()) == []


def chosen(**values):
    return step("expert", rule="chosen", **values)


def next_one(**values):
    return step("next", rule="chosen_before", **values)


# ---- the applicant ----


def test_the_applicant_chooses_who_decides(people, paper):
    route(steps=[HEAD, chosen()])
    paper.chosen = {"expert": [people.tom.pk]}
    paper.submit().approve(by=people.bob)
    assert paper.deciding == ["tom"]
    assert Event.objects.get(verb="submitted").payload["chosen"] == {"expert": [people.tom.pk]}


REFUSED = "Choose who decides the step “Expert”."


@pytest.mark.parametrize("given", [[], ["alice"], ["gone"], ["dora"]])
def test_a_submission_without_a_choice_that_counts_is_refused_at_its_field(people, paper, given):
    """Nobody, the applicant, somebody who has left, and somebody who is not among those named."""
    route(steps=[HEAD, chosen(people=[people.tom, people.alice, people.gone])])
    paper.chosen = {"expert": [getattr(people, name).pk for name in given]}
    with pytest.raises(errors.ChoiceMissing) as refused:
        paper.submit()
    assert (str(refused.value), refused.value.fields) == (REFUSED, {"choice-expert": [REFUSED]})


def test_one_person_or_several_from_a_role(people, paper):
    route(steps=[chosen(role="finance_reviewer", mode="all")])
    paper.chosen = {"expert": [people.finn.pk, people.fay.pk, people.tom.pk]}
    assert paper.submit().deciding == ["finn"]
    other = Paper(people.alice, people.business, amount="1")
    route(steps=[chosen(role="finance_reviewer", mode="all", choose_many=True)])
    other.chosen = paper.chosen
    assert other.submit().deciding == ["fay", "finn"]


def test_a_step_that_does_not_apply_needs_no_choice(people, paper):
    route(steps=[HEAD, chosen(conditions=[when("amount", "gt", "5000")])])
    assert paper.submit().approve(by=people.bob).state == "approved"


def test_a_step_that_comes_to_apply_without_a_choice_goes_up_the_line(people, paper):
    route(steps=[HEAD, chosen(conditions=[when("amount", "gt", "5000")])])
    paper.submit()
    paper.facts["amount"] = "6000"
    assert paper.approve(by=people.bob).deciding == ["bob"]


def test_a_choice_is_kept_for_the_resubmission_and_may_be_changed(people, paper):
    route(steps=[HEAD, chosen()])
    paper.chosen = {"expert": [people.tom.pk]}
    paper.submit().return_(by=people.bob).submit().approve(by=people.bob)
    assert paper.deciding == ["tom"]
    paper.return_(by=people.tom)
    paper.chosen = {"expert": [people.sam.pk]}
    assert paper.submit().approve(by=people.bob).deciding == ["sam"]


@pytest.mark.parametrize(("name", "deciding"), [("tom", ["tom"]), ("sam", ["bob"])])
def test_straight_back_holds_only_while_the_choice_is_as_it_was(people, paper, name, deciding):
    route(steps=[HEAD, chosen(resubmission="back")])
    paper.chosen = {"expert": [people.tom.pk]}
    paper.submit().approve(by=people.bob).return_(by=people.tom)
    paper.chosen = {"expert": [getattr(people, name).pk]}
    assert paper.submit().deciding == deciding


def test_the_preview_names_the_chosen_or_says_that_somebody_must_be(people):
    route(steps=[chosen()])
    given = {"kind": "memo", "applicant": people.alice, "department": people.business, "facts": {}}
    [before] = engine.preview(**given)
    assert (before.resolution.people, before.resolution.later) == ((), True)
    [after] = engine.preview(**given, choices={"expert": [people.tom.pk]})
    assert (after.resolution.people, after.resolution.later) == ((people.tom.pk,), False)


# ---- the approver before ----


def test_whoever_approves_names_who_decides_next(people, paper):
    route(steps=[HEAD, next_one()])
    paper.submit().approve(by=people.bob, choices={"next": [people.tom.pk]})
    assert paper.deciding == ["tom"]
    assert Event.objects.get(verb="approved").payload["chosen"] == {"next": [people.tom.pk]}


@pytest.mark.parametrize("choices", [None, {}, {"next": []}, {"next": ["applicant"]}])
def test_approving_without_naming_anybody_is_refused_and_nothing_is_decided(people, paper, choices):
    route(steps=[HEAD, next_one()])
    paper.submit()
    if choices and choices["next"]:
        choices = {"next": [people.alice.pk]}
    with pytest.raises(errors.ChoiceMissing) as refused:
        paper.approve(by=people.bob, choices=choices)
    assert list(refused.value.fields) == ["choice-next"]
    assert (paper.deciding, paper.verbs) == (["bob"], ["submitted", "opened"])


def test_whoever_completes_the_step_names_them_where_nobody_has(people, paper):
    route(steps=[step("board", people=[people.fay, people.finn], mode="all"), next_one()])
    paper.submit().approve(by=people.fay)
    with pytest.raises(errors.ChoiceMissing):
        paper.approve(by=people.finn)
    assert paper.approve(by=people.finn, choices={"next": [people.tom.pk]}).deciding == ["tom"]


def test_what_a_colleague_named_holds_unless_it_is_changed(people, paper):
    route(steps=[step("board", people=[people.fay, people.finn], mode="all"), next_one()])
    paper.submit().approve(by=people.fay, choices={"next": [people.tom.pk]}).approve(by=people.finn)
    assert paper.deciding == ["tom"]


def test_a_step_passed_by_rule_hides_nothing_from_whoever_approves(people, paper):
    again = step("again", rule="department_head", when_duplicate="consecutive")
    route(steps=[HEAD, again, next_one()])
    paper.submit()
    with pytest.raises(errors.ChoiceMissing):
        paper.approve(by=people.bob)
    paper.approve(by=people.bob, choices={"next": [people.tom.pk]})
    assert paper.steps == {"head": "approved", "again": "auto", "next": "open"}


def test_a_choice_for_a_step_that_is_not_next_is_not_taken(people, paper):
    route(steps=[HEAD, step("finance", role="finance_reviewer"), next_one()])
    paper.submit().approve(by=people.bob, choices={"next": [people.tom.pk]})
    with pytest.raises(errors.ChoiceMissing):
        paper.approve(by=people.fay)


def test_where_the_step_before_does_not_apply_the_line_decides(people, paper):
    route(steps=[step("far", role="executive", conditions=[when("amount", "gt", "5000")]), next_one(), HEAD])
    assert paper.submit().deciding == ["bob"]
