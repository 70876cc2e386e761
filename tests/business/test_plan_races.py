"""Two people at one plan in the same moment, on PostgreSQL: one effect, and the loser gets a sentence."""

import pytest

from apps.business.models import ExecutionPlan, PlanChange, PlanTask, PlanVersion
from apps.business.plans.services import record_progress
from apps.documents.services import approve, submit
from tests.factories import plans
from tests.factories.plans import decided, fresh
from tests.finance.test_races import together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROUNDS = 15


def taken_out(plan, cast) -> PlanChange:
    """A submitted change that removes the last task."""
    change = plans.change_of(plan, cast.manager)
    change.tasks.last().delete()
    submit(change, by=cast.manager)
    return fresh(change)


def test_two_changes_are_never_submitted_together():
    cast = plans.company()
    for _round in range(ROUNDS):
        plan = decided(cast, plans.planned(cast))
        one, two = plans.change_of(plan, cast.manager), plans.change_of(plan, cast.mate)
        said = together(lambda one=one: submit(one, by=cast.manager), lambda two=two: submit(two, by=cast.mate))
        assert len(said) == 1
        assert "changes this plan already and is not decided yet" in said[0]
        assert sorted(plan.changes.values_list("state", flat=True)) == ["draft", "in_review"]


def test_change_is_applied_once_by_two_approvals():
    cast = plans.company()
    for _round in range(ROUNDS):
        plan = decided(cast, plans.planned(cast))
        change = taken_out(plan, cast)
        one, two = fresh(change), fresh(change)
        said = together(lambda one=one: approve(one, by=cast.head), lambda two=two: approve(two, by=cast.head))
        assert len(said) == 1
        assert fresh(plan).version == 2
        assert list(PlanVersion.objects.filter(plan=plan).values_list("number", flat=True)) == [2, 1]
        assert plan.tasks.count() == 2


def test_task_is_either_started_or_removed():
    cast = plans.company()
    for _round in range(ROUNDS):
        plan = decided(cast, plans.planned(cast))
        change, last = taken_out(plan, cast), plan.tasks.last()
        said = together(
            lambda change=change: approve(change, by=cast.head),
            lambda last=last: record_progress(last, by=cast.mate, progress=10),
        )
        assert len(said) == 1
        started = PlanTask.objects.filter(pk=last.pk, progress=10).exists()
        assert fresh(plan).version == (1 if started else 2)
        expected = "has been started and can't be removed" if started else "This task was removed from the plan"
        assert expected in said[0]


def test_engagement_is_planned_once():
    cast = plans.company()
    for _round in range(ROUNDS):
        engagement = plans.engaged(cast)
        together(
            lambda engagement=engagement: plan_once(cast.manager, engagement, cast.helper),
            lambda engagement=engagement: plan_once(cast.mate, engagement, cast.helper),
        )
        assert ExecutionPlan.objects.filter(engagement=engagement).count() == 1


def plan_once(applicant, engagement, colleague) -> None:
    plan = ExecutionPlan(
        kind=ExecutionPlan.KIND,
        applicant=applicant,
        department=applicant.department,
        engagement=engagement,
        title="Spring campaign",
    )
    plans.save_plan(plan, by=applicant, tasks=plans.usual_tasks(applicant, colleague))
