"""The lists of daily use: to decide, decided by me, copied to me, raised by me. They read tasks and participants, not
permissions.

Whoever has a task or a copy also has the grant to see the paper, and everybody sees their own: these lists show nothing
that `visible_to` would hide.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.approvals.models import Task
from apps.core.errors import Refused
from apps.documents import services
from apps.documents.kinds import all_kinds
from apps.documents.models import Document, Participant

COUNT_CAP = 99
NEVER = dt.datetime(9000, 1, 1, tzinfo=dt.UTC)
#: orders of the papers to decide, besides the oldest first
ORDERS = ("-opened_at", "due_by")
TABS = {
    "waiting": _("To decide"),
    "decided": _("Decided by me"),
    "copied": _("Copied to me"),
    "mine": _("Raised by me"),
}


def counted(request: HttpRequest) -> QuerySet:
    """What waits for this person, as far as the number on the inbox counts."""
    return Task.objects.waiting_for(request.user).order_by().values("pk")[:COUNT_CAP]


def kinds() -> list[tuple[str, str]]:
    """Kinds to filter by."""
    return [(name, model._meta.verbose_name) for name, model in all_kinds().items()]


def waiting(user, kind: str = ""):
    """Tasks this person has to decide. ``due_by``: when; those without a deadline have all the time in the world."""
    tasks = Task.objects.waiting_for(user).annotate(due_by=Coalesce("due_at", Value(NEVER)))
    return _papers(tasks, kind).select_related("step")


def decided(user, kind: str = ""):
    """Tasks this person has decided."""
    return _papers(Task.objects.decided_by(user), kind).select_related("step")


def copied(user, kind: str = ""):
    """Papers copied to this person."""
    rows = Participant.objects.filter(user=user, copied_at__isnull=False)
    rows = rows.filter(document__kind=kind) if kind else rows
    return rows.select_related("document__applicant", "document__department").order_by("-copied_at", "-pk")


def mine(user, kind: str = ""):
    """Papers of this person, in every state and of every kind."""
    papers = Document.objects.filter(applicant=user)
    papers = papers.filter(kind=kind) if kind else papers
    return papers.select_related("applicant", "department").order_by("-pk")


def _papers(tasks, kind: str):
    tasks = tasks.filter(approval__document__kind=kind) if kind else tasks
    return tasks.select_related("approval__document__applicant", "approval__document__department")


@dataclass(frozen=True)
class Result:
    """What became of one paper of several decided together."""

    task: Task
    document: Document
    done: bool
    said: str
    #: what the person was shown of it
    revision: int | None = None


def approve_together(tasks, *, by, opinion: str = "", seen: Mapping[int, int] | None = None) -> list[Result]:
    """Approve several papers with one opinion, each in its own transaction; one refused leaves the others approved.

    ``seen`` is the revision of each paper that the person was shown, by task; a paper changed since is refused.
    """
    results = []
    for task in tasks:
        document, revision = task.approval.document, (seen or {}).get(task.pk)
        try:
            document = services.approve(document, by=by, comment=opinion, revision=revision, step=task.step.key)
            results.append(Result(task, document, True, str(_("Approved."))))
        except Refused as refusal:
            results.append(Result(task, document, False, str(refusal), revision))
    return results
