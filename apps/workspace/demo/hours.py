"""Working time: when people of the demo company write, decide and pay."""

import datetime as dt
from random import Random
from zoneinfo import ZoneInfo

OPENS, CLOSES = 9, 18
MINUTES_A_DAY = (CLOSES - OPENS) * 60
HOLIDAYS = {(1, 1), (5, 1), (5, 2), (5, 3)} | {(10, day) for day in range(1, 8)}


class Hours:
    """Working hours in the company's time zone; moments are aware."""

    def __init__(self, zone: str):
        self.zone = ZoneInfo(zone)

    def day_of(self, moment: dt.datetime) -> dt.date:
        """The calendar day of a moment, where the company is."""
        return moment.astimezone(self.zone).date()

    def is_workday(self, day: dt.date) -> bool:
        return day.weekday() < 5 and (day.month, day.day) not in HOLIDAYS

    def next_workday(self, day: dt.date) -> dt.date:
        """This day, or the first working day after it."""
        while not self.is_workday(day):
            day += dt.timedelta(days=1)
        return day

    def workdays_before(self, day: dt.date, count: int) -> dt.date:
        """So many working days back."""
        while count > 0:
            day -= dt.timedelta(days=1)
            count -= self.is_workday(day)
        return day

    def at(self, day: dt.date, minute: float) -> dt.datetime:
        """So many minutes after the office opened on this day."""
        opened = dt.datetime.combine(day, dt.time(OPENS), tzinfo=self.zone)
        return opened + dt.timedelta(seconds=round(minute * 60))

    def some_time_on(self, day: dt.date, rng: Random) -> dt.datetime:
        """A moment of this working day, or of the next."""
        return self.at(self.next_workday(day), rng.uniform(5, MINUTES_A_DAY - 5))

    def after(self, moment: dt.datetime, hours: float) -> dt.datetime:
        """So much working time later."""
        local = moment.astimezone(self.zone)
        day = self.next_workday(local.date())
        passed = (local - self.at(day, 0)).total_seconds() / 60 if day == local.date() else 0
        left = min(max(passed, 0), MINUTES_A_DAY) + hours * 60
        while left > MINUTES_A_DAY:
            left -= MINUTES_A_DAY
            day = self.next_workday(day + dt.timedelta(days=1))
        return self.at(day, left)

    def spread(self, start: dt.datetime, end: dt.datetime, count: int, rng: Random) -> list[dt.datetime]:
        """So many working moments between two others, in order; any moments where no working time lies between."""
        days = max((end - start).days, 0) + 1
        found: list[dt.datetime] = []
        for _attempt in range(60 * count):
            day = self.day_of(start) + dt.timedelta(days=rng.randint(0, days))
            moment = self.at(day, rng.uniform(5, MINUTES_A_DAY - 5))
            if self.is_workday(day) and start < moment < end:
                found.append(moment)
            if len(found) == count:
                return sorted(found)
        return [start + (end - start) * (place / (count + 1)) for place in range(1, count + 1)]
