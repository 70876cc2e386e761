"""Writing a plan and a change of one: the paper and its tasks together."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from apps.business.engagements.models import Engagement
from apps.business.plans import people, schedule
from apps.business.plans.models import ExecutionPlan, PlanChange, PlannedTask, PlanTask, ProposedTask
from apps.core.errors import Forbidden
from apps.core.money import quantize
from apps.documents.errors import Incomplete
from apps.documents.services import save_draft
from apps.documents.services.locking import lock

TYPED = ("wbs", "title", "owner_id", "start", "finish", "deliverable", "predecessors", "criterion", "checker_id")
TEXTS = ("wbs", "title", "deliverable", "predecessors", "criterion")
WRITTEN = ["wbs", "title", "owner", "start", "finish", "deliverable", "predecessors", "criterion", "checker", "order"]

Lines = Sequence[Mapping[str, Any]]


@transaction.atomic
def save_plan(plan: ExecutionPlan, *, by, tasks: Lines, revision: int | None = None) -> ExecutionPlan:
    """Store a draft or returned plan with its tasks, in the order given (clause 3.2.2).

    Each task is a mapping of `PlanTask` columns (`owner` and `checker` as people or as ids), with `id` where it exists
    already; others are deleted. Tasks without a number are given one. Unfinished tasks are fine; `Incomplete` names
    what can't be stored at all. Raises `Forbidden` where the person has nothing to do with the engagement, `Stale` and
    `NotAllowed` as every draft.
    """
    if plan.pk is not None:
        lock(plan)
    if plan.engagement_id is not None:
        _take_engagement(plan, by)
    rows = _read(tasks, {task.pk: task for task in plan.ordered_tasks})
    return _store(plan, PlanTask, "plan", rows, by=by, revision=revision)


@transaction.atomic
def save_change(change: PlanChange, *, by, tasks: Lines, revision: int | None = None) -> PlanChange:
    """Store a draft or returned change with the tasks as they should be; `task` or `task_id` is the one altered.

    Tasks of the plan that are left out are removed when the change is approved (clause 3.2.4).
    """
    if change.plan_id is None:
        raise Incomplete({"plan": [_("Choose the plan that is changed.")]})
    if not people.works_on(by, change.plan.engagement or change.plan.released_from):
        raise Forbidden(_("Only the manager, the team and the head of department of an engagement change its plan."))
    change.impact_cost = quantize(change.impact_cost or 0)
    change.department_id = change.plan.department_id
    stored = {task.pk: task for task in change.ordered_tasks}
    rows = _read(tasks, stored)
    known = set(change.plan.tasks.values_list("pk", flat=True))
    for typed, row in zip(tasks, rows, strict=True):
        kept = stored[row["id"]].task_id if row["id"] in stored else None
        task = _id_of(typed, "task") or kept
        row["task_id"] = task if task in known else None
    return _store(change, ProposedTask, "change", rows, by=by, revision=revision)


def new_from(plan: ExecutionPlan, by) -> tuple[PlanChange, list[dict[str, Any]]]:
    """A change of this plan, not yet stored, and the tasks in force for `save_change` to begin with."""
    change = PlanChange(
        kind=PlanChange.KIND,
        applicant=by,
        department_id=plan.department_id,
        title=plan.title,
        plan=plan,
        based_on=plan.version,
        currency=plan.currency,
    )
    return change, _tasks_in_force(plan)


@transaction.atomic
def start_change(plan: ExecutionPlan, *, by) -> PlanChange:
    """A stored draft of a change that proposes the plan as it is, to be altered."""
    change, tasks = new_from(plan, by)
    return save_change(change, by=by, tasks=tasks)


@transaction.atomic
def start_again(change: PlanChange, *, by) -> PlanChange:
    """Propose the plan in force anew, after another change was applied; title, cause and reason are kept."""
    change.based_on = change.plan.version
    return save_change(change, by=by, tasks=_tasks_in_force(change.plan))


def _tasks_in_force(plan: ExecutionPlan) -> list[dict[str, Any]]:
    return [{"task_id": task.pk, **task.content()} for task in plan.ordered_tasks]


def _take_engagement(plan: ExecutionPlan, by) -> None:
    """The engagement is the person's to plan, and nobody else plans it."""
    engagement = Engagement.objects.select_for_update(of=("self",), no_key=True).get(pk=plan.engagement_id)
    if not people.works_on(by, engagement):
        raise Forbidden(_("Only the manager, the team and the head of department of an engagement plan it."))
    other = ExecutionPlan.objects.filter(engagement=engagement).exclude(pk=plan.pk).select_related("applicant").first()
    if other is not None:
        text = _("This engagement has a plan already: %(plan)s of %(person)s.")
        values = {"plan": other.number or _("a draft"), "person": other.applicant}
        raise Incomplete({"engagement": [text % values]})
    plan.department_id = engagement.department_id


