"""What the organisation does in the background."""

from django.utils.translation import gettext_lazy as _

from apps.core.jobs import Job, Result, job
from apps.org.employees.imports import EMPLOYEES
from apps.org.import_jobs import import_in_background


@job(EMPLOYEES.job, title=_("Import of employees"))
def run_import(job: Job, progress) -> Result:
    """A large workbook of employees."""
    return import_in_background(EMPLOYEES, job, progress)
