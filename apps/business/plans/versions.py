"""The versions of a plan: what was approved, and bringing the plan to another state (clauses 3.2.2 and 3.2.4).

The plan is known here by its interface alone; `models` imports this module.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from apps.business.plans import differences
from apps.core import clock
from apps.core.errors import Refused

#: a check is about a criterion and a person: where one of them changes it is made anew
CHECKED = ("criterion", "checker_id")
UNCHECKED = {"check_result": "pending", "check_note": "", "checked_by_id": None, "checked_at": None}


def keep(plan, *, by, change=None) -> Any:
    """Write down the plan in force under its number."""
    return plan.versions.create(
        number=plan.version, change=change, made_at=clock.now(), by=by, tasks=state_of(plan.ordered_tasks)
    )


def state_of(tasks: Sequence[Any]) -> list[dict[str, Any]]:
    """Tasks in force as a version keeps them."""
    return [differences.plain(task, task.pk) for task in tasks]


def in_force(plan, number: int) -> list[dict[str, Any]]:
    """The tasks of a version; none where there is no such version."""
    return next((version.tasks for version in plan.versions.all() if version.number == number), [])


def baseline(plan) -> dict[int, Mapping[str, Any]]:
    """The tasks as they were approved first, by id."""
    return {task["id"]: task for task in in_force(plan, 1)}


def refusal(plan, wanted: Sequence[Mapping[str, Any]]) -> list[str]:
    """Why the plan can't be brought to this state: tasks that have been started are not removed."""
    kept = {task["id"] for task in wanted}
    return [
        _("Task %(task)s has been started and can't be removed.") % {"task": f"{task.wbs} {task.title}"}
        for task in plan.ordered_tasks
        if task.pk not in kept and task.is_started
    ]


def bring_to(plan, wanted: Sequence[Mapping[str, Any]], *, by, reason: str) -> list[Any]:
    """Let the tasks in force be these, those with a known id keeping their progress; answers them in order.

    A task that an earlier change removed comes back under its id.
    The plan must be locked. Nothing is written where a started task would be removed.
    """
    if refused := refusal(plan, wanted):
        raise Refused(" ".join(refused))
    known = {task.pk: task for task in plan.ordered_tasks}
    tasks, changed, new = [], [], []
    for order, values in enumerate(wanted):
        task = known.pop(values["id"], None)
        if task is None:
            task = plan.tasks.model(pk=values["id"], plan=plan)
            new.append(task)
        elif _differs(task, values, order):
            changed.append(task)
        _take(task, values, order)
        tasks.append(task)
    for task in known.values():
        task._history_user, task._change_reason = by, reason
        task.delete()
    given = {"default_user": by, "default_change_reason": reason}
    if changed:
        fields = [field.name for field in plan.tasks.model._meta.concrete_fields if not field.primary_key]
        bulk_update_with_history(changed, plan.tasks.model, fields, **given)
    if new:
        bulk_create_with_history(new, plan.tasks.model, **given)
    plan.forget_tasks()
    return tasks


def _differs(task, values: Mapping[str, Any], order: int) -> bool:
    before = differences.plain(task, task.pk)
    return task.order != order or any(before[name] != values[name] for name in task.PLANNED)


def _take(task, values: Mapping[str, Any], order: int) -> None:
    if task.check_result != "pending" and any(getattr(task, name) != values[name] for name in CHECKED):
        for name, value in UNCHECKED.items():
            setattr(task, name, value)
    for name in task.PLANNED:
        value = values[name]
        setattr(task, name, parse_date(value) if name in ("start", "finish") and value else value)
    task.order = order
