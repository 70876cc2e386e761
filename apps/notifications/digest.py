"""One e-mail a day for those who want it so: what they were told since the last one and have not read.

The rows wait with `mail="digest"` and the moment they are due, which is the company's hour. A worker takes all due rows
of a person at once, under a lock, and pushes them ten minutes ahead before it sends; a second worker finds nothing.
Nothing due means no mail.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext

from apps.notifications.models import Notification, NotificationSettings
from apps.org.models import Company, User

logger = logging.getLogger("agencyops.mail")

LEASE = timedelta(minutes=10)
MAX_ATTEMPTS = 5
#: so many are listed in one mail; the others are counted
LISTED = 100
Mail = Notification.Mail


def next_moment(now: datetime | None = None, *, hour: int | None = None) -> datetime:
    """When the next daily mails leave, in the company's time zone."""
    hour = NotificationSettings.current().digest_hour if hour is None else hour
    local = (now or timezone.now()).astimezone(ZoneInfo(Company.current().time_zone))
    moment = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    return moment if moment > local else moment + timedelta(days=1)


@transaction.atomic
def move_to(hour: int) -> None:
    """The company has chosen another hour: what waits for its first attempt leaves then."""
    waiting = Notification.objects.filter(mail=Mail.DIGEST, mail_attempts=0)
    waiting.update(mail_after=next_moment(hour=hour))


def send_due(connection) -> int:
    """Send the daily mails that are due; answers how many left."""
    due = Notification.objects.digest_due(timezone.now()).order_by()
    people = User.objects.filter(pk__in=due.values("recipient")).order_by("pk")
    return sum(_deliver(person, connection) for person in people)


def _deliver(person: User, connection) -> bool:
    """Claim, send and mark the mail of one person; False when none left now."""
    rows = _claim(person)
    mine = Notification.objects.filter(pk__in=[row.pk for row in rows], mail=Mail.DIGEST)
    unread = [row for row in rows if row.read_at is None]
    if not (unread and person.is_active and person.email):
        mine.update(mail=Mail.UNWANTED)
        return False
    attempt = max(row.mail_attempts for row in rows) + 1
    try:
        _message(person, unread, connection).send()
    except Exception:
        logger.exception("The daily e-mail of %s could not be sent (attempt %s)", person.pk, attempt)
        connection.close()
        again = timezone.now() + timedelta(minutes=2 ** (attempt - 1))
        mine.update(mail=Mail.FAILED if attempt >= MAX_ATTEMPTS else Mail.DIGEST, mail_after=again)
        return False
    mine.update(mail=Mail.SENT)
    return True


@transaction.atomic
def _claim(person: User) -> list[Notification]:
    """This person's due rows, which no other worker takes for as long as the lease lasts."""
    now = timezone.now()
    due = Notification.objects.digest_due(now).filter(recipient=person)
    rows = list(due.select_for_update(skip_locked=True))
    attempt = max((row.mail_attempts for row in rows), default=0) + 1
    Notification.objects.filter(pk__in=[row.pk for row in rows]).update(mail_after=now + LEASE, mail_attempts=attempt)
    return rows


def _message(person: User, rows: Sequence[Notification], connection) -> EmailMultiAlternatives:
    """The mail in the person's language, the latest first."""
    with translation.override(person.preferred_language):
        title = ngettext("%(count)s notification for you", "%(count)s notifications for you", len(rows))
        listed = sorted(rows, key=lambda row: -row.pk)[:LISTED]
        context = {
            "title": title % {"count": len(rows)},
            "rows": [(row, f"{settings.SITE_URL}{row.get_absolute_url()}") for row in listed],
            "more": len(rows) - len(listed),
            "language": translation.get_language(),
            "company": Company.current().label,
            "link": f"{settings.SITE_URL}{reverse('notifications:list')}",
            "preferences": f"{settings.SITE_URL}{reverse('notifications:preferences')}",
        }
        name = f"<digest-{person.pk}-{listed[-1].pk}@{urlsplit(settings.SITE_URL).hostname}>"
        message = EmailMultiAlternatives(
            subject=context["title"],
            body=render_to_string("notifications/digest.txt", context),
            to=[person.email],
            headers={"Message-ID": name},
            connection=connection,
        )
        message.attach_alternative(render_to_string("notifications/digest.html", context), "text/html")
        return message
