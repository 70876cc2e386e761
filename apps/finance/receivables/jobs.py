"""What the receivables do in the background: send reminders."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.jobs import Job, Result, job
from apps.finance.receivables.models import PaymentReminder
from apps.finance.receivables.services import SEND_JOB


def mail_of(reminder: PaymentReminder) -> EmailMessage:
    """The message; answers go to who sent it.

    The same reminder always has the same Message-ID, by which mail systems recognise a copy sent after an interruption.
    """
    return EmailMessage(
        subject=reminder.subject,
        body=reminder.text,
        to=[reminder.to],
        reply_to=[reminder.by.email] if reminder.by.email else [],
        headers={"Message-ID": f"<payment-reminder-{reminder.pk}@{urlsplit(settings.SITE_URL).hostname}>"},
    )


@job(SEND_JOB, title=gettext_lazy("E-mail of a payment reminder"))
def send_payment_reminder(row: Job, progress) -> Result:
    """Asked for once per reminder; tried again where the mail server did not take it."""
    reminder = PaymentReminder.objects.select_related("by").get(pk=row.params["reminder"])
    mail_of(reminder).send()
    return Result(url=reminder.get_absolute_url(), message=_("Sent to %(people)s") % {"people": reminder.to})
