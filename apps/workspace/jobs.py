"""What the status page has done in the background."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.core.errors import Forbidden
from apps.core.jobs import Job, Result, job
from apps.documents.checking import runs
from apps.workspace import status


@job(status.RUN_JOB, title=gettext_lazy("Check that the records hold"))
def run_checks(job: Job, progress: Any) -> Result:
    """The nightly checks at once, with the rights their requester has when they run."""
    if not job.requested_by.has_perm(status.RUNS):
        raise Forbidden(_("You may not do this any more."))
    found = sum(row.found for row in runs.run_all(by=job.requested_by))
    text = ngettext("%(count)s thing is wrong.", "%(count)s things are wrong.", found) % {"count": found}
    return Result(url=reverse("workspace:status"), message=text if found else _("Nothing is wrong."))
