"""The e-mail that carries a progress report to the client."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from apps.business.engagements.models import ProgressReport
from apps.business.engagements.printing import file_name, report_pdf
from apps.core.registry import company_name


def mail_of(report: ProgressReport, addresses: list[str]) -> EmailMessage:
    """The message with the report as text and as PDF; answers go to who sent it.

    The same report always has the same Message-ID, by which mail systems recognise a copy sent after an interruption.
    """
    engagement, sender = report.engagement, report.sent_by
    context = {"report": report, "engagement": engagement, "sender": sender, "company": company_name()}
    subject = _("Progress report %(number)s: %(title)s") % {"number": report.number, "title": engagement.title}
    message = EmailMessage(
        subject=" ".join(subject.split()),
        body=render_to_string("business/progressreport_mail.txt", context),
        to=addresses,
        reply_to=[sender.email] if sender and sender.email else [],
        headers={"Message-ID": f"<progress-report-{report.pk}@{urlsplit(settings.SITE_URL).hostname}>"},
    )
    message.attach(file_name(report), report_pdf(report), "application/pdf")
    return message
