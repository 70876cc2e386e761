"""What receipts do in the background."""

from django.utils.translation import gettext_lazy as _

from apps.core.jobs import Job, Result, job
from apps.finance.receipts.importing import RECEIPTS
from apps.org.import_jobs import import_in_background


@job(RECEIPTS.job, title=_("Import of receipts"))
def run_import(job: Job, progress) -> Result:
    """A large workbook of receipts."""
    return import_in_background(RECEIPTS, job, progress)
