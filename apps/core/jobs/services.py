"""Asking for background work."""

from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.core.errors import Refused
from apps.core.jobs import runner
from apps.core.jobs.models import Job
from apps.core.jobs.registry import chore_called, job_called


def enqueue(
    name: str, *, by, params: dict[str, Any] | None = None, key: str | None = None, title: str | Promise = ""
) -> Job:
    """Have the job `name` done for `by`, after the transaction around this call is committed.

    `key` stands for one request (a token in the form, say): the second call with the same key answers the first job and
    starts nothing. Keys are shared by everybody, so they name the person or are impossible to guess.
    """
    kind = job_called(name)
    if key is not None and (known := Job.objects.filter(key=key).first()):
        return known
    job = Job(
        name=name,
        title=Truncator(str(title or kind.title)).chars(200),
        requested_by=by,
        params=params or {},
        key=key,
        max_attempts=kind.max_attempts,
        language=get_language() or settings.LANGUAGE_CODE,
        time_zone=timezone.get_current_timezone_name(),
    )
    try:
        with transaction.atomic():
            job.save(force_insert=True)
            runner.push_job(job.pk)
    except IntegrityError:
        # Somebody else's identical request was committed between the look and the insert.
        if key is None:
            raise
        return Job.objects.get(key=key)
    return job


@transaction.atomic
def retry(*, job: Job) -> None:
    """Give a failed job a new set of attempts, because its requester asks for it."""
    hit = Job.objects.filter(pk=job.pk, state=Job.State.FAILED).update(
        state=Job.State.QUEUED, attempts=0, progress=0, message="", finished_at=None
    )
    if not hit:
        raise Refused(_("This work has not failed, so there is nothing to try again."))
    runner.push_job(job.pk)


def do_soon(name: str, **params: Any) -> None:
    """Have the chore `name` done after the transaction around this call is committed: one row, one query."""
    chore_called(name)
    runner.push_chore(name, params)
