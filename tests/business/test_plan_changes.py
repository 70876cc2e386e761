"""Changes of a plan: what keeps one from being submitted, the difference, and how it is applied (clause 3.2.4)."""

import datetime as dt
from decimal import Decimal

import pytest

from apps.business.models import PlanChange, PlanTask, PlanVersion
from apps.business.plans import differences
from apps.business.plans.services import (
    changeable_plans,
    difference,
    record_check,
    record_progress,
    save_change,
    start_again,
    start_change,
    waive_check,
)
from apps.core import clock
from apps.core.errors import Refused
from apps.documents import services
from apps.documents.errors import Incomplete, NotAllowed
from apps.notifications.models import Notification
from tests.factories import plans
from tests.factories.plans import day, decided, fresh, task

pytestmark = pytest.mark.django_db

MORNING = dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def first_day():
    with clock.at(MORNING):
        yield


@pytest.fixture
def cast(db):
    return plans.company()


@pytest.fixture
def plan(cast):
    """In force, approved by the head."""
    return decided(cast, plans.planned(cast))


@pytest.fixture
def change(cast, plan):
    """A draft that moves the end of the second task by three days."""
    return plans.change_of(plan, cast.manager)


def rows_of(change) -> list[dict]:
    """The tasks of a draft as they would be saved again."""
    return [{"id": row.pk, "task_id": row.task_id, **row.content()} for row in change.ordered_tasks]


def saved(change, rows) -> PlanChange:
    return fresh(save_change(fresh(change), by=change.applicant, tasks=rows))


def contents(plan) -> list[tuple]:
    return [(row.wbs, row.title, row.start, row.finish, row.progress) for row in plan.tasks.all()]


# ---- what is demanded ----


def test_new_change_proposes_the_plan_as_it_is(cast, plan):
    change = start_change(plan, by=cast.mate)
    assert (change.plan, change.based_on, change.applicant) == (plan, 1, cast.mate)
    assert change.department == cast.department
    proposed = [(row.task_id, row.content()) for row in change.ordered_tasks]
    assert proposed == [(row.pk, row.content()) for row in plan.tasks.all()]
    assert change.check_submission(cast.mate) == {
        "reason": ["Say why the plan has to be changed."],
        "lines": ["Nothing is changed yet."],
    }


def test_complete_change_has_no_problems(cast, change):
    assert change.check_submission(cast.manager) == {}
    assert change.facts() == {
        "department": cast.department.pk,
        "cause": "problem",
        "impact_days": 3,
        "impact_cost": "0.00",
    }


def test_the_rules_of_tasks_hold_for_proposals(cast, change):
    rows = rows_of(change)
    rows[1] |= {"owner_id": cast.outsider.pk, "start": day(2), "predecessors": "1, 7"}
    assert saved(change, rows).check_submission(cast.manager) == {
        "lines-1-owner": [f"{cast.outsider} is not in the team of the engagement."],
        "lines-1-start": ["It starts before task 1 is finished (2026-03-06)."],
        "lines-1-predecessors": ["There is no task 7."],
    }


def test_started_task_is_not_removed(cast, plan, change):
    record_progress(plan.tasks.first(), by=cast.manager, progress=10)
    rows = [row for row in rows_of(change) if row["wbs"] != "1"]
    rows[0]["predecessors"] = ""
    assert saved(change, rows).check_submission(cast.manager) == {
        "lines": ["Task 1 Concept has been started and can't be removed."]
    }


def test_only_an_approved_plan_is_changed(cast):
    draft = plans.planned(cast)
    with pytest.raises(NotAllowed, match="Only an approved plan is changed; correct the plan itself"):
        start_change(draft, by=cast.manager)
    assert list(changeable_plans(cast.manager)) == []


def test_suspended_engagement_keeps_its_plan(cast, plan, change):
    plan.engagement.phase = "suspended"
    plan.engagement.save()
    text = ["This engagement is “Suspended”; its plan is not changed any more."]
    assert fresh(change).check_submission(cast.manager) == {"plan": text}


