"""Columns of plans, of changes, and of everybody's tasks."""

import datetime as dt

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.business.plans.models import ExecutionPlan, PlanChange, PlanTask
from apps.core import clock
from apps.core.tables import Column, Table
from apps.documents.tables import DocumentTable


def _work(name: str):
    def read(paper: ExecutionPlan | PlanChange) -> str:
        work = paper.work
        return str(getattr(work, name)) if work else ""

    return read


class PlanTable(DocumentTable):
    """The execution plans."""

    columns = [
        Column("number", _("Number"), kind="link", sort="number", accessor=lambda plan: plan.number or _now("Draft")),
        Column("title", _("Title"), kind="longtext", width=36),
        Column("engagement", _("Engagement"), accessor=_work("number")),
        Column("client", _("Client"), accessor=_work("client"), width=28),
        Column("manager", _("Manager"), accessor=_work("manager")),
        Column("applicant", _("Applicant"), accessor="applicant.name"),
        Column("department", _("Department"), accessor="department.label", export_only=True),
        Column("version", _("Version"), kind="number"),
        Column("state", _("State"), kind="badge", accessor="standing"),
        Column("submitted_at", _("Submitted"), kind="datetime"),
    ]
    caption = _("Execution plans")
    empty_title = _("No execution plans yet")
    empty_hint = _("When a contract is signed, its work is planned here; work starts when the plan is approved.")


class ChangeTable(DocumentTable):
    """The changes of plans."""

    columns = [
        Column("number", _("Number"), kind="link", sort="number", accessor=lambda paper: paper.number or _now("Draft")),
        Column("title", _("Title"), kind="longtext", width=36),
        Column("plan", _("Execution plan"), accessor=lambda change: change.plan.number if change.plan else ""),
        Column("engagement", _("Engagement"), accessor=_work("number")),
        Column("client", _("Client"), accessor=_work("client"), width=28),
        Column("cause", _("Cause")),
        Column("impact_cost", _("Additional cost"), kind="money", sort="impact_cost", total=True),
        Column("reason", _("Reason"), kind="longtext", export_only=True, width=36),
        Column("applicant", _("Applicant"), accessor="applicant.name"),
        Column("state", _("State"), kind="badge", accessor="standing"),
        Column("submitted_at", _("Submitted"), kind="datetime"),
    ]
    caption = _("Plan changes")
    empty_title = _("No plan changes yet")
    empty_hint = _("An approved plan is changed on its page; each change is decided on and applied as written.")


def standing_of(task: PlanTask) -> tuple[str, str]:
    """(colour, words) of a task: what the check found, how far it is, and whether it is late."""
    late = days_late(task)
    if late:
        return "overdue", _now("%(days)s days late") % {"days": late}
    if task.is_done:
        if not task.criterion:
            return "approved", _now("Done")
        colour = {"pending": "in_review", "passed": "approved", "failed": "rejected", "waived": "approved"}
        words = _now("To be checked") if task.check_result == "pending" else task.get_check_result_display()
        return colour[task.check_result], words
    if task.check_result == PlanTask.Check.FAILED:
        return "rejected", task.get_check_result_display()
    return ("in_review", _now("Running")) if task.is_started else ("draft", _now("Not started"))


def days_late(task: PlanTask, today: dt.date | None = None) -> int:
    """By how many days an unfinished task is late; nothing for a finished one, checked or not."""
    if task.is_done or task.finish is None:
        return 0
    return max(0, ((today or clock.today()) - task.finish).days)


class MyTaskTable(Table):
    """Open tasks of one person, over all engagements."""

    columns = [
        Column("task", _("Task"), kind="link", accessor=str, width=36),
        Column("engagement", _("Engagement"), accessor="plan.engagement.number"),
        Column("client", _("Client"), accessor="plan.engagement.client.label", width=28),
        Column("owner", pgettext_lazy("task", "Owner"), accessor="owner.name"),
        Column("start", _("Start"), kind="date"),
        Column("finish", _("Finish"), kind="date", sort="finish"),
        Column("forecast", _("Expected finish"), kind="date"),
        Column("progress", _("Done in %"), kind="number", sort="progress"),
        Column("deliverable", _("Deliverable"), kind="longtext", export_only=True, width=32),
        Column("state", _("State"), kind="badge", accessor=standing_of),
    ]
    default_sort = "finish"
    caption = _("My tasks")
    empty_title = _("Nothing to do")
    empty_hint = _("Tasks of approved plans that you carry out or check appear here until they are done.")

    def row_url(self, row: PlanTask) -> str:
        return row.plan.get_absolute_url()

    def row_class(self, row: PlanTask) -> str:
        return "row-overdue" if days_late(row) else ""
