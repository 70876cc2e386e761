"""Work on documents that takes long."""

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.approvals.analysis.figures import Selection
from apps.core.errors import Forbidden
from apps.core.jobs import Job, Result, chore, job
from apps.documents import printing
from apps.documents.checking import runs
from apps.documents.services import eventlog, record_export
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


@job(eventlog.EXPORT_JOB, title=gettext_lazy("Event log"))
def export_event_log(job: Job, progress: Any) -> Result:
    """The log of events as a file, with the papers its requester may see when the work is done."""
    by, params = job.requested_by, job.params
    if not by.is_active or not by.has_perm("approvals.view_analysis"):
        raise Forbidden(_("You may not take the log of events out."))
    first, last = (date.fromisoformat(params[name]) for name in ("first", "last"))
    chosen = Selection(first, last, params["kind"], params["departments"])
    papers = eventlog.papers_of(by, chosen)
    file, number = eventlog.write(params["format"], eventlog.traces(papers, progress))
    period = f"{first:%Y-%m} – {last:%Y-%m}"
    record_export(
        by=by,
        list_name=_("Event log"),
        filters=period,
        query="",
        file_format=params["format"],
        rows=number,
    )
    name = f"event-log-{first:%Y%m}-{last:%Y%m}.{params['format']}"
    return Result(file=file, name=name, message=_("%(number)s events") % {"number": f"{number:,}"})
