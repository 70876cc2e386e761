"""What leads do by themselves."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from apps.business.leads.importing import LEADS
from apps.business.leads.services import recycle
from apps.core.jobs import Job, Result, chore, job
from apps.org.import_jobs import import_in_background


@chore("business.recycle-leads", every=timedelta(hours=12), title=_("Give idle leads back to the pool"))
def recycle_leads() -> None:
    """Give leads without an activity back to the pool."""
    recycle()


@job(LEADS.job, title=_("Import of leads"))
def run_import(job: Job, progress) -> Result:
    """A large workbook of leads."""
    return import_in_background(LEADS, job, progress)
