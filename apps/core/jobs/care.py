"""What keeps the queue healthy: putting back the jobs of dead workers, starting what comes round, cleaning up."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from apps.core.jobs import liveness, runner
from apps.core.jobs.models import Job, PeriodicWork
from apps.core.jobs.registry import Chore, chore, periodic_chores
from apps.core.jobs.services import do_soon

logger = logging.getLogger("agencyops.jobs")

HEARTBEAT_LIMIT = timedelta(minutes=2)
FILE_DAYS = 30
JOB_DAYS = 180
TASK_DAYS = 2


def reap() -> int:
    """Put back the jobs whose worker has died; each death counts as an attempt. Answers how many were found."""
    found = 0
    for job in Job.objects.filter(state=Job.State.RUNNING).select_related("requested_by"):
        if _is_dead(job):
            found += _give_up_attempt(job)
    _close_dead_tasks()
    return found


def _is_dead(job: Job) -> bool:
    alive = liveness.is_alive(job.worker)
    return job.heartbeat_at < timezone.now() - HEARTBEAT_LIMIT if alive is None else not alive


@transaction.atomic
def _give_up_attempt(job: Job) -> bool:
    """End the attempt of a dead worker, unless somebody else has just done so or it has shown a sign of life."""
    if not runner.fence(job).filter(heartbeat_at=job.heartbeat_at).select_for_update().values_list("pk").first():
        return False
    logger.warning("Job %s (%s): its worker is gone (attempt %s)", job.pk, job.name, job.attempts)
    with translation.override(job.language):
        if job.attempts < job.max_attempts:
            runner.put_back(job)
        else:
            runner.finish(job, Job.State.FAILED, message=_("The work was interrupted too often and was given up."))
    return True


def _close_dead_tasks() -> None:
    """Mark the queue's own rows of dead workers, which would otherwise count as running for ever."""
    for entry in DBTaskResult.objects.running().only("pk", "worker_ids", "started_at"):
        if liveness.is_alive(entry.worker_ids[-1]) is False:
            DBTaskResult.objects.filter(pk=entry.pk, status=TaskResultStatus.RUNNING).update(
                status=TaskResultStatus.FAILED, finished_at=timezone.now(), traceback="The worker process died."
            )


def schedule(*, now: datetime | None = None, known: dict[str, int] | None = None) -> list[str]:
    """Start the chores whose next slot has begun, each slot once among all workers. Answers their names.

    `known` remembers between calls what needs no second look.
    """
    known = {} if known is None else known
    moment = (now or timezone.now()).timestamp()
    return [name for name, entry in periodic_chores().items() if _start(name, _slot(entry, moment), known)]


def _slot(entry: Chore, moment: float) -> int:
    return int((moment - entry.offset.total_seconds()) // entry.every.total_seconds())


def _start(name: str, slot: int, known: dict[str, int]) -> bool:
    if known.get(name, -1) >= slot:
        return False
    PeriodicWork.objects.get_or_create(name=name)
    with transaction.atomic():
        mine = PeriodicWork.objects.filter(name=name, slot__lt=slot).update(slot=slot) == 1
        if mine:
            do_soon(name)
    known[name] = slot
    return mine


@chore("core.clean-up", every=timedelta(days=1), title=gettext_lazy("Clean up old results of background work"))
def clean_up() -> None:
    """Remove result files after 30 days, jobs after half a year, and the queue's own leavings."""
    now = timezone.now()
    old = Job.objects.filter(finished_at__lt=now - timedelta(days=FILE_DAYS)).exclude(result_file="")
    for job in old.iterator():
        job.result_file.delete(save=False)
        Job.objects.filter(pk=job.pk).update(result_file="")
    Job.objects.filter(finished_at__lt=now - timedelta(days=JOB_DAYS)).delete()
    liveness.sweep(older_than=(now - timedelta(days=1)).timestamp())
    prune_queue()


def prune_queue() -> None:
    """Remove finished rows of the queue; what people look at is the job."""
    finished = DBTaskResult.objects.finished().filter(finished_at__lt=timezone.now() - timedelta(days=TASK_DAYS))
    finished.delete()
