"""The execution plan: what keeps it from being submitted, its baseline, its work (clauses 3.2.2 and 3.2.3)."""

import datetime as dt

import pytest

from apps.business.models import EngagementMember, PlanTask, PlanVersion
from apps.business.plans import schedule
from apps.business.plans.services import (
    my_tasks,
    open_checkpoints,
    plannable_engagements,
    record_check,
    record_progress,
    save_plan,
    waive_check,
)
from apps.core import clock
from apps.core.errors import Forbidden, Refused
from apps.documents import services
from apps.documents.errors import Incomplete, NotAllowed
from apps.documents.permissions import may
from apps.notifications.models import Notification
from tests.factories import business, plans
from tests.factories.plans import day, decided, fresh, task

pytestmark = pytest.mark.django_db

MORNING = dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def first_day():
    """Everything happens on the first day of the plan unless a test says otherwise."""
    with clock.at(MORNING):
        yield


@pytest.fixture
def cast(db):
    return plans.company()


@pytest.fixture
def draft(cast):
    return plans.planned(cast)


@pytest.fixture
def plan(cast, draft):
    """Approved by the head."""
    return decided(cast, draft)


def later(days: int):
    return clock.at(MORNING + dt.timedelta(days=days))


def tasks_of(plan) -> list[PlanTask]:
    return list(plan.tasks.all())


# ---- what is demanded ----


def problems(cast, draft, *tasks) -> dict[str, list[str]]:
    """What is wrong with these tasks."""
    return save_plan(draft, by=cast.manager, tasks=tasks).check_submission(cast.manager)


def test_complete_plan_has_no_problems(cast, draft):
    assert draft.check_submission(cast.manager) == {}
    assert draft.facts() == {"department": cast.department.pk, "tasks": 3, "days": 15}


def test_header_is_demanded(cast, draft):
    draft.title, draft.goal, draft.quality_measures = " ", "", ""
    assert draft.check_submission(cast.manager) == {
        "title": ["Say which plan this is."],
        "goal": ["Say what is to be reached and delivered."],
        "quality_measures": ["Say how quality is assured."],
    }
    draft.engagement = None
    assert draft.check_submission(cast.manager)["engagement"] == ["Choose the engagement that is planned."]


def test_plan_without_tasks_is_refused(cast, draft):
    assert problems(cast, draft) == {"lines": ["Add at least one task."]}


def test_each_task_says_what_it_needs(cast, draft):
    assert problems(cast, draft, {"deliverable": " "}) == {
        "lines-0-title": ["Say what is to be done."],
        "lines-0-owner": ["Choose who is responsible."],
        "lines-0-start": ["Enter the day it starts."],
        "lines-0-finish": ["Enter the day it is to be finished."],
        "lines-0-deliverable": ["Say what will be there when it is done."],
    }


def test_owner_and_checker_are_in_the_team(cast, draft):
    out = task("Concept", cast.outsider, 0, 1, criterion="Good", checker=cast.colleague)
    assert problems(cast, draft, out) == {
        "lines-0-owner": [f"{cast.outsider} is not in the team of the engagement."],
        "lines-0-checker": [f"{cast.colleague} is not in the team of the engagement."],
    }
    assert problems(cast, draft, task("Concept", cast.mate, 0, 1, criterion="Good", checker=cast.head)) == {}


def test_ended_member_is_not_in_the_team(cast, draft):
    EngagementMember.objects.filter(user=cast.mate).update(until=clock.today())
    found = draft.check_submission(cast.manager)
    text = [f"{cast.mate} is not in the team of the engagement."]
    assert found == {"lines-0-checker": text, "lines-2-owner": text}


def test_checkpoint_needs_criterion_and_checker(cast, draft):
    found = problems(
        cast,
        draft,
        task("Concept", cast.mate, 0, 1, criterion="Good"),
        task("Text", cast.mate, 0, 1, checker=cast.manager),
    )
    assert found == {
        "lines-0-checker": ["Choose who checks it."],
        "lines-1-criterion": ["Say what is checked."],
    }


def test_what_the_table_cannot_hold_is_refused_at_once(cast, draft):
    with pytest.raises(Incomplete) as refused:
        save_plan(draft, by=cast.manager, tasks=[task("Concept", cast.mate, 3, 1, checker=cast.mate, criterion="Good")])
    assert refused.value.fields == {
        "lines-0-finish": ["It can't be finished before it starts."],
        "lines-0-checker": ["Nobody checks their own work."],
    }
    assert [row.title for row in tasks_of(draft)] == ["Concept", "Production", "Report"]


