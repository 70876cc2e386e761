"""What the page on approvals shows of papers that are open now; the past is counted in `apps.approvals.analysis`."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch

from apps.approvals.analysis.figures import Selection
from apps.approvals.models import Task
from apps.core import clock
from apps.documents.kinds import all_kinds
from apps.documents.models import Document
from apps.org.calendar.services import company_calendar
from apps.org.calendar.worktime import working_time_between


@dataclass(frozen=True)
class Open:
    """A paper in approval: whose turn it is, in which step, and how much working time it has taken so far."""

    document: Document
    step: str
    people: list[str]
    waited: dt.timedelta


def oldest_open(user, chosen: Selection, *, most: int = 10) -> list[Open]:
    """The papers longest in approval, of those this person may see."""
    papers = Document.objects.visible_to(user).filter(state=Document.State.IN_REVIEW)
    papers = papers.filter(kind__in=[chosen.kind] if chosen.kind else list(all_kinds()))
    if chosen.departments is not None:
        papers = papers.filter(department__in=chosen.departments)
    tasks = Prefetch("approval__tasks", Task.objects.open().select_related("step", "user"), to_attr="open_tasks")
    papers = papers.select_related("applicant", "department", "approval").prefetch_related(tasks)
    calendar, now = company_calendar(), clock.now()
    return [
        Open(
            document,
            _first(task.step.label for task in document.approval.open_tasks),
            [str(task.user) for task in document.approval.open_tasks],
            working_time_between(document.submitted_at, now, calendar),
        )
        for document in papers.order_by("submitted_at", "pk")[:most]
    ]


def _first(labels: Iterable[str]) -> str:
    return next(iter(labels), "")
