"""What plans add to the page of an engagement."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.business.engagements import sections
from apps.business.engagements.models import Engagement
from apps.business.plans import following, people, schedule
from apps.business.plans.models import ExecutionPlan, PlanChange
from apps.business.plans.permissions import ADD_PLAN
from apps.business.plans.services import owners
from apps.business.plans.tables import days_late
from apps.core import registry
from apps.core.registry import PageSection

LATEST = 5


def register() -> None:
    """Called once at the start."""
    registry.register_handover(owners.hand_over, describe=owners.describe)
    registry.register_client_papers(ExecutionPlan, "engagement__client")
    registry.register_client_papers(PlanChange, "plan__engagement__client")
    sections.register_section(
        PageSection("plan", _("Execution plan"), "business/executionplan/_of_engagement.html", summary, order=20)
    )


def summary(engagement: Engagement, viewer: Any) -> dict[str, Any] | None:
    """The plan in short: how far it is, what is late, which checks are open, the latest changes."""
    plans = ExecutionPlan.objects.visible_to(viewer).filter(engagement=engagement)
    plan = plans.first()
    if plan is None:
        return {"plan": None, "create_url": _create_url(engagement, viewer)}
    tasks = plan.ordered_tasks
    changes = PlanChange.objects.visible_to(viewer).filter(plan=plan).order_by("-pk")
    return {
        "plan": plan,
        "create_url": "",
        "total": len(tasks),
        "done": sum(task.is_done for task in tasks),
        "percent": progress_of(tasks),
        "late": sum(days_late(task) > 0 for task in tasks),
        "checkpoints": sum(task.needs_check for task in tasks),
        "changes": list(changes[:LATEST]),
    }


def progress_of(tasks: list[Any]) -> int:
    """How far the plan is as a whole, in percent: each task counts by its days."""
    days = [schedule.span([task]) or 1 for task in tasks]
    if not days:
        return 0
    return sum(task.progress * number for task, number in zip(tasks, days, strict=True)) // sum(days)


def _create_url(engagement: Engagement, viewer: Any) -> str:
    """Where the plan is begun, for those who may; nobody begins a second one beside a draft of somebody else."""
    taken = ExecutionPlan.objects.filter(engagement=engagement).exists()
    if taken or engagement.phase not in following.PLANNABLE or not viewer.holds(ADD_PLAN):
        return ""
    if not people.works_on(viewer, engagement):
        return ""
    return f"{reverse('business:executionplan-create')}?engagement={engagement.pk}"
