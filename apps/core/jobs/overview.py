"""How the background work is doing, for the people who look after the program."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q
from django.utils import timezone
from django.utils.functional import Promise
from django_tasks_db.models import DBTaskResult

from apps.core.jobs import care, liveness  # noqa: F401 - care brings its own chore
from apps.core.jobs.models import Job, PeriodicWork
from apps.core.jobs.registry import periodic_chores

#: a queue in which something is due for as long as this is worked by nobody
TOO_LONG = timedelta(minutes=5)


@dataclass(frozen=True)
class Queue:
    """What waits and runs now. ``workers`` are those of this machine; others show by what they get done."""

    workers: int
    waiting: int
    oldest: datetime | None
    running: int
    failed_jobs: int

    @property
    def is_stuck(self) -> bool:
        """Whether something has been due for so long that nobody can be working."""
        return self.oldest is not None and self.oldest < timezone.now() - TOO_LONG


@dataclass(frozen=True)
class ChoreState:
    """One chore that comes round: when it ended last, and how."""

    name: str
    title: str | Promise
    every: timedelta
    ended_at: datetime | None
    trouble: str

    @property
    def is_late(self) -> bool:
        """Whether it should have come round again long ago."""
        return self.ended_at is not None and self.ended_at < timezone.now() - self.every - max(self.every, TOO_LONG)


def queue() -> Queue:
    """The state of the queue: three statements."""
    now = timezone.now()
    later = Q(run_after__lte=now)
    found = DBTaskResult.objects.ready().aggregate(
        waiting=Count("pk"), at_once=Min("enqueued_at", filter=~later), later=Min("run_after", filter=later)
    )
    oldest = min(filter(None, (found["at_once"], found["later"])), default=None)
    running = DBTaskResult.objects.running().count()
    failed = Job.objects.filter(state=Job.State.FAILED, finished_at__gte=now - timedelta(days=7)).count()
    return Queue(liveness.count_alive(), found["waiting"], oldest, running, failed)


def chores() -> list[ChoreState]:
    """Every chore that comes round: one statement."""
    rows = {row.name: row for row in PeriodicWork.objects.all()}
    never = PeriodicWork()
    return [
        ChoreState(name, entry.title or name, entry.every, row.ended_at, row.trouble)
        for name, entry in sorted(periodic_chores().items())
        for row in [rows.get(name, never)]
    ]
