"""Carrying out a plan: how far each task is, and what the quality checks find (clause 3.2.3)."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.business.engagements.models import Engagement
from apps.business.plans import permissions, schedule
from apps.business.plans.models import ExecutionPlan, PlanTask
from apps.core import clock
from apps.core.errors import Refused
from apps.documents.services.locking import lock
from apps.notifications.services import notify


class WorkRefused(Refused):
    """Progress or a check can't be recorded so; `fields` says at which field."""

    status = 422


@transaction.atomic
def record_progress(
    task: PlanTask, *, by, progress: int, forecast: dt.date | None = None, on: dt.date | None = None
) -> PlanTask:
    """Note how far a task is, in percent, and when it is expected to be finished.

    The first progress starts the task, 100 finishes it; `on` is the day (today unless given). A task starts only when
    the plan is approved and every task before it is finished. After a check that was not passed, new progress asks for
    a new check.
    """
    plan, task = _locked(task)
    permissions.require(by, "progress", task)
    day = on or clock.today()
    _check_progress(plan, task, progress, day)
    if forecast is not None and forecast < (task.started_on or task.start or forecast):
        raise _at("forecast", _("It can't be finished before it starts."))
    was_done = task.is_done
    task.progress = progress
    if progress:
        task.started_on = task.started_on or day
    task.finished_on = (task.finished_on if was_done else day) if progress == 100 else None
    task.forecast = None if progress == 100 else forecast or task.forecast
    if task.check_result == PlanTask.Check.FAILED:
        _forget_check(task)
    _save(task, by=by, reason=f"progress {progress} %")
    if task.is_done and not was_done and task.needs_check:
        _tell(task, task.checker, gettext_lazy("Please check: %(task)s"), by=by)
    return task


@transaction.atomic
def record_check(task: PlanTask, *, by, result: str, note: str = "") -> PlanTask:
    """The checker says whether a finished task meets its criterion; where it does not, why."""
    _plan, task = _locked(task)
    permissions.require(by, "check", task)
    if result not in (PlanTask.Check.PASSED, PlanTask.Check.FAILED):
        raise _at("result", _("Say whether it was passed."))
    if result == PlanTask.Check.FAILED and not note.strip():
        raise _at("note", _("Say what has to be corrected."))
    _rule(task, result, note, by=by)
    if result == PlanTask.Check.FAILED:
        _tell(task, task.owner, gettext_lazy("Quality check not passed: %(task)s"), by=by, note=note)
    return task


@transaction.atomic
def waive_check(task: PlanTask, *, by, reason: str) -> PlanTask:
    """The head of the department leaves a check out, for a reason."""
    _plan, task = _locked(task)
    permissions.require(by, "waive", task)
    if not reason.strip():
        raise _at("reason", _("Say why the check is left out."))
    _rule(task, PlanTask.Check.WAIVED, reason, by=by)
    return task


def open_checkpoints(engagement: Engagement) -> list[PlanTask]:
    """Quality checkpoints of the plan in force that are neither passed nor waived; they block the settlement."""
    tasks = PlanTask.objects.filter(plan__engagement=engagement, plan__state=ExecutionPlan.State.APPROVED)
    return [task for task in tasks.exclude(criterion="").select_related("owner", "checker") if task.needs_check]


def _locked(task: PlanTask) -> tuple[ExecutionPlan, PlanTask]:
    """The plan first, so that no change is applied meanwhile, then the task as it is now."""
    plan = lock(task.plan)
    fresh = PlanTask.objects.select_for_update(of=("self",)).filter(pk=task.pk).first()
    if fresh is None:
        raise Refused(_("This task was removed from the plan."))
    fresh.plan = plan
    return plan, fresh


def _check_progress(plan: ExecutionPlan, task: PlanTask, progress: int, day: dt.date) -> None:
    if not 0 <= progress <= 100:
        raise _at("progress", _("Enter a number from 0 to 100."))
    if day > clock.today():
        raise _at("on", _("This date lies in the future."))
    if day < clock.local_day(plan.versions.get(number=1).made_at):
        raise _at("on", _("No task is started before the plan is approved."))
    if task.started_on and day < task.started_on:
        raise _at("on", _("It was started on %(day)s.") % {"day": task.started_on.isoformat()})
    if progress and not task.is_started and (waiting := _unfinished(plan, task)):
        text = _("It can't be started before task %(tasks)s is finished.")
        raise _at("progress", text % {"tasks": _(", ").join(waiting)})
    if not progress and task.is_started:
        raise _at("progress", _("It has been started already; enter at least 1."))


def _unfinished(plan: ExecutionPlan, task: PlanTask) -> list[str]:
    """Numbers of the tasks before this one that are not finished."""
    wanted = schedule.split(task.predecessors)
    return [other.wbs for other in plan.ordered_tasks if other.wbs in wanted and not other.is_done]


def _rule(task: PlanTask, result: str, note: str, *, by) -> None:
    task.check_result, task.check_note = result, note.strip()[:300]
    task.checked_by, task.checked_at = by, clock.now()
    _save(task, by=by, reason=f"check {result}")


def _forget_check(task: PlanTask) -> None:
    task.check_result, task.check_note = PlanTask.Check.PENDING, ""
    task.checked_by, task.checked_at = None, None


def _save(task: PlanTask, *, by, reason: str) -> None:
    task._history_user, task._change_reason = by, reason
    task.save()


def _tell(task: PlanTask, person, title, *, by, note: str = "") -> None:
    if person is not None and person != by:
        params = {"task": str(task), "note": note}
        notify(to=[person], title=title, body="%(note)s", params=params, url=task.plan.get_absolute_url())


def _at(field: str, text: str) -> WorkRefused:
    return WorkRefused(text, fields={field: [text]})