def test_one_change_at_a_time(cast, plan, change):
    other = plans.change_of(plan, cast.mate)
    services.submit(other, by=cast.mate)
    with pytest.raises(Incomplete) as refused:
        services.submit(change, by=cast.manager)
    text = f"{fresh(other).number} changes this plan already and is not decided yet."
    assert refused.value.fields == {"plan": [text]}
    services.approve(fresh(other), by=cast.head)
    assert [row.standing for row in plan.changes.order_by("pk")] == [("draft", "Draft"), ("approved", "Applied")]


def test_stale_change_is_refused_and_begins_again(cast, plan, change):
    decided(cast, plans.change_of(plan, cast.mate, moved=1))
    with pytest.raises(Incomplete) as refused:
        services.submit(change, by=cast.manager)
    text = "This was written against version 1 of the plan, but version 2 is in force. "
    assert refused.value.fields == {"plan": [f"{text}Start again from the plan in force."]}
    again = start_again(fresh(change), by=cast.manager)
    assert (again.based_on, again.reason) == (2, "The printer is late")
    assert [row.finish for row in again.ordered_tasks] == [day(4), day(15), day(12)]


def test_task_of_another_plan_is_taken_as_a_new_one(cast, plan, change):
    elsewhere = decided(cast, plans.planned(cast))
    rows = rows_of(change)
    rows.append({**task("Borrowed", cast.mate, 0, 1), "task_id": elsewhere.tasks.first().pk})
    assert [row.task_id for row in saved(change, rows).ordered_tasks] == [
        *plan.tasks.values_list("pk", flat=True),
        None,
    ]


# ---- the difference ----


def shape(rows) -> list[tuple]:
    return [(row.what, row.wbs, [(c.field, c.before, c.after) for c in row.changes], row.days) for row in rows]


def rewritten(cast, change) -> PlanChange:
    """Another owner and end for one task, one task less, one more."""
    first, second, _third = rows_of(change)
    second |= {"owner_id": cast.helper.pk, "start": day(6), "finish": day(12)}
    return saved(change, [first, second, task("Printing", cast.mate, 13, 20, predecessors="2")])


EXPECTED = [
    ("same", "1", [], 0),
    (
        "changed",
        "2",
        [
            ("owner_id", "manager", "helper"),
            ("start", "2026-03-07", "2026-03-08"),
            ("finish", "2026-03-16", "2026-03-14"),
        ],
        -2,
    ),
    ("added", "3", [], 0),
    ("removed", "3", [], 0),
]


def named(cast, rows) -> list[tuple]:
    """`EXPECTED` with the names of the people."""
    names = {"manager": cast.manager.name, "helper": cast.helper.name}
    return [(what, wbs, [(f, names.get(b, b), names.get(a, a)) for f, b, a in found], days)
            for what, wbs, found, days in rows]  # fmt: skip


def test_difference_is_exact_before_and_after_it_is_applied(cast, plan, change):
    change = rewritten(cast, change)
    assert shape(difference(plan, change)) == named(cast, EXPECTED)
    change = decided(cast, change)
    assert shape(difference(fresh(plan), change)) == named(cast, EXPECTED)
    decided(cast, plans.change_of(fresh(plan), cast.manager, moved=1))
    assert shape(difference(fresh(plan), fresh(change))) == named(cast, EXPECTED)


def test_difference_of_a_rejected_change_stays_readable(cast, plan, change):
    rejected = decided(cast, change, approve=False)
    gone = start_change(plan, by=cast.manager)
    gone.reason = "Not needed"
    gone.save()
    rows = rows_of(gone)
    rows[2]["predecessors"] = ""
    decided(cast, saved(gone, [rows[0], rows[2]]))
    assert shape(difference(fresh(plan), fresh(rejected)))[1] == (
        "changed",
        "2",
        [("finish", "2026-03-16", "2026-03-19")],
        3,
    )


# ---- applying ----


