"""Sends what waits in the outbox: the notifications whose e-mail is due.

Each mail is first claimed by a conditional update that pushes its due time ten minutes ahead, then sent, then marked
as sent, so two mailers at once never send the same mail. After an error it is tried again, later each time, five times.
Only a process killed between handing over and marking makes the mail go out again after those ten minutes, with the
same Message-ID, by which mail systems recognise the copy. What goes to people who want one mail a day is put aside for
`digest`.
"""

import logging
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from apps.notifications import digest
from apps.notifications.models import Notification, NotificationPreference
from apps.org.models import Company

logger = logging.getLogger("agencyops.mail")

BATCH = 100
LEASE = timedelta(minutes=10)
MAX_ATTEMPTS = 5
Mail = Notification.Mail
Email = NotificationPreference.Email


def send_due() -> int:
    """Send everything that is due; answers how many mails left. Where nothing is due no connection is opened."""
    sent, now = 0, timezone.now()
    if not (Notification.objects.mail_due(now).exists() or Notification.objects.digest_due(now).exists()):
        return sent
    with Company.remembered(), get_connection() as connection:
        while batch := list(Notification.objects.mail_due(timezone.now()).select_related("recipient")[:BATCH]):
            wishes = _wishes(batch)
            sent += sum(_deliver(row, connection, wishes.get(row.recipient_id)) for row in batch)
        sent += digest.send_due(connection)
    return sent


def _wishes(batch: list[Notification]) -> dict[int, str]:
    """How the recipients want their mail, by id; OFF for those who get none any more, nothing where at once."""
    people = {row.recipient_id: row.recipient for row in batch}
    wishes = dict(NotificationPreference.objects.filter(user__in=people).values_list("user_id", "email"))
    gone = [pk for pk, user in people.items() if not (user.is_active and user.email)]
    return {**wishes, **dict.fromkeys(gone, Email.OFF)}


def _deliver(row: Notification, connection, wish: str | None) -> bool:
    """Claim, send and mark one mail; False when it did not leave now."""
    mine = Notification.objects.filter(pk=row.pk, mail=Mail.DUE, mail_attempts=row.mail_attempts)
    if wish == Email.OFF:
        mine.update(mail=Mail.UNWANTED)
        return False
    if wish == Email.DAILY:
        mine.update(mail=Mail.DIGEST, mail_after=digest.next_moment())
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
