"""The calendar as it is entered: read for reckoning, changed by administrators and Human Resources."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.checks import check
from apps.core.errors import Refused
from apps.org.calendar.worktime import WorkCalendar, parse_hours
from apps.org.models import CalendarDay, Company, User

FILE = Path(settings.BASE_DIR) / "fixtures" / "calendar.json"
#: more days at once are a slip of the pen
LONGEST = 31


def company_calendar() -> WorkCalendar:
    """The company's calendar as it is now: one statement, besides the company's settings."""
    company = Company.current()
    days = CalendarDay.objects.order_by().values_list("day", "kind")
    return WorkCalendar(
        ZoneInfo(company.time_zone),
        parse_hours(company.working_hours),
        frozenset(int(digit) for digit in company.working_weekdays),
        {day: kind == CalendarDay.Kind.WORKING for day, kind in days},
    )


@transaction.atomic
def add_days(first: CalendarDay, *, until: dt.date | None, by: User | None, reason: str = "") -> list[CalendarDay]:
    """Enter a day, or each day from it until another. Refused where one of them is in the calendar already."""
    last = until or first.day
    if not first.day <= last <= first.day + dt.timedelta(days=LONGEST - 1):
        text = _("The last day comes at most %(most)s days after the first.") % {"most": LONGEST - 1}
        raise Refused(text, fields={"until": [text]})
    days = list(_days(first.day, last))
    taken = CalendarDay.objects.filter(day__in=days).order_by("day").first()
    if taken is not None:
        text = _("%(day)s is in the calendar already; change it there.") % {"day": taken}
        raise Refused(text, fields={"day": [text]})
    return [_entered(first, day, by, reason) for day in days]


@transaction.atomic
def remove_day(day: CalendarDay, *, by: User) -> None:
    """The day follows its weekday again; deadlines that run already stay as they are."""
    day._history_user, day._change_reason = by, None
    day.delete()


@transaction.atomic
def enter_published_years() -> None:
    """The years that come with the program, each only where nothing of it has been entered yet."""
    for year, rows in _published().items():
        if CalendarDay.objects.filter(day__year=year).exists():
            continue
        for first, until in rows:
            add_days(first, until=until, by=None, reason=_("as a new company starts with"))


def years_without_entries(today: dt.date) -> list[int]:
    """This year and, from December, the next, where no day of it is entered: deadlines would count its holidays."""
    asked = [today.year, *([today.year + 1] if today.month == 12 else [])]
    return [year for year in asked if not CalendarDay.objects.filter(day__year=year).exists()]


def _published() -> dict[int, list[tuple[CalendarDay, dt.date]]]:
    years: dict[int, list[tuple[CalendarDay, dt.date]]] = {}
    for row in json.loads(FILE.read_text(encoding="utf-8")):
        first, until = (dt.date.fromisoformat(row[name]) for name in ("from", "to"))
        values = {name: row[name] for name in ("name", "name_en", "kind", "source")}
        years.setdefault(first.year, []).append((CalendarDay(day=first, **values), until))
    return years


def _entered(first: CalendarDay, day: dt.date, by: User | None, reason: str) -> CalendarDay:
    row = CalendarDay(day=day, name=first.name, name_en=first.name_en, kind=first.kind, source=first.source)
    check(row)
    row._history_user, row._change_reason = by, reason or None
    row.save()
    return row


def _days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    for number in range((last - first).days + 1):
        yield first + dt.timedelta(days=number)