def test_approved_change_is_applied_exactly(cast, plan, change):
    concept = plan.tasks.first()
    record_progress(concept, by=cast.manager, progress=100)
    record_check(concept, by=cast.mate, result="passed")
    kept = list(plan.tasks.values_list("pk", flat=True))[:2]
    change = decided(cast, rewritten(cast, change))
    plan = fresh(plan)
    assert contents(plan) == [
        ("1", "Concept", day(0), day(4), 100),
        ("2", "Production", day(6), day(12), 0),
        ("3", "Printing", day(13), day(20), 0),
    ]
    assert list(plan.tasks.values_list("pk", flat=True))[:2] == kept
    assert plan.tasks.first().check_result == "passed"
    assert (plan.version, plan.standing, change.standing) == (
        2,
        ("approved", "In force, version 2"),
        ("approved", "Applied"),
    )
    versions = PlanVersion.objects.filter(plan=plan).order_by("number")
    assert [(v.number, v.change, v.by) for v in versions] == [(1, None, cast.head), (2, change, cast.head)]
    assert [row["title"] for row in versions[0].tasks] == ["Concept", "Production", "Report"]
    assert [row["id"] for row in versions[1].tasks] == list(plan.tasks.values_list("pk", flat=True))
    removed = PlanTask.history.filter(title="Report", history_type="-").get()
    assert (removed.history_user, removed.history_change_reason) == (cast.head, f"changed by {change.number}")


def test_whoever_got_a_task_is_told(cast, plan, change):
    Notification.objects.all().delete()
    decided(cast, rewritten(cast, change))
    told = Notification.objects.filter(title=f"1 tasks of {plan.number} are yours")
    assert set(told.values_list("recipient__username", flat=True)) == {"helper", "mate"}


def test_new_criterion_asks_for_a_new_check(cast, plan, change):
    concept = plan.tasks.first()
    waive_check(concept, by=cast.head, reason="Done by the client")
    rows = rows_of(change)
    rows[0]["criterion"] = "Agrees with the new brief"
    decided(cast, saved(change, rows))
    concept.refresh_from_db()
    assert (concept.check_result, concept.checked_by, concept.check_note) == ("pending", None, "")


def test_task_started_while_its_removal_waits_keeps_the_change_from_being_approved(cast, plan, change):
    rows = [row for row in rows_of(change) if row["wbs"] != "3"]
    services.submit(saved(change, rows), by=cast.manager)
    record_progress(plan.tasks.last(), by=cast.mate, progress=10)
    with pytest.raises(Refused, match="Task 3 Report has been started and can't be removed"):
        services.approve(fresh(change), by=cast.head)
    assert (fresh(change).state, fresh(plan).version, plan.tasks.count()) == ("in_review", 1, 3)


def test_rejected_change_leaves_the_plan_alone(cast, plan, change):
    before = contents(plan)
    decided(cast, rewritten(cast, change), approve=False)
    assert (fresh(plan).version, contents(plan)) == (1, before)


def test_cancelled_change_is_taken_back(cast, plan, change):
    before = contents(plan)
    ids = list(plan.tasks.values_list("pk", flat=True))
    change = decided(cast, rewritten(cast, change))
    cast.executive.groups.add(plans.RoleFactory(code="canceller", permissions=["documents.cancel_document"]))
    executive = type(cast.executive).objects.get(pk=cast.executive.pk)
    services.cancel(change, by=executive, reason="The client withdrew it")
    plan = fresh(plan)
    assert (plan.version, contents(plan)) == (3, before)
    assert list(plan.tasks.values_list("pk", flat=True)) == ids
    assert shape(difference(plan, fresh(change))) == named(cast, EXPECTED)


def test_change_before_another_one_is_not_cancelled(cast, plan, change):
    change = decided(cast, change)
    decided(cast, plans.change_of(fresh(plan), cast.manager))
    assert fresh(change).cancel_refusal() == "The plan has been changed since; change it again instead."


def test_cost_is_rounded_at_the_service(cast, change):
    change.impact_cost = Decimal("10.005")
    change = save_change(change, by=cast.manager, tasks=rows_of(change))
    assert fresh(change).impact_cost == Decimal("10.01")


def test_states_are_compared_with_nothing_in_them():
    assert differences.compare([], []) == []
    assert differences.end_moves([], []) == 0
