"""What pages and other subjects ask about plans."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.business.engagements.models import Engagement, EngagementMember
from apps.business.plans import changing
from apps.business.plans.differences import Row
from apps.business.plans.following import PLANNABLE
from apps.business.plans.models import ExecutionPlan, PlanChange, PlanTask
from apps.documents.visibility import headed_by


def plannable_engagements(user) -> QuerySet:
    """Engagements without a plan that this person may plan."""
    return _worked_on(user).filter(phase__in=PLANNABLE, plan=None)


def changeable_plans(user) -> QuerySet:
    """Approved plans of running engagements that this person may change."""
    plans = ExecutionPlan.objects.visible_to(user).filter(state=ExecutionPlan.State.APPROVED)
    return plans.filter(engagement__in=_worked_on(user).running().order_by().values("pk"))


def difference(plan: ExecutionPlan, change: PlanChange) -> list[Row]:
    """What a change does to each task of the plan it was written against: added, removed, changed (with every column
    before and after, and the days its finish moves) or the same."""
    change.plan = plan
    return changing.rows(change)


def my_tasks(user) -> QuerySet:
    """Open tasks of approved plans that this person carries out, or checks once they are done."""
    to_do = Q(owner=user, progress__lt=100)
    to_check = Q(checker=user) & ~Q(criterion="") & ~Q(check_result__in=[PlanTask.Check.PASSED, PlanTask.Check.WAIVED])
    running = Engagement.objects.running().order_by().values("pk")
    return (
        PlanTask.objects.filter(to_do | to_check)
        .filter(plan__state=ExecutionPlan.State.APPROVED, plan__engagement__in=running)
        .filter(plan__in=ExecutionPlan.objects.visible_to(user).order_by().values("pk"))
    )


def _worked_on(user) -> QuerySet:
    member = EngagementMember.objects.filter(engagement=OuterRef("pk"), user=user, until=None)
    return Engagement.objects.filter(Q(manager=user) | Q(department__in=headed_by(user)) | Exists(member))
