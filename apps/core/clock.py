"""The time that business rules go by.

Services ask this module instead of ``timezone.now`` so that a replayed log, the demo company and the tests can run at
the moments their events really happened.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils import timezone

_fixed: ContextVar[dt.datetime | None] = ContextVar("fixed time", default=None)


def now() -> dt.datetime:
    """The current moment, aware, in UTC."""
    return _fixed.get() or timezone.now()


def local_now() -> dt.datetime:
    """The current moment in the company's time zone."""
    return timezone.localtime(now())


def today() -> dt.date:
    """The current date in the company's time zone."""
    return local_now().date()


def local_day(moment: dt.datetime) -> dt.date:
    """The date of a moment in the company's time zone."""
    return timezone.localtime(moment).date()


@contextmanager
def at(moment: dt.datetime) -> Iterator[None]:
    """Everything inside happens at ``moment`` (aware)."""
    token = _fixed.set(moment)
    try:
        yield
    finally:
        _fixed.reset(token)
