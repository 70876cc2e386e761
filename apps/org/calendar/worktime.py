"""Reckoning in working time: pure functions of a calendar and moments. Nothing here reads the database.

A moment outside working time counts like the end of the working time before it: what is handed in at 20:00 and decided
at 9:10 the next morning has waited ten minutes.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

Period = tuple[dt.time, dt.time]
_PERIOD = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_NOTHING = dt.timedelta(0)


@dataclass(frozen=True)
class WorkCalendar:
    """When the company works: the hours of a working day, the weekdays (Monday is 1), and the days that differ.

    ``exceptions``: a date → whether it is worked on, whatever its weekday. At least one weekday is worked on.
    """

    zone: ZoneInfo
    periods: tuple[Period, ...]
    weekdays: frozenset[int]
    exceptions: Mapping[dt.date, bool] = field(default_factory=dict)
    _days: dict[dt.date, list[tuple[dt.datetime, dt.datetime]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def is_working_day(self, day: dt.date) -> bool:
        """Whether people work on this day."""
        return self.exceptions.get(day, day.isoweekday() in self.weekdays)

    def spans_of(self, day: dt.date) -> list[tuple[dt.datetime, dt.datetime]]:
        """The working time of a day, in order, as moments in UTC."""
        if day not in self._days:
            periods = self.periods if self.is_working_day(day) else ()
            spans = [(self._moment(day, start), self._moment(day, end)) for start, end in periods]
            self._days[day] = [(start, end) for start, end in spans if start < end]
        return self._days[day]

    def _moment(self, day: dt.date, time: dt.time) -> dt.datetime:
        return dt.datetime.combine(day, time, tzinfo=self.zone).astimezone(dt.UTC)

    def _from(self, moment: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        """Working time from a moment on."""
        day = moment.astimezone(self.zone).date()
        moment = moment.astimezone(dt.UTC)
        while True:
            for start, end in self.spans_of(day):
                if moment < end:
                    yield max(start, moment), end
            day += dt.timedelta(days=1)


def working_time_between(start: dt.datetime, end: dt.datetime, calendar: WorkCalendar) -> dt.timedelta:
    """How much working time lies between two moments; nothing where the end is not after the start."""
    passed = _NOTHING
    if end <= start:
        return passed
    for begins, ends in calendar._from(start):  # noqa: SLF001 - of this module
        if begins >= end:
            return passed
        passed += min(ends, end) - begins
    return passed


def after_working_time(start: dt.datetime, duration: dt.timedelta, calendar: WorkCalendar) -> dt.datetime:
    """The moment at which so much working time has passed since the start, in UTC; the first such moment."""
    if duration <= _NOTHING:
        return start.astimezone(dt.UTC)
    left = duration
    spans = calendar._from(start)  # noqa: SLF001 - of this module
    begins, ends = next(spans)
    while ends - begins < left:
        left -= ends - begins
        begins, ends = next(spans)
    return begins + left


def parse_hours(text: str) -> tuple[Period, ...]:
    """`09:00-12:00, 13:30-18:00` as periods in order. Raises `ValidationError` with what is wrong."""
    plain = re.sub(r"\s", "", text.translate(str.maketrans("：，、；;–—~～", ":,,,,----")))
    parts = [part for part in plain.split(",") if part]
    if not parts:
        raise ValidationError(_("Write the working hours, such as 09:00-12:00, 13:30-18:00."))
    periods = tuple(_period(part) for part in parts)
    for (_start, end), (start, _end) in pairwise(periods):
        if start < end:
            raise ValidationError(_("The hours overlap or are not in order."))
    return periods


def _period(part: str) -> Period:
    match = _PERIOD.fullmatch(part)
    try:
        hours = [int(number) for number in match.groups()]
        start, end = dt.time(*hours[:2]), dt.time(*hours[2:])
    except (AttributeError, ValueError):
        said = _("“%(part)s” is not a time from … to; write it such as 09:00-12:00.")
        raise ValidationError(said % {"part": part[:40]}) from None
    if start >= end:
        raise ValidationError(_("“%(part)s” ends before it begins.") % {"part": part})
    return start, end


def write_hours(periods: tuple[Period, ...]) -> str:
    """Periods as they are stored and shown."""
    return ", ".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in periods)
