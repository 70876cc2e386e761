"""Counting the log: every decision once, in the order in which the events were written (approvals.md §1, percentiles).

Each decision is counted for the time it waited for its person: from the moment it became their turn until they decided,
in working time. Where a deadline took a task away, the person is counted as late, with the time until then. What
somebody has taken back is taken off again. A colleague whose task ended because others decided is not counted.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localtime

from apps.approvals.analysis.buckets import bucket_of
from apps.approvals.events import DECISIONS
from apps.approvals.models import Event, Gathered, PersonWaits, ReturnedFor, StepWaits, Task
from apps.core import clock
from apps.org.calendar.services import company_calendar
from apps.org.calendar.worktime import WorkCalendar, working_time_between

Verb = Event.Verb
TAKEN_AWAY = (Verb.ESCALATED, Verb.LATE_APPROVED, Verb.LATE_REJECTED)
COUNTED = (*DECISIONS, *TAKEN_AWAY, Verb.TAKEN_BACK)
#: an event whose transaction is still open may carry a smaller number than one that is there already
MARGIN = dt.timedelta(minutes=10)
AT_ONCE = 20_000
LATE = "late"
_COLUMNS = ("pk", "verb", "payload", "at", "step__key", "approval__department", "approval__route_version__route__kind")


def gather() -> int:
    """Count what was decided since the last time; answers how many events that were."""
    last = Event.objects.filter(at__lte=clock.now() - MARGIN).order_by("-pk").values_list("pk", flat=True).first()
    total = 0
    while last and (found := _gather_up_to(last)):
        total += found
    return total


@transaction.atomic
def gather_again() -> int:
    """Count everything anew, such as after the calendar of past months was corrected."""
    for model in (StepWaits, PersonWaits, ReturnedFor, Gathered):
        model.objects.all().delete()
    return gather()


@transaction.atomic
def _gather_up_to(last: int) -> int:
    """A part of the log; the row of `Gathered` keeps two from counting the same."""
    Gathered.objects.get_or_create(pk=1)
    mark = Gathered.objects.select_for_update().get(pk=1)
    events = Event.objects.filter(pk__gt=mark.event, pk__lte=last, verb__in=COUNTED).order_by("pk")
    rows = list(events.values(*_COLUMNS)[:AT_ONCE])
    _Count(rows).store()
    mark.event = rows[-1]["pk"] if len(rows) == AT_ONCE else max(last, mark.event)
    mark.at = clock.now()
    mark.save()
    return len(rows)


class _Count:
    """Some events counted, by what the tables are by."""

    def __init__(self, rows: list[dict[str, Any]]):
        self.steps: dict[tuple, Counter] = defaultdict(Counter)
        self.people: dict[tuple, Counter] = defaultdict(Counter)
        self.returned: Counter = Counter()
        calendar = company_calendar() if rows else None
        tasks = _tasks({pk for row in rows for pk in _tasks_of(row)})
        for row in rows:
            for task in (tasks[pk] for pk in _tasks_of(row) if pk in tasks):
                self._waited(row, task, calendar)
            if row["verb"] == Verb.RETURNED:
                words = " ".join(row["payload"].get("text", "").split())[:200]
                self.returned[*_where(row, row["at"]), words] += 1

    def _waited(self, row: dict[str, Any], task: dict[str, Any], calendar: WorkCalendar) -> None:
        undone = row["verb"] == Verb.TAKEN_BACK
        at = task["decided_at"] if undone else row["at"]
        bucket = bucket_of(working_time_between(task["opened_at"], at, calendar))
        is_late = row["verb"] in TAKEN_AWAY or (task["due_at"] is not None and at > task["due_at"])
        month, kind, *step = _where(row, at)
        person = task["user_id"]
        for counts in (
            self.steps[month, kind, *step],
            self.people[month, kind, person],
            self.people[month, "", person],
        ):
            counts[str(bucket)] += -1 if undone else 1
            counts[LATE] += (-1 if undone else 1) * is_late

    def store(self) -> None:
        """Add to the rows that are there; the others are new."""
        _add_histograms(StepWaits, ("month", "kind", "step", "department_id"), self.steps)
        _add_histograms(PersonWaits, ("month", "kind", "person_id"), self.people)
        known = _known(ReturnedFor, ("month", "kind", "step", "department_id", "reason"), self.returned)
        for by, count in self.returned.items():
            known[by].count += count
        _save(ReturnedFor, known.values(), ["count"])


def _add_histograms(model: type, names: tuple[str, ...], counted: Mapping[tuple, Counter]) -> None:
    rows = _known(model, names, counted)
    for by, counts in counted.items():
        row = rows[by]
        row.late += counts.pop(LATE, 0)
        for bucket, count in counts.items():
            row.histogram[bucket] = row.histogram.get(bucket, 0) + count
    _save(model, rows.values(), ["histogram", "late"])


def _known(model: type, names: tuple[str, ...], wanted: Collection[tuple]) -> dict[tuple, Any]:
    """The row for each, stored or new."""
    months = {by[0] for by in wanted}
    stored = model.objects.filter(month__in=months) if months else ()
    found = {tuple(getattr(row, name) for name in names): row for row in stored}
    return {by: found.get(by) or model(**dict(zip(names, by, strict=True))) for by in wanted}


def _save(model: type, rows: Iterable[Any], columns: list[str]) -> None:
    rows = list(rows)
    new, changed = [row for row in rows if row.pk is None], [row for row in rows if row.pk is not None]
    model.objects.bulk_create(new, batch_size=2000)
    model.objects.bulk_update(changed, columns, batch_size=500)


def _where(row: dict[str, Any], at: dt.datetime) -> tuple:
    month = localtime(at).date().replace(day=1)
    return month, row["approval__route_version__route__kind"], row["step__key"], row["approval__department"]


def _tasks_of(row: dict[str, Any]) -> list[int]:
    payload = row["payload"]
    return payload["tasks"] if row["verb"] in TAKEN_AWAY else [payload["task"]]


def _tasks(pks: Iterable[int]) -> dict[int, dict[str, Any]]:
    found = {}
    wanted = sorted(pks)
    for start in range(0, len(wanted), 5000):
        rows = Task.objects.filter(pk__in=wanted[start : start + 5000])
        found |= {row["pk"]: row for row in rows.values("pk", "opened_at", "decided_at", "due_at", "user_id")}
    return found


def gathered_until() -> dt.datetime | None:
    """When the log was counted for the last time."""
    return Gathered.objects.aggregate(at=Max("at"))["at"]
