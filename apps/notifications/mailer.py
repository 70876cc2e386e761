"""Sends what waits in the outbox: the notifications whose e-mail is due.

Each mail is first claimed by a conditional update that pushes its due time ten minutes ahead, then sent, then marked
as sent, so two mailers at once never send the same mail. After an error it is tried again, later each time, five times.
Only a process killed between handing over and marking makes the mail go out again after those ten minutes, with the
same Message-ID, by which mail systems recognise the copy.
"""

import logging
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from apps.notifications.models import Notification, NotificationPreference
from apps.org.models import Company

logger = logging.getLogger("agencyops.mail")

BATCH = 100
LEASE = timedelta(minutes=10)
MAX_ATTEMPTS = 5
Mail = Notification.Mail


def send_due() -> int:
    """Send everything that is due; answers how many mails left."""
    sent = 0
    with Company.remembered(), get_connection() as connection:
        while batch := list(Notification.objects.mail_due(timezone.now()).select_related("recipient")[:BATCH]):
            unwilling = _without_mail(batch)
            sent += sum(_deliver(row, connection, unwilling) for row in batch)
    return sent


def _without_mail(batch: list[Notification]) -> set[int]:
    """Who of the recipients wants or gets no mail any more."""
    people = [row.recipient for row in batch]
    off = NotificationPreference.objects.filter(user__in=people, email=NotificationPreference.Email.OFF)
    return {
        *off.values_list("user_id", flat=True),
        *(user.pk for user in people if not (user.is_active and user.email)),
    }


def _deliver(row: Notification, connection, unwilling: set[int]) -> bool:
    """Claim, send and mark one mail; False when it did not leave now."""
    mine = Notification.objects.filter(pk=row.pk, mail=Mail.DUE, mail_attempts=row.mail_attempts)
    if row.recipient_id in unwilling:
        mine.update(mail=Mail.UNWANTED)
        return False
    attempt = row.mail_attempts + 1
    if not mine.update(mail_attempts=attempt, mail_after=timezone.now() + LEASE):
        return False
    claimed = Notification.objects.filter(pk=row.pk)
    try:
        _message(row, connection).send()
    except Exception:
        logger.exception("The e-mail of notification %s could not be sent (attempt %s)", row.pk, attempt)
        connection.close()
        again = timezone.now() + timedelta(minutes=2 ** (attempt - 1))
        claimed.update(mail=Mail.FAILED if attempt >= MAX_ATTEMPTS else Mail.DUE, mail_after=again)
        return False
    claimed.update(mail=Mail.SENT)
    return True


def _message(row: Notification, connection) -> EmailMultiAlternatives:
    """The mail in the language the notification was written in for this person."""
    with translation.override(row.recipient.preferred_language):
        context = {
            "notification": row,
            "language": translation.get_language(),
            "company": Company.current().label,
            "link": f"{settings.SITE_URL}{row.get_absolute_url()}",
            "preferences": f"{settings.SITE_URL}{reverse('notifications:preferences')}",
        }
        message = EmailMultiAlternatives(
            subject=row.title,
            body=render_to_string("notifications/mail.txt", context),
            to=[row.recipient.email],
            headers={"Message-ID": f"<notification-{row.pk}@{urlsplit(settings.SITE_URL).hostname}>"},
            connection=connection,
        )
        message.attach_alternative(render_to_string("notifications/mail.html", context), "text/html")
        return message
