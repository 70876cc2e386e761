"""What the organisation does in the background."""

from django.core.files.storage import Storage
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.core.errors import Refused
from apps.core.jobs import Job, Result, job
from apps.core.storage import private_storage
from apps.org.employees.importing import import_employees


@job("org.import-employees", title=gettext_lazy("Import of employees"))
def run_import(job: Job, progress) -> Result:
    """A large workbook, through the same function as a small one. The stored file goes when it has been read."""
    storage: Storage = private_storage()
    name = job.params["file"]
    with storage.open(name) as stream:
        outcome = import_employees(stream, by=job.requested_by, write=True, progress=progress)
    if outcome.errors:
        first = str(outcome.errors[0])
        said = ngettext("%(count)d error, first: %(first)s", "%(count)d errors, first: %(first)s", len(outcome.errors))
        raise Refused(said % {"count": len(outcome.errors), "first": first})
    storage.delete(name)
    said = _("%(new)d employees created, %(changed)d changed.")
    return Result(
        url=reverse("org:employee-list"),
        message=said % {"new": len(outcome.created), "changed": len(outcome.updated)},
    )
