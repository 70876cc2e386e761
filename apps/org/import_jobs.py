"""A large workbook in the background, through the same function as a small one."""

from typing import Any

from django.urls import reverse
from django.utils.translation import ngettext

from apps.core.errors import Refused
from apps.core.jobs import Job, Result
from apps.core.storage import private_storage
from apps.org.import_pages import ImportSort


def import_in_background(sort: ImportSort, job: Job, progress: Any) -> Result:
    """Import the stored file of a job; it goes when it has been read."""
    storage = private_storage()
    name = job.params["file"]
    with storage.open(name) as stream:
        outcome = sort.run(stream, by=job.requested_by, write=True, progress=progress)
    if outcome.errors:
        first = str(outcome.errors[0])
        said = ngettext("%(count)d error, first: %(first)s", "%(count)d errors, first: %(first)s", len(outcome.errors))
        raise Refused(said % {"count": len(outcome.errors), "first": first})
    storage.delete(name)
    values = {"new": len(outcome.created), "changed": len(outcome.updated)}
    return Result(url=reverse(sort.list_url), message=str(sort.done) % values)
