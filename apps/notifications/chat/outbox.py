"""From notification to group chat: each line is written down, claimed, sent, and tried again until it is taken.

`announce` hands new announcements to the channels that carry their topic. `send_due` claims what is due for a channel,
under a lock, by pushing it ten minutes ahead, so two workers never send the same line; what has gathered goes out as
one message, since the chat programs take twenty a minute. After an error it waits, longer each time, up to eight times;
then it stays, and an administrator can have it tried again.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone, translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from apps.core.outgoing import NotSent, post_json
from apps.notifications.chat.formats import MOST_BYTES, problem_of, request_for
from apps.notifications.models import ChatChannel, ChatMessage, Notification
from apps.org.models import Company

logger = logging.getLogger("agencyops.chat")

BATCH = 200
LEASE = timedelta(minutes=10)
MAX_ATTEMPTS = 8
State = ChatMessage.State


def announce() -> int:
    """Write down for every channel what it has not been told; answers how many lines."""
    written = 0
    while True:
        announced, lines = _next_announcements()
        written += lines
        if announced < BATCH:
            return written


@transaction.atomic
def _next_announcements() -> tuple[int, int]:
    """How many announcements were handed on, and how many lines came of them."""
    new = Notification.objects.to_announce().select_for_update(skip_locked=True)
    rows = list(new.only("pk", "announcement", "url", "topic")[:BATCH])
    if not rows:
        return 0, 0
    channels = list(ChatChannel.objects.filter(active=True))
    now = timezone.now()
    lines = [
        ChatMessage(channel=channel, text=row.announcement, url=row.url, send_after=now, created_at=now)
        for row in rows
        for channel in channels
        if row.topic in channel.topics
    ]
    ChatMessage.objects.bulk_create(lines)
    Notification.objects.filter(pk__in=[row.pk for row in rows]).update(announcement="")
    return len(rows), len(lines)


def send_due() -> int:
    """Send what is due, channel by channel; answers how many lines were taken."""
    due = ChatMessage.objects.filter(state=State.DUE, send_after__lte=timezone.now())
    channels = ChatChannel.objects.filter(active=True, pk__in=due.order_by().values("channel"))
    return sum(_send_to(channel) for channel in channels)


def _send_to(channel: ChatChannel) -> int:
    """Everything due for one channel, message by message, until one is not taken."""
    taken = 0
    while rows := _claim(channel):
        problem = say(channel, text_of(rows))
        _note(rows, problem)
        if problem:
            break
        taken += len(rows)
    return taken


@transaction.atomic
def _claim(channel: ChatChannel) -> list[ChatMessage]:
    """The oldest due lines that fit one message; no other worker takes them for as long as the lease lasts."""
    now = timezone.now()
    due = ChatMessage.objects.filter(channel=channel, state=State.DUE, send_after__lte=now).order_by("pk")
    rows: list[ChatMessage] = []
    for row in due.select_for_update(skip_locked=True)[:BATCH]:
        if rows and len(text_of([*rows, row]).encode()) > MOST_BYTES:
            break
        rows.append(row)
    attempt = max((row.attempts for row in rows), default=0) + 1
    for row in rows:
        row.attempts = attempt
    ChatMessage.objects.filter(pk__in=[row.pk for row in rows]).update(attempts=attempt, send_after=now + LEASE)
    return rows


def _note(rows: list[ChatMessage], problem: str) -> None:
    """Write down that the lines were taken, or when they are tried again."""
    mine = ChatMessage.objects.filter(pk__in=[row.pk for row in rows], state=State.DUE)
    now = timezone.now()
    if not problem:
        mine.update(state=State.SENT, sent_at=now, answer="")
        return
    attempt = rows[0].attempts
    again = now + timedelta(minutes=2 ** (attempt - 1))
    state = State.FAILED if attempt >= MAX_ATTEMPTS else State.DUE
    mine.update(state=state, send_after=again, answer=Truncator(problem).chars(300))


def with_counts() -> QuerySet:
    """Channels with how many lines wait or were given up, and when the last one was taken."""
    return ChatChannel.objects.annotate(
        waiting=Count("messages", filter=Q(messages__state=State.DUE)),
        failed=Count("messages", filter=Q(messages__state=State.FAILED)),
        last_sent=Max("messages__sent_at"),
    )


def say(channel: ChatChannel, text: str) -> str:
    """Have a channel's bot say something at once; answers why it did not, empty where it did."""
    request = request_for(channel, text, now=timezone.now())
    try:
        problem = problem_of(post_json(request.url, request.body))
    except NotSent as error:
        problem = str(error)
    if problem:
        logger.warning("Chat channel %s: %s", channel.pk, problem)
    return problem


def text_of(rows: list[ChatMessage]) -> str:
    """The message: company, then line by line what happened and where."""
    lines = [f"{row.text}\n{settings.SITE_URL}{row.url}" if row.url else row.text for row in rows]
    return "\n\n".join([_heading(), *lines])


def trial_text() -> str:
    """What a channel says when its settings are tried."""
    company = Company.current()
    with translation.override(company.default_language):
        return "\n\n".join([_heading(), _("A test: this channel is connected.")])


def _heading() -> str:
    """The company and the program; the latter is the keyword a bot may ask for."""
    company = Company.current()
    with translation.override(company.default_language):
        return f"{company.label} · AgencyOps"
