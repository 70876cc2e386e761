"""When a paper will probably be decided: from how long the same steps took in the last twelve months.

A step of several people who must all approve lasts as long as the slowest of them. Of ``n`` waits the longest is, half
of the time, shorter than the time that ``0.5 ** (1 / n)`` of all waits keep to; that is what is read for it.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from apps.approvals import routing
from apps.approvals.analysis.buckets import percentile
from apps.approvals.models import StepWaits
from apps.core import clock
from apps.org.calendar.services import company_calendar
from apps.org.calendar.worktime import after_working_time

LOOKS_BACK = dt.timedelta(days=365)
#: fewer decisions are no experience
ENOUGH = 3


@dataclass(frozen=True)
class Forecast:
    """How long each step that applies will probably take, None without experience; and when the last one will end.

    ``at`` is None where nothing is known of one of them, or nobody decides.
    """

    waits: Mapping[str, dt.timedelta | None]
    at: dt.datetime | None


def forecast(kind: str, planned: Iterable[routing.PlannedStep]) -> Forecast:
    """What the past says of a planned chain: one statement, and one for the calendar where it says anything."""
    steps = [step for step in planned if step.applies and not step.resolution.passed]
    past = _past(kind)
    waits = {step.rule.key: _wait(step, past[step.rule.key]) for step in steps}
    if not waits or None in waits.values():
        return Forecast(waits, None)
    total = dt.timedelta(0)
    for _stage, beside in groupby(steps, lambda step: step.rule.together):
        total += max(waits[step.rule.key] for step in beside)
    return Forecast(waits, after_working_time(clock.now(), total, company_calendar()))


def _past(kind: str) -> dict[str, Counter]:
    since = (clock.today() - LOOKS_BACK).replace(day=1)
    past: dict[str, Counter] = defaultdict(Counter)
    for step, histogram in StepWaits.objects.filter(kind=kind, month__gte=since).values_list("step", "histogram"):
        for bucket, count in histogram.items():
            past[step][int(bucket)] += count
    return past


def _wait(step: routing.PlannedStep, past: Counter) -> dt.timedelta | None:
    if sum(past.values()) < ENOUGH:
        return None
    needed = max(routing.needed_of(step.rule, len(step.resolution.people), step.resolution.counted), 1)
    if step.rule.mode == "sequence":
        return percentile(past, 0.5) * needed
    return percentile(past, 0.5 ** (1 / needed))
