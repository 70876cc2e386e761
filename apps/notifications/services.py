"""Telling people, and what they do with what they were told."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, reduce
from operator import or_
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.jobs import do_soon
from apps.notifications.models import ChatMessage, Notification, NotificationPreference, Topic
from apps.org.models import Company, User

SEND_MAILS = "notifications.send-mails"
TOO_OLD_TO_MAIL = timedelta(days=1)
COUNT_CAP = 99
#: people a chat channel names before it says “…”
NAMED = 5
Text = str | Promise


@dataclass(frozen=True)
class Notice:
    """What some people are told; the words are those of `notify`."""

    to: Iterable[User]
    title: Text
    body: Text = ""
    params: Mapping[str, Any] | None = None
    url: str = ""
    key: str | None = None
    mail: bool = True
    topic: str = Topic.OTHER
    paper: int | None = None


#: called before anything is sent, so that what asks for nothing any more is put away first
before_sending: list[Callable[[], Any]] = []


def notify(
    *,
    to: Iterable[User],
    title: Text,
    body: Text = "",
    params: Mapping[str, Any] | None = None,
    url: str = "",
    key: str | None = None,
    mail: bool = True,
    topic: str = Topic.OTHER,
    paper: int | None = None,
) -> None:
    """Tell people something, each in their own language; one query in the caller's transaction, however many they are.

    `title` and `body` are lazy messages with `%(name)s` places, filled from `params` (which may be lazy themselves).
    `url` is a page of this site. With a `key` a person is told once: the same key again changes nothing.
    E-mails leave after the commit, to those who have an address and have not switched them off; chat channels that
    carry the `topic` are told then too. What happened more than a day ago (a replayed log, the demo) is never sent.
    """
    notify_all([Notice(to, title, body, params, url, key, mail, topic, paper)])


def notify_all(notices: Iterable[Notice]) -> None:
    """Tell people several things at once, all of them with a key or none: one query."""
    notices = list(notices)
    default = cache(lambda: Company.current().default_language)
    rows = [row for notice in notices for row in _rows_of(notice, default)]
    if not rows:
        return
    Notification.objects.bulk_create(rows, ignore_conflicts=any(notice.key for notice in notices))
    if any(row.mail == Notification.Mail.DUE or row.announcement for row in rows):
        send_after_commit()


def _rows_of(notice: Notice, default: Callable[[], str]) -> list[Notification]:
    """A notice as each of its people reads it; `default` is the language of those who have chosen none."""
    if notice.url and not is_local(notice.url):
        raise ValueError(f"A notification leads to a page of this site, not to {notice.url!r}.")
    people = {user.pk: user for user in notice.to if user.is_active}
    now = clock.now()
    wants_mail = notice.mail and now > timezone.now() - TOO_OLD_TO_MAIL
    texts: dict[str, tuple[str, str]] = {}
    rows = []
    for user in people.values():
        language = user.language or default()
        if language not in texts:
            texts[language] = _in_language(language, notice.title, notice.body, notice.params)
        row = Notification(recipient=user, url=notice.url, key=notice.key or "", created_at=now)
        row.topic, row.paper = notice.topic, notice.paper
        row.title, row.body = texts[language]
        if wants_mail and user.email:
            row.mail, row.mail_after = Notification.Mail.DUE, now
        rows.append(row)
    if rows and wants_mail:
        rows[0].announcement = _announced(default(), notice, people.values())
    return rows


def _announced(language: str, notice: Notice, people: Iterable[User]) -> str:
    """What a chat channel is told: for whom it is, and what; never the text below the title."""
    title, _body = _in_language(language, notice.title, "", notice.params)
    names = [str(person) for person in people]
    with translation.override(language):
        shown = [*names[:NAMED], "…"] if len(names) > NAMED else names
        return Truncator(f"{_(', ').join(shown)}{_(': ')}{title}").chars(400)


def _in_language(language: str, title: Text, body: Text, params: Mapping[str, Any] | None) -> tuple[str, str]:
    with translation.override(language):
        head, text = (str(part) % params if params else str(part) for part in (title, body))
        return Truncator(" ".join(head.split())).chars(200), text


def send_after_commit() -> None:
    """Wake the sender once per transaction, however often somebody is notified in it; never for what is long past."""
    if clock.now() < timezone.now() - TOO_OLD_TO_MAIL:
        return
    waiting = transaction.get_connection().run_on_commit
    if not any(entry[1] is _send_soon for entry in waiting):
        transaction.on_commit(_send_soon, robust=True)


def _send_soon() -> None:
    do_soon(SEND_MAILS)


def is_local(url: str) -> bool:
    """Whether an address is a page of this site."""
    return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)


def mark_read(*, notification: Notification) -> None:
    """The person has opened it; the first time counts."""
    if notification.read_at is None:
        notification.read_at = clock.now()
        notification.save(update_fields=["read_at"])


def mark_all_read(*, user: User) -> int:
    """The person has seen enough; answers how many were unread."""
    return Notification.objects.filter(recipient=user).unread().update(read_at=clock.now())


def count_unread(user: User) -> int:
    """How many notifications wait for a person, counting no further than one more than fits the bell."""
    return counted(user).count()


def counted(user: User) -> QuerySet:
    """What waits for a person, as far as the bell counts."""
    return Notification.objects.of(user).unread().order_by().values("pk")[: COUNT_CAP + 1]


def take_back(*, recipient: User, urls: Iterable[str]) -> int:
    """Remove what a person was told about pages that are none of theirs any more, with e-mails not sent yet."""
    leads_there = reduce(or_, (Q(url__startswith=url) for url in urls), Q(pk=None))
    return Notification.objects.filter(leads_there, recipient=recipient).delete()[0]


@transaction.atomic
def set_email(*, user: User, email: str) -> NotificationPreference:
    """Decide how a person is told by e-mail; takes effect for mails that wait as well."""
    waiting = Notification.objects.filter(recipient=user, mail=Notification.Mail.DIGEST)
    if email == NotificationPreference.Email.AT_ONCE:
        if waiting.update(mail=Notification.Mail.DUE, mail_after=clock.now(), mail_attempts=0):
            send_after_commit()
    elif email == NotificationPreference.Email.OFF:
        waiting.update(mail=Notification.Mail.UNWANTED)
    return NotificationPreference.objects.update_or_create(user=user, defaults={"email": email})[0]


def put_away(rows: QuerySet) -> int:
    """Mark notifications as read because they ask for nothing any more; mails about them that wait do not leave."""
    waiting = Q(mail__in=(Notification.Mail.DUE, Notification.Mail.DIGEST))
    return rows.unread().update(
        read_at=clock.now(), mail=Case(When(waiting, then=Value(Notification.Mail.UNWANTED)), default=F("mail"))
    )


@transaction.atomic
def send_again() -> int:
    """Try the messages again that were given up, since somebody has mended what was in their way; answers how many."""
    now = clock.now()
    mails = Notification.objects.filter(mail=Notification.Mail.FAILED)
    chats = ChatMessage.objects.filter(state=ChatMessage.State.FAILED)
    number = mails.update(mail=Notification.Mail.DUE, mail_attempts=0, mail_after=now)
    number += chats.update(state=ChatMessage.State.DUE, attempts=0, send_after=now)
    if number:
        send_after_commit()
    return number


def forget(*, read_before) -> int:
    """Delete what was read long ago; papers and their histories keep everything that matters."""
    ChatMessage.objects.filter(sent_at__lt=read_before).delete()
    return Notification.objects.filter(read_at__lt=read_before).delete()[0]
