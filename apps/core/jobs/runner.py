"""Running one job or chore: claim, heartbeat, progress, outcome.

Every write of a running attempt goes through its *fence* (this job, still running, this worker, this attempt). When a
reaper has given the attempt up, the fence hits nothing, and whatever the attempt still produces is thrown away.
"""

import logging
import threading
import time
from datetime import timedelta
from typing import Any, Self

from django.core.files import File
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone, translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django_tasks import task

from apps.core.errors import Refused
from apps.core.jobs import registry
from apps.core.jobs.models import Job, PeriodicWork
from apps.core.jobs.registry import Result

logger = logging.getLogger("agencyops.jobs")

PROGRESS_SECONDS = 0.5
HEARTBEAT_SECONDS = 10
CHORE_PRIORITY = 10


class AttemptLostError(Exception):
    """This attempt was given up by a reaper; somebody else has the job now."""


# ---- the queue ----


@task(takes_context=True)
def run_job(context, job_id: int) -> None:
    """What the queue carries for a job. Does nothing if the job is not waiting any more."""
    job = claim(job_id, worker=context.task_result.worker_ids[-1])
    if job is not None:
        attempt(job)


@task(priority=CHORE_PRIORITY)
def run_chore(name: str, params: dict[str, Any]) -> None:
    """What the queue carries for a chore. How a periodic one ended is noted on its row."""
    noted = PeriodicWork.objects.filter(name=name)
    try:
        registry.chore_called(name).run(**params)
    except Exception as error:
        logger.exception("Chore %s failed", name)
        noted.update(ended_at=timezone.now(), trouble=type(error).__name__)
        raise
    noted.update(ended_at=timezone.now(), trouble="")


def push_job(job_id: int, *, after: timedelta | None = None) -> None:
    """Put a job on the queue, for later if `after` is given (a queue that cannot wait runs it now)."""
    waits = after is not None and run_job.get_backend().supports_defer
    entry = run_job.using(run_after=timezone.now() + after) if waits else run_job
    entry.enqueue(job_id)


def push_chore(name: str, params: dict[str, Any]) -> None:
    """Put a chore on the queue, before the jobs that wait there."""
    run_chore.enqueue(name, params)


# ---- one attempt ----


def claim(job_id: int, *, worker: str) -> Job | None:
    """Take a waiting job for this worker; None when another one was first or nothing is left to do."""
    now = timezone.now()
    hit = Job.objects.filter(pk=job_id, state=Job.State.QUEUED).update(
        state=Job.State.RUNNING,
        attempts=F("attempts") + 1,
        worker=worker,
        started_at=now,
        heartbeat_at=now,
        progress=0,
    )
    return Job.objects.select_related("requested_by").get(pk=job_id) if hit else None


def attempt(job: Job) -> None:
    """Run a claimed job in its requester's language and time zone, and write down how it ended."""
    with translation.override(job.language), timezone.override(job.time_zone):
        try:
            with Heartbeat(job):
                result = registry.job_called(job.name).run(job, Progress(job)) or Result()
            complete(job, result)
        except AttemptLostError:
            logger.warning("Job %s (%s): attempt %s was given up, its result dropped", job.pk, job.name, job.attempts)
        except Refused as refusal:
            finish(job, Job.State.FAILED, message=str(refusal))
        except Exception:
            logger.exception("Job %s (%s): attempt %s failed", job.pk, job.name, job.attempts)
            try_later(job)


def fence(job: Job) -> QuerySet[Job]:
    """The row of this attempt, as long as it is the current one."""
    return Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, worker=job.worker, attempts=job.attempts)


def complete(job: Job, result: Result) -> None:
    """Store the result and say that the job is done; the file goes if the attempt was given up meanwhile."""
    stored = ""
    if result.file is not None:
        result.file.seek(0)
        job.result_file.save(result.name, File(result.file), save=False)
        stored = job.result_file.name
        result.file.close()
    try:
        finish(
            job,
            Job.State.DONE,
            progress=100,
            message=str(result.message),
            result_file=stored,
            result_name=result.name[:200],
            result_url=result.url,
        )
    except Exception:
        if stored:
            job.result_file.delete(save=False)
        raise


def finish(job: Job, state: Job.State, *, message: str = "", **values: Any) -> None:
    """End the job, once, and tell those who registered for it in the same transaction."""
    values |= {"state": state, "message": Truncator(message).chars(500), "finished_at": timezone.now()}
    with transaction.atomic():
        if not fence(job).update(**values):
            raise AttemptLostError
        for name, value in values.items():
            setattr(job, name, value)
        for tell in registry.on_finished:
            _tell(tell, job)


def _tell(tell, job: Job) -> None:
    """One listener's trouble is logged and is nobody else's."""
    try:
        with transaction.atomic():
            tell(job)
    except Exception:
        logger.exception("Job %s (%s): a listener failed", job.pk, job.name)


def try_later(job: Job) -> None:
    """After an error: wait and try again, longer each time, or give up after the last attempt."""
    try:
        if job.attempts >= job.max_attempts:
            finish(job, Job.State.FAILED, message=_("Something went wrong on our side. The error has been logged."))
        else:
            put_back(job, after=timedelta(seconds=10 * 4 ** (job.attempts - 1)))
    except AttemptLostError:
        logger.warning("Job %s (%s): attempt %s was given up before it failed", job.pk, job.name, job.attempts)


def put_back(job: Job, *, after: timedelta | None = None) -> None:
    """Let the job wait for its next attempt."""
    with transaction.atomic():
        message = _("It did not work out and will be tried again.")
        if not fence(job).update(state=Job.State.QUEUED, message=message):
            raise AttemptLostError
        push_job(job.pk, after=after)


class Progress:
    """`progress(done, total, message)`: writes the bar at most twice a second, however often it is called."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._written = float("-inf")

    def __call__(self, done: float, total: float | None = None, message: str = "") -> None:
        if time.monotonic() - self._written < PROGRESS_SECONDS:
            return
        percent = int(done * 100 / total) if total else int(done)
        values: dict[str, Any] = {"progress": min(max(percent, 0), 99), "heartbeat_at": timezone.now()}
        if message:
            values["message"] = Truncator(str(message)).chars(500)
        self._written = time.monotonic()
        try:
            current = fence(self._job).update(**values)
        except OperationalError:
            # SQLite lets nobody write who reads on from before another's writing; the next time may do, and the
            # heartbeat has a connection of its own
            logger.debug("Job %s: no progress written", self._job.pk)
            return
        if not current:
            raise AttemptLostError


class Heartbeat:
    """A thread that says every few seconds that this attempt is alive, however long its function is silent."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat of job {job.pk}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._over.wait(HEARTBEAT_SECONDS):
                try:
                    fence(self._job).update(heartbeat_at=timezone.now())
                except DatabaseError as error:
                    logger.warning("Job %s: no heartbeat written (%s)", self._job.pk, error)
        finally:
            connection.close()
