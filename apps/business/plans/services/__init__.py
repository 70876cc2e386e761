"""Every change of a plan that documents in general don't know: tasks, progress, quality checks, proposals."""

from apps.business.plans.services.drafts import new_from, save_change, save_plan, start_again, start_change
from apps.business.plans.services.reading import changeable_plans, difference, my_tasks, plannable_engagements
from apps.business.plans.services.work import open_checkpoints, record_check, record_progress, waive_check

__all__ = [
    "changeable_plans",
    "difference",
    "my_tasks",
    "new_from",
    "open_checkpoints",
    "plannable_engagements",
    "record_check",
    "record_progress",
    "save_change",
    "save_plan",
    "start_again",
    "start_change",
    "waive_check",
]