def test_predecessors_are_tasks_of_the_plan_that_end_before(cast, draft):
    found = problems(
        cast,
        draft,
        task("One", cast.mate, 0, 4, predecessors="1"),
        task("Two", cast.mate, 3, 5, predecessors="1、9"),
        task("Three", cast.mate, 5, 6, predecessors="2"),
    )
    assert found == {
        "lines-0-predecessors": ["A task does not come after itself."],
        "lines-1-start": ["It starts before task 1 is finished (2026-03-06)."],
        "lines-1-predecessors": ["There is no task 9."],
    }
    assert [row.predecessors for row in tasks_of(draft)] == ["1", "1, 9", "2"]


def test_circle_is_found_over_several_tasks(cast, draft):
    found = problems(
        cast,
        draft,
        task("One", cast.mate, 0, 1, predecessors="3"),
        task("Two", cast.mate, 1, 2, predecessors="1"),
        task("Three", cast.mate, 2, 3, predecessors="2"),
        task("Four", cast.mate, 3, 4, predecessors="3"),
    )
    circle = ["These tasks wait for each other in a circle."]
    assert found == {f"lines-{index}-predecessors": circle for index in range(3)}


def test_numbers_are_given_and_told_apart(cast, draft):
    rows = [
        task("One", cast.mate, 0, 1, wbs="2"),
        task("Two", cast.mate, 0, 1),
        task("Three", cast.mate, 0, 1),
        task("Four", cast.mate, 0, 1, wbs="2"),
    ]
    text = ["Another task has the number 2 as well."]
    assert problems(cast, draft, *rows) == {"lines-0-wbs": text, "lines-3-wbs": text}
    assert [row.wbs for row in tasks_of(draft)] == ["2", "1", "3", "2"]


def test_number_stays_when_it_comes_back_empty(cast, draft):
    kept = [{"id": row.pk, **row.content(), "wbs": ""} for row in reversed(tasks_of(draft))]
    save_plan(draft, by=cast.manager, tasks=kept)
    assert [(row.wbs, row.title) for row in tasks_of(draft)] == [("3", "Report"), ("2", "Production"), ("1", "Concept")]


def test_days_outside_the_contract_are_only_remarked_on(cast, draft):
    rows = [task("Late", cast.mate, -1, 400)]
    assert problems(cast, draft, *rows) == {}
    assert schedule.outside(tasks_of(draft), day(0), day(180)) == [
        "Task 1 starts before the contract is in force (2026-03-02).",
        f"Task 1 is finished after the contract has ended ({day(180)}).",
    ]


# ---- who plans ----


def test_who_works_on_the_engagement_plans_it(cast):
    engagement = plans.team(business.engagement(cast.manager, phase="preparing"), cast.mate)
    found = {
        name: list(plannable_engagements(getattr(cast, name)))
        for name in ("manager", "mate", "head", "colleague", "outsider")
    }
    mine = [engagement]
    assert found == {"manager": mine, "mate": mine, "head": mine, "colleague": [], "outsider": []}


def test_others_are_refused_with_the_reason(cast):
    engagement = business.engagement(cast.manager, phase="preparing")
    with pytest.raises(Forbidden, match="Only the manager, the team and the head of department of an engagement plan"):
        plans.plan_of(cast.colleague, engagement, colleague=cast.mate)
    plans.team(engagement, cast.executive)
    blank = plans.ExecutionPlan(kind="executionplan", applicant=cast.executive, department=cast.executive.department)
    answer = may(cast.executive, "create", blank)
    assert (bool(answer), answer.reason) == (False, "Plans are made by Business. Ask the manager of the engagement.")


def test_engagement_has_one_plan(cast, draft):
    with pytest.raises(Incomplete) as refused:
        plans.plan_of(cast.mate, draft.engagement, colleague=cast.helper)
    text = f"This engagement has a plan already: a draft of {cast.manager}."
    assert refused.value.fields == {"engagement": [text]}


def test_engagement_is_planned_anew_after_a_rejection(cast, draft):
    engagement = draft.engagement
    rejected = decided(cast, draft, approve=False)
    assert (rejected.engagement, rejected.released_from, rejected.work) == (None, engagement, engagement)
    assert list(plannable_engagements(cast.manager)) == [engagement]
    again = decided(cast, plans.plan_of(cast.manager, engagement, colleague=cast.mate))
    assert (again.state, again.engagement) == ("approved", engagement)


