"""What engagements do in the background: send progress reports, and remind of those that are due."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from apps.business.engagements import services
from apps.business.engagements.mailing import mail_of
from apps.business.engagements.models import ProgressReport
from apps.business.engagements.services.reports import SEND_JOB
from apps.core.jobs import Job, Result, chore, job

RELATED = ("engagement__client", "engagement__contract", "engagement__manager", "sent_by")


@job(SEND_JOB, title=_("E-mail of a progress report"))
def send_progress_report(row: Job, progress) -> Result:
    """Asked for once per report; tried again where the mail server did not take it."""
    report = ProgressReport.objects.select_related(*RELATED).get(pk=row.params["report"])
    addresses = row.params["to"]
    mail_of(report, addresses).send()
    return Result(
        url=report.engagement.get_absolute_url(), message=_("Sent to %(people)s") % {"people": ", ".join(addresses)}
    )


@chore("business.remind-of-progress-reports", every=timedelta(hours=12), title=_("Remind of progress reports"))
def remind_of_reports() -> None:
    """Tell manager and Client Service what is due or overdue."""
    services.remind_of_reports()
