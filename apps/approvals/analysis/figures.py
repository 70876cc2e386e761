"""Reading the counts: medians, 90th percentiles and shares by step, kind, person and month, in few queries."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet, Sum

from apps.approvals.analysis.buckets import percentile
from apps.approvals.kinds import kind_called
from apps.approvals.models import PersonWaits, ReturnedFor, RouteStep, StepWaits
from apps.core.models import in_readers_language
from apps.org.models import User

MEDIAN, NINTH = 0.5, 0.9
#: words that were used once say who wrote them rather than what is wrong
OFTEN = 2


@dataclass(frozen=True)
class Selection:
    """What is asked for: months (their first days, both included), a kind or all, departments or all."""

    first: dt.date
    last: dt.date
    kind: str = ""
    departments: Collection[int] | None = None

    def of(self, model: type) -> QuerySet:
        """The rows of a count that belong to it."""
        rows = model.objects.filter(month__gte=self.first, month__lte=self.last).order_by()
        return rows.filter(kind=self.kind) if self.kind else rows


@dataclass
class Line:
    """One line of figures."""

    label: str
    buckets: Counter = field(default_factory=Counter)
    late: int = 0
    returned: int = 0
    under: str = ""

    def add(self, histogram: dict[str, int], late: int) -> None:
        """A row of the counts."""
        for bucket, count in histogram.items():
            self.buckets[int(bucket)] += count
        self.late += late

    @property
    def count(self) -> int:
        return sum(self.buckets.values())

    @property
    def median(self) -> dt.timedelta | None:
        return percentile(self.buckets, MEDIAN)

    @property
    def ninth(self) -> dt.timedelta | None:
        return percentile(self.buckets, NINTH)

    @property
    def late_share(self) -> float:
        return self.late / self.count if self.count else 0.0

    @property
    def returned_share(self) -> float:
        return self.returned / self.count if self.count else 0.0


@dataclass
class Figures:
    """Everything the page shows of the past."""

    total: Line
    kinds: list[Line]
    steps: list[Line]
    people: list[Line]
    months: list[tuple[dt.date, Line]]
    reasons: list[tuple[str, str, int]]


def figures(chosen: Selection) -> Figures:
    """Six queries, however many decisions there were."""
    steps, kinds, months = _by_step(chosen)
    reasons = _reasons(chosen)
    labels = step_labels({*steps, *((kind, step) for _reason, kind, step, _times in reasons)})
    for (kind, step), line in steps.items():
        line.label, line.under = labels.get((kind, step), step), kind_label(kind)
    for kind, line in kinds.items():
        line.label = kind_label(kind)
    return Figures(
        total=_sum(steps.values()),
        kinds=_longest_first(kinds.values()),
        steps=_longest_first(steps.values()),
        people=_longest_first(_by_person(chosen)),
        months=sorted((month, line) for month, line in months.items() if line.count),
        reasons=[(reason, labels.get((kind, step), step), times) for reason, kind, step, times in reasons],
    )


def step_labels(wanted: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Names of steps by kind and key, as the newest version of the route calls them."""
    kinds = {kind for kind, _step in wanted}
    rows = RouteStep.objects.filter(version__route__kind__in=kinds, key__in={step for _kind, step in wanted})
    columns = ("version__route__kind", "key", "name", "name_en")
    found = rows.order_by("version__number").values_list(*columns)
    return {(kind, key): in_readers_language(name, name_en) for kind, key, name, name_en in found}


def kind_label(kind: str) -> str:
    """The name of a kind of paper, as headings begin."""
    label = str(kind_called(kind).label)
    return f"{label[:1].upper()}{label[1:]}"


def _by_step(chosen: Selection) -> tuple[dict[Any, Line], dict[Any, Line], dict[Any, Line]]:
    """The lines of steps, kinds and months, from the same rows."""
    steps, kinds, months = _lines(), _lines(), _lines()
    rows = chosen.of(StepWaits)
    if chosen.departments is not None:
        rows = rows.filter(department__in=chosen.departments)
    for month, kind, step, histogram, late in rows.values_list("month", "kind", "step", "histogram", "late"):
        for line in (steps[kind, step], kinds[kind], months[month]):
            line.add(histogram, late)
    returns = chosen.of(ReturnedFor).values_list("kind", "step").annotate(times=Sum("count"))
    if chosen.departments is not None:
        returns = returns.filter(department__in=chosen.departments)
    for kind, step, times in returns:
        steps[kind, step].returned += times
        kinds[kind].returned += times
    return steps, kinds, months


def _by_person(chosen: Selection) -> list[Line]:
    """The lines of people; where departments are chosen, of those who belong to them."""
    people, rows = _lines(), chosen.of(PersonWaits).filter(kind=chosen.kind)
    if chosen.departments is not None:
        rows = rows.filter(person__department__in=chosen.departments)
    for person, histogram, late in rows.values_list("person", "histogram", "late"):
        people[person].add(histogram, late)
    for user in User.objects.filter(pk__in=people).select_related("department"):
        people[user.pk].label, people[user.pk].under = str(user), str(user.department or "")
    return list(people.values())


def _lines() -> dict[Any, Line]:
    return defaultdict(lambda: Line(""))


def _sum(lines: Iterable[Line]) -> Line:
    total = Line("")
    for line in lines:
        total.buckets.update(line.buckets)
        total.late += line.late
        total.returned += line.returned
    return total


def _longest_first(lines: Iterable[Line]) -> list[Line]:
    counted = [line for line in lines if line.count]
    return sorted(counted, key=lambda line: (line.median, line.count), reverse=True)


def _reasons(chosen: Selection) -> list[tuple[str, str, str, int]]:
    """(words, kind, step, how often), the most frequent first."""
    rows: QuerySet[Any] = chosen.of(ReturnedFor).values_list("reason", "kind", "step").annotate(times=Sum("count"))
    if chosen.departments is not None:
        rows = rows.filter(department__in=chosen.departments)
    return list(rows.filter(times__gte=OFTEN).order_by("-times", "reason")[:10])
