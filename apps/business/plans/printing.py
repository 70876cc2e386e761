"""The printed plan (業務執行計劃) and the printed change of one (計劃變更申請)."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from apps.business.plans import changing, differences
from apps.business.plans.models import ExecutionPlan, PlanChange
from apps.core.money import format_money
from apps.core.pdf import PrintTable
from apps.documents.printing import PrintParts

TASK_WIDTHS = (0.7, 2.3, 1.4, 1.6, 1.6, 2.0, 0.9, 2.2, 1.4)
CHANGE_WIDTHS = (1.2, 0.8, 2.4, 1.5, 2.4, 2.4, 0.9)


def plan_parts(plan: ExecutionPlan) -> PrintParts:
    """What is printed of a plan besides its chain: engagement, goal, the tasks in force, quality measures."""
    work = plan.work
    fields = [(_("Title"), plan.title), *_of_work(work)]
    if plan.version:
        fields.append((_("Version"), str(plan.version)))
    return PrintParts(
        title=_("Business execution plan"),
        fields=fields,
        tables=[_tasks(plan.ordered_tasks)],
        notes=[(_("Goal and deliverables"), plan.goal), (_("Quality-control measures"), plan.quality_measures)],
    )


def change_parts(change: PlanChange) -> PrintParts:
    """What is printed of a change: cause, reason, impact, and the difference task by task."""
    days = changing.facts(change)["impact_days"]
    fields = [
        (_("Title"), change.title),
        (_("Execution plan"), f"{change.plan.number} · {_('Version')} {change.based_on}"),
        *_of_work(change.work),
        (_("Cause"), str(change.get_cause_display())),
        (_("End of the work moves by"), _("%(days)s days") % {"days": f"{days:+d}" if days else "0"}),
        (_("Additional cost"), format_money(change.impact_cost)),
    ]
    return PrintParts(
        title=_("Plan change application"),
        fields=fields,
        tables=[_differences(differences.altered(changing.rows(change)))],
        notes=[(_("Reason"), change.reason)],
    )


def _of_work(work: Any) -> list[tuple[str, str]]:
    if work is None:
        return []
    period = f"{work.planned_from or '—'} – {work.planned_to or '—'}"
    return [
        (_("Engagement"), str(work)),
        (_("Client"), str(work.client)),
        (_("Manager"), str(work.manager)),
        (_("Contract period"), period),
    ]


def _tasks(tasks: Iterable[Any]) -> PrintTable:
    headers = [str(label) for label in differences.labels().values()]
    rows = [
        [
            task.wbs,
            task.title,
            str(task.owner or ""),
            task.start.isoformat() if task.start else "",
            task.finish.isoformat() if task.finish else "",
            task.deliverable,
            task.predecessors,
            task.criterion,
            str(task.checker or ""),
        ]
        for task in tasks
    ]
    return PrintTable(headers, rows, widths=TASK_WIDTHS, title=_("Tasks and quality checkpoints"))


def _differences(rows: Iterable[differences.Row]) -> PrintTable:
    """A line per changed column; added and removed tasks with their days."""
    printed = []
    for row in rows:
        head = [row.label, row.wbs, row.title]
        if row.what in (differences.ADDED, differences.REMOVED):
            period = _period(row.after or row.before)
            before, after = ("", period) if row.what == differences.ADDED else (period, "")
            printed.append([*head, _("Period"), before, after, ""])
            continue
        for number, change in enumerate(row.changes):
            lead = head if number == 0 else ["", "", ""]
            days = f"{row.days:+d}" if change.field == "finish" and row.days else ""
            printed.append([*lead, change.label, change.before, change.after, days])
    headers = (_("What"), _("No."), _("Task"), _("Field"), _("Before"), _("After"), _("Days"))
    aligns = ("left",) * 6 + ("right",)
    return PrintTable(headers, printed, aligns=aligns, widths=CHANGE_WIDTHS, title=_("Difference from the plan"))


def _period(task: Any) -> str:
    return f"{task['start'] or '—'} – {task['finish'] or '—'}"