def _read(tasks: Lines, stored: Mapping[int, PlannedTask]) -> list[dict[str, Any]]:
    """The tasks with every column, and `Incomplete` where the table could not hold them."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    rows = []
    for index, typed in enumerate(tasks):
        row = {name: (typed.get(name) or "").strip() for name in TEXTS}
        row |= {name: typed.get(name) for name in ("id", "start", "finish")}
        row |= {f"{name}_id": _id_of(typed, name) for name in ("owner", "checker")}
        row["predecessors"] = ", ".join(schedule.split(row["predecessors"]))
        if not row["wbs"] and row["id"] in stored:
            row["wbs"] = stored[row["id"]].wbs
        if row["start"] and row["finish"] and row["finish"] < row["start"]:
            found[f"lines-{index}-finish"].append(_("It can't be finished before it starts."))
        if row["checker_id"] and row["checker_id"] == row["owner_id"]:
            found[f"lines-{index}-checker"].append(_("Nobody checks their own work."))
        rows.append(row)
    if found:
        raise Incomplete(dict(found))
    schedule.number(rows)
    return rows


def _id_of(typed: Mapping[str, Any], name: str) -> int | None:
    row = typed.get(name)
    return typed.get(f"{name}_id") if row is None else row.pk


def _store(paper, model: type[models.Model], parent: str, rows: list[dict[str, Any]], *, by, revision):
    def write(stored) -> None:
        _write(stored, model, parent, rows, by=by)

    save_draft(paper, by=by, revision=revision, lines=write)
    paper.forget_tasks()
    return paper


def _write(paper, model: type[models.Model], parent: str, rows: list[dict[str, Any]], *, by) -> None:
    """Let the stored tasks be these: changed ones updated, new ones created, the rest deleted."""
    stored = {task.pk: task for task in model.objects.filter(**{parent: paper})}
    names = [*TYPED, "order", *(["task_id"] if model is ProposedTask else [])]
    new, changed = [], []
    for order, row in enumerate(rows):
        task = stored.pop(row["id"], None) or model(**{parent: paper})
        values = {**row, "order": order}
        if task.pk is None:
            new.append(task)
        elif any(getattr(task, name) != values[name] for name in names):
            changed.append(task)
        for name in names:
            setattr(task, name, values[name])
    for task in stored.values():
        task._history_user, task._change_reason = by, "draft saved"
        task.delete()
    fields = [*WRITTEN, "task"] if model is ProposedTask else WRITTEN
    if not hasattr(model, "history") or getattr(paper, "skip_history_when_saving", False):
        _write_silently(model, new, changed, fields)
        return
    given = {"default_user": by, "default_change_reason": "draft saved"}
    if new:
        bulk_create_with_history(new, model, **given)
    if changed:
        bulk_update_with_history(changed, model, fields, **given)


def _write_silently(model: type[models.Model], new: list, changed: list, fields: list[str]) -> None:
    """A draft that keeps itself while somebody types leaves no history of every keystroke."""
    model.objects.bulk_create(new)
    if changed:
        model.objects.bulk_update(changed, fields)
