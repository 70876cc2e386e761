"""What client service does in the background."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from apps.core.jobs import Job, Result, chore, job
from apps.org.import_jobs import import_in_background
from apps.service.clients.importing import CLIENTS
from apps.service.clients.services import remind_of_reviews


@chore("service.review-reminders", every=timedelta(hours=12), title=_("Ask for client reviews that are due"))
def review_reminders() -> None:
    """Ask the employees in charge for the reviews that are due."""
    remind_of_reviews()


@job(CLIENTS.job, title=_("Import of clients"))
def run_import(job: Job, progress) -> Result:
    """A large workbook of clients."""
    return import_in_background(CLIENTS, job, progress)
