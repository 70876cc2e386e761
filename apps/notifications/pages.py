"""The pages of the list: unread first, by cursor, at the same cost on the first page and on the hundredth."""

import re
from dataclasses import dataclass

from apps.notifications.models import Notification

PAGE_SIZE = 30


@dataclass(frozen=True)
class Page:
    """One page of notifications and the cursor of the next one."""

    rows: list[Notification]
    after: str
    is_first: bool
    has_unread: bool


def page_of(user, cursor: str) -> Page:
    """The rows after a cursor: `u40` goes on among the unread below 40, `r40` among the read; anything else begins."""
    place = re.fullmatch(r"([ur])([0-9]{1,18})", cursor)
    among, below = place.groups() if place else ("u", "")
    wanted = PAGE_SIZE + 1
    mine = Notification.objects.of(user)
    rows = list(_below(mine.unread(), below)[:wanted]) if among == "u" else []
    if len(rows) < wanted:
        read = mine.filter(read_at__isnull=False)
        rows += _below(read, below if among == "r" else "")[: wanted - len(rows)]
    more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    after = f"{'u' if rows[-1].read_at is None else 'r'}{rows[-1].pk}" if more else ""
    return Page(rows, after, is_first=place is None, has_unread=any(row.read_at is None for row in rows))


def _below(rows, pk: str):
    return rows.filter(pk__lt=int(pk)) if pk else rows
