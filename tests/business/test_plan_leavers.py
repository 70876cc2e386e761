"""What becomes of the tasks and checks of somebody who leaves."""

import pytest

from apps.business.models import PlanTask
from apps.org.services import deactivate_employee, describe_handover
from tests.factories import plans

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db):
    people = plans.company()
    people.executive.is_superuser = True
    people.executive.save()
    return people


@pytest.fixture
def plan(cast):
    """1 Concept and 2 Production of the manager, 1 checked by the mate; 3 Report of the mate."""
    return plans.decided(cast, plans.planned(cast))


def leave(cast, leaver, successor):
    deactivate_employee(employee=leaver, successor=successor, by=cast.executive, reason="Left")


def people_of(plan):
    return [(task.owner.username, task.checker and task.checker.username) for task in plan.tasks.order_by("order")]


def test_open_tasks_and_checks_are_named_and_go_to_the_successor(cast, plan):
    told = describe_handover(cast.mate)
    assert "owner of 1 open task of a plan" in told
    assert "checker of 1 open checkpoint" in told
    leave(cast, cast.mate, cast.helper)
    assert people_of(plan) == [("manager", "helper"), ("manager", None), ("helper", None)]
    changed = PlanTask.history.filter(history_change_reason="Left").values_list("wbs", "history_user__username")
    assert sorted(changed) == [("1", "executive"), ("3", "executive")]
    assert describe_handover(cast.mate) == []


def test_nobody_checks_their_own_work_afterwards(cast, plan):
    plan.tasks.filter(wbs="1").update(owner=cast.helper)
    leave(cast, cast.mate, cast.helper)
    assert people_of(plan) == [("helper", "manager"), ("manager", None), ("helper", None)]


def test_where_the_manager_is_taken_too_the_head_checks(cast, plan):
    leave(cast, cast.mate, cast.manager)
    assert people_of(plan) == [("manager", "head"), ("manager", None), ("manager", None)]


def test_finished_tasks_and_passed_checks_keep_their_names(cast, plan):
    plan.tasks.filter(wbs="1").update(progress=100, check_result="passed", checked_by=cast.mate)
    plan.tasks.filter(wbs="3").update(progress=100)
    assert not [line for line in describe_handover(cast.mate) if "task" in line or "checkpoint" in line]
    leave(cast, cast.mate, cast.helper)
    assert people_of(plan) == [("manager", "mate"), ("manager", None), ("mate", None)]


def test_a_finished_task_that_waits_for_its_check_gets_the_successor_as_checker(cast, plan):
    plan.tasks.filter(wbs="1").update(progress=100)
    leave(cast, cast.mate, cast.helper)
    assert people_of(plan)[0] == ("manager", "helper")


def test_ended_engagements_stay_as_they_are(cast, plan):
    type(plan.engagement).objects.filter(pk=plan.engagement_id).update(phase="closed", closed_on="2026-01-01")
    leave(cast, cast.mate, cast.helper)
    assert people_of(plan) == [("manager", "mate"), ("manager", None), ("mate", None)]