# ---- approval ----


def test_submission_opens_the_plan_to_the_team(cast, draft):
    people = {name: getattr(cast, name) for name in ("mate", "helper", "head", "executive", "auditor", "outsider")}

    def who():
        return {name for name, person in people.items() if type(draft).objects.visible_to(person).exists()}

    assert who() == set()
    services.submit(draft, by=cast.manager)
    assert who() == {"mate", "helper", "head", "executive", "auditor"}
    draft.engagement.refresh_from_db()
    assert draft.engagement.phase == "planning"


def test_approval_writes_the_baseline_and_starts_the_work(cast, plan):
    assert (plan.version, plan.standing) == (1, ("approved", "In force"))
    assert (plan.engagement.phase, plan.engagement.started_on) == ("executing", day(0))
    version = PlanVersion.objects.get(plan=plan)
    first = tasks_of(plan)[0]
    assert (version.number, version.change, version.by, version.made_at) == (1, None, cast.head, MORNING)
    assert version.tasks[0] == {
        "id": first.pk,
        "wbs": "1",
        "title": "Concept",
        "owner_id": cast.manager.pk,
        "start": "2026-03-02",
        "finish": "2026-03-06",
        "deliverable": "Concept, finished",
        "predecessors": "",
        "criterion": "Agrees with the brief",
        "checker_id": cast.mate.pk,
    }
    assert len(version.tasks) == 3


def test_owners_and_checkers_are_told(cast, plan):
    told = Notification.objects.filter(title=f"2 tasks of {plan.number} are yours")
    assert set(told.values_list("recipient__username", flat=True)) == {"manager", "mate"}


def test_approved_plan_is_read_only(cast, plan):
    with pytest.raises(NotAllowed, match="It was submitted and can't be changed now"):
        save_plan(plan, by=cast.manager, tasks=[])
    assert len(tasks_of(plan)) == 3


def test_plan_is_cancelled_before_work_starts_and_not_after(cast, plan):
    assert plan.cancel_refusal() == ""
    record_progress(tasks_of(plan)[0], by=cast.manager, progress=10)
    assert fresh(plan).cancel_refusal() == "Work on this plan has started; alter it by a plan change."


# ---- work ----


def test_nothing_starts_before_the_plan_is_approved(cast, draft):
    with pytest.raises(Forbidden, match="No task is started before the plan is approved"):
        record_progress(tasks_of(draft)[0], by=cast.manager, progress=10)


def test_progress_starts_and_finishes_a_task(cast, plan):
    concept = tasks_of(plan)[0]
    record_progress(concept, by=cast.manager, progress=40, forecast=day(6))
    concept.refresh_from_db()
    assert (concept.progress, concept.started_on, concept.finished_on, concept.forecast) == (40, day(0), None, day(6))
    with later(5):
        record_progress(concept, by=cast.manager, progress=100, on=day(4))
    concept.refresh_from_db()
    assert (concept.progress, concept.started_on, concept.finished_on, concept.forecast) == (100, day(0), day(4), None)
    said = list(concept.history.order_by("history_id").values_list("history_change_reason", flat=True))
    assert said == ["draft saved", "progress 40 %", "progress 100 %"]


@pytest.mark.parametrize(
    ("values", "field", "text"),
    [
        ({"progress": 101}, "progress", "Enter a number from 0 to 100."),
        ({"progress": 5, "on": day(1)}, "on", "This date lies in the future."),
        ({"progress": 5, "on": day(-1)}, "on", "No task is started before the plan is approved."),
        ({"progress": 5, "forecast": day(-2)}, "forecast", "It can't be finished before it starts."),
    ],
)
def test_progress_that_makes_no_sense_is_refused(cast, plan, values, field, text):
    concept = tasks_of(plan)[0]
    with pytest.raises(Refused) as refused:
        record_progress(concept, by=cast.manager, **values)
    assert refused.value.fields == {field: [text]}
    concept.refresh_from_db()
    assert (concept.progress, concept.started_on) == (0, None)


