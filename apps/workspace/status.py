"""The page for the people who look after the program: do the records hold, does the background work, do mails leave."""

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest

from apps.core.jobs import overview as background
from apps.documents.chain import duration
from apps.documents.checking import runs
from apps.documents.models import CheckRun
from apps.notifications.chat.outbox import with_counts
from apps.notifications.models import ChatMessage, Notification

SEES = "documents.view_checkrun"
RUNS = "documents.add_checkrun"
RESENDS = "notifications.change_notification"
RUN_JOB = "run-checks"
#: failed mails that are shown one by one
SHOWN = 20


def sees_status(request: HttpRequest) -> bool:
    """The status is for administrators and auditors."""
    return request.user.has_perm(SEES)


def overview() -> dict[str, Any]:
    """Everything the page shows."""
    return {
        "checks": [_check(name, label) for name, label in CheckRun.Check.choices],
        "queue": background.queue(),
        "chores": [{"state": chore, "every": duration(chore.every)} for chore in background.chores()],
        "mails": _mails(),
        "chats": _chats(),
    }


def _check(name: str, label: str) -> dict[str, Any]:
    """One check: its last run that came to its end with what it found, and those before it."""
    rows = runs.latest(name)
    done = next((row for row in rows if row.finished_at), None)
    return {
        "label": label,
        "run": done,
        "broken_off": bool(rows) and rows[0].finished_at is None,
        "findings": runs.findings_of(done) if done else [],
        "more": done.found - len(done.findings) if done else 0,
        "earlier": [row for row in rows if row is not done],
    }


def _mails() -> dict[str, Any]:
    """E-mails that wait, now or for the daily one, and those that were given up."""
    mail, rows = Notification.Mail, Notification.objects.order_by()
    counts = rows.filter(mail__in=(mail.DUE, mail.DIGEST, mail.FAILED)).aggregate(
        waiting=Count("pk", filter=Q(mail=mail.DUE)),
        daily=Count("pk", filter=Q(mail=mail.DIGEST)),
        failed=Count("pk", filter=Q(mail=mail.FAILED)),
    )
    failed = rows.filter(mail=mail.FAILED).select_related("recipient").order_by("-pk")
    return {**counts, "rows": failed[:SHOWN] if counts["failed"] else []}


def _chats() -> dict[str, Any]:
    """Lines to group chats that wait, and those that were not taken, with what the chat program answered."""
    channels = list(with_counts())
    not_taken = ChatMessage.objects.exclude(state=ChatMessage.State.SENT).exclude(answer="").select_related("channel")
    return {
        "channels": channels,
        "waiting": sum(channel.waiting for channel in channels),
        "failed": sum(channel.failed for channel in channels),
        "rows": not_taken.order_by("-pk")[:SHOWN],
    }
