"""Work on documents that takes long."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.errors import Forbidden
from apps.core.jobs import Job, Result, chore, job
from apps.documents import printing
from apps.documents.checking import runs
from apps.documents.services.deadlines import watch_deadlines
from apps.documents.views.wiring import views_of


@job(printing.PRINT_JOB, title=gettext_lazy("Print papers"))
def print_papers(job: Job, progress: Any) -> Result:
    """Print many papers, with the rights its requester has when the work is done."""
    if not job.requested_by.is_active:
        raise Forbidden(_("This account is closed."))
    views, params = views_of(job.params["kind"]), job.params
    file = printing.print_papers(
        views, params["papers"], by=job.requested_by, base_url=params["base_url"], progress=progress
    )
    return Result(file=file, name=printing.batch_name(views.model))


@chore(
    "documents.check-records",
    every=timedelta(days=1),
    offset=timedelta(hours=19),  # three in the morning in China
    title=gettext_lazy("Check that the records hold"),
)
def check_records() -> None:
    """Whether the logs of the approvals hold and rights match what is to be done; the status page shows the result."""
    runs.run_all()


@chore("documents.deadlines", every=timedelta(minutes=5), title=gettext_lazy("Remind of deadlines, and act on them"))
def deadlines() -> None:
    """Remind people in time; after a deadline do what the step says."""
    watch_deadlines()