def test_task_waits_for_those_before_it(cast, plan):
    concept, production, _report = tasks_of(plan)
    with pytest.raises(Refused) as refused:
        record_progress(production, by=cast.manager, progress=1)
    assert refused.value.fields == {"progress": ["It can't be started before task 1 is finished."]}
    record_progress(concept, by=cast.manager, progress=100)
    assert record_progress(production, by=cast.manager, progress=1).started_on == day(0)


def test_only_owner_and_manager_record_progress(cast, plan):
    report = tasks_of(plan)[2]
    for person in (cast.helper, cast.head):
        with pytest.raises(Forbidden, match="Only the owner of the task and the manager of the engagement"):
            record_progress(report, by=person, progress=10)
    assert record_progress(report, by=cast.mate, progress=10).progress == 10
    assert record_progress(report, by=cast.manager, progress=20).progress == 20


def test_nothing_is_recorded_while_work_is_suspended(cast, plan):
    plan.engagement.phase = "suspended"
    plan.engagement.save()
    with pytest.raises(Forbidden, match="Work on this engagement does not go on at present"):
        record_progress(tasks_of(plan)[0], by=cast.manager, progress=10)


def test_checkpoint_is_checked_by_its_checker_when_done(cast, plan):
    concept = tasks_of(plan)[0]
    assert open_checkpoints(plan.engagement) == [concept]
    with pytest.raises(Forbidden, match="It is checked when it is done"):
        record_check(concept, by=cast.mate, result="passed")
    record_progress(concept, by=cast.manager, progress=100)
    with pytest.raises(Forbidden, match=f"Only {cast.mate} checks this task"):
        record_check(concept, by=cast.manager, result="passed")
    with pytest.raises(Refused) as refused:
        record_check(concept, by=cast.mate, result="failed", note=" ")
    assert refused.value.fields == {"note": ["Say what has to be corrected."]}
    checked = record_check(concept, by=cast.mate, result="passed", note="Fine")
    assert (checked.check_result, checked.check_note, checked.checked_by) == ("passed", "Fine", cast.mate)
    assert checked.checked_at == MORNING
    assert open_checkpoints(plan.engagement) == []
    with pytest.raises(Forbidden, match="The quality check is done; the task is closed"):
        record_progress(concept, by=cast.manager, progress=50)


def test_failed_check_is_told_corrected_and_made_again(cast, plan):
    concept = tasks_of(plan)[0]
    record_progress(concept, by=cast.manager, progress=100)
    record_check(concept, by=cast.mate, result="failed", note="50% is missing")
    told = Notification.objects.get(recipient=cast.manager, title="Quality check not passed: 1 Concept")
    assert told.body == "50% is missing"
    assert open_checkpoints(plan.engagement) == [concept]
    again = record_progress(concept, by=cast.manager, progress=80)
    assert (again.check_result, again.checked_by, again.finished_on) == ("pending", None, None)
    record_progress(concept, by=cast.manager, progress=100)
    record_check(concept, by=cast.mate, result="passed")
    assert open_checkpoints(plan.engagement) == []
    assert Notification.objects.filter(recipient=cast.mate, title="Please check: 1 Concept").count() == 2


def test_head_waives_a_check_with_a_reason(cast, plan):
    concept = tasks_of(plan)[0]
    with pytest.raises(Forbidden, match="Only the head of the department waives"):
        waive_check(concept, by=cast.manager, reason="No time")
    with pytest.raises(Refused) as refused:
        waive_check(concept, by=cast.head, reason=" ")
    assert refused.value.fields == {"reason": ["Say why the check is left out."]}
    waived = waive_check(concept, by=cast.head, reason="The client checked it")
    assert (waived.check_result, waived.checked_by, waived.check_note) == ("waived", cast.head, "The client checked it")
    assert open_checkpoints(plan.engagement) == []


def test_my_tasks_are_open_ones_of_plans_in_force(cast, plan):
    concept, _production, report = tasks_of(plan)
    assert set(my_tasks(cast.mate)) == {concept, report}
    record_progress(report, by=cast.mate, progress=100)
    assert set(my_tasks(cast.mate)) == {concept}
    record_progress(concept, by=cast.manager, progress=100)
    record_check(concept, by=cast.mate, result="passed")
    assert list(my_tasks(cast.mate)) == []
    assert [row.title for row in my_tasks(cast.manager)] == ["Production"]
    assert list(my_tasks(cast.outsider)) == []


def test_draft_has_no_tasks_to_do(cast, draft):
    assert list(my_tasks(cast.mate)) == []
