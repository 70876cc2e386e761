"""A plan as bars along the days: every figure of the drawing, computed here, so that the template only writes it down.

Lengths are whole pixels as text, which no language setting turns into `1,200`.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from apps.business.plans import schedule
from apps.business.plans.models import PlanTask
from apps.core import clock

ROW = 46
HEAD = 30
BAR = 14
WIDEST, NARROWEST, FITS = 28, 3, 1000
MARGIN = 3
LABEL = 170
WEEKLY = 130


@dataclass(frozen=True)
class Actual:
    """A task as planned first, as planned now, and as it goes. ``slip``: days behind (or, below 0, ahead of) the
    baseline, for a task that a change added behind its first plan."""

    task: PlanTask
    baseline_start: dt.date | None
    baseline_finish: dt.date | None
    slip: int
    late: bool

    @property
    def slip_text(self) -> str:
        """`+3`, `-2`, or nothing where it is on time."""
        return f"{self.slip:+d}" if self.slip else "0"


@dataclass(frozen=True)
class Bar:
    """One task of the drawing."""

    actual: Actual
    css: str
    label: str
    said: str
    text_x: str
    text_y: str
    x: str
    y: str
    width: str
    done: str
    ghost: tuple[str, str, str] | None
    diamond: str


@dataclass(frozen=True)
class Gantt:
    """The whole drawing."""

    width: str
    height: str
    foot: str
    bars: list[Bar]
    marks: list[tuple[str, str]]
    arrows: list[str]
    today: str


def actuals(tasks: Sequence[PlanTask], baseline: Mapping[int, Mapping[str, Any]]) -> list[Actual]:
    """Plan and reality of every task."""
    today, rows = clock.today(), []
    for task in tasks:
        first = baseline.get(task.pk, {})
        start, finish = (parse_date(first[name]) if first.get(name) else None for name in ("start", "finish"))
        measured = finish or task.finish
        expected = task.expected
        if not task.is_done and expected and expected < today:
            expected = today
        slip = (expected - measured).days if expected and measured else 0
        late = not task.is_done and task.finish is not None and task.finish < today
        rows.append(Actual(task, start, finish, slip, late))
    return rows


def draw(rows: Sequence[Actual]) -> Gantt | None:
    """The drawing; None where no task has its days yet."""
    shown = [row for row in rows if row.task.start and row.task.finish]
    if not shown:
        return None
    first = min(min(_days(row)) for row in shown) - dt.timedelta(days=MARGIN)
    last = max(max(_days(row)) for row in shown) + dt.timedelta(days=MARGIN)
    scale = _Scale(first, last)
    bars = [_bar(index, row, scale) for index, row in enumerate(shown)]
    height = HEAD + ROW * len(shown) + 8
    today = clock.today()
    return Gantt(
        width=str(scale.x(last) + scale.day + LABEL),
        height=str(height),
        foot=str(height - 4),
        bars=bars,
        marks=scale.marks(),
        arrows=_arrows(shown, scale),
        today=str(scale.x(today)) if first <= today <= last else "",
    )


class _Scale:
    """Days to pixels."""

    def __init__(self, first: dt.date, last: dt.date):
        self.first, self.last = first, last
        self.day = max(NARROWEST, min(WIDEST, FITS // ((last - first).days + 1)))

    def x(self, day: dt.date) -> int:
        return (day - self.first).days * self.day

    def span(self, start: dt.date, finish: dt.date) -> int:
        return max(self.day, ((finish - start).days + 1) * self.day)

    def marks(self) -> list[tuple[str, str]]:
        """Where Mondays are, or the firsts of months in a long plan: (place, words)."""
        weekly = (self.last - self.first).days <= WEEKLY
        days = (self.first + dt.timedelta(days=number) for number in range((self.last - self.first).days + 1))
        return [
            (str(self.x(day)), day.strftime("%m-%d" if weekly else "%Y-%m"))
            for day in days
            if (day.weekday() == 0 if weekly else day.day == 1)
        ]


def _days(row: Actual) -> list[dt.date]:
    task = row.task
    days = (task.start, task.finish, task.started_on, task.expected, row.baseline_start, row.baseline_finish)
    return [day for day in days if day]


def _goes(task: PlanTask) -> tuple[dt.date, dt.date]:
    start = task.started_on or task.start
    return start, max(start, task.expected)


def _bar(index: int, row: Actual, scale: _Scale) -> Bar:
    task = row.task
    start, finish = _goes(task)
    x, width, y = scale.x(start), scale.span(start, finish), HEAD + ROW * index + 18
    ghost = None
    if row.baseline_start and row.baseline_finish:
        ghost_x, ghost_width = scale.x(row.baseline_start), scale.span(row.baseline_start, row.baseline_finish)
        ghost = (str(ghost_x), str(y + BAR + 2), str(ghost_width))
    state = "done" if task.is_done else "late" if row.late else "running" if task.is_started else "coming"
    values = {
        "task": task,
        "owner": task.owner or "—",
        "start": start.isoformat(),
        "finish": finish.isoformat(),
        "progress": task.progress,
    }
    return Bar(
        actual=row,
        css=f"gantt-bar is-{state}",
        label=f"{task} · {task.owner or '—'}",
        said=_("%(task)s, %(owner)s, %(start)s to %(finish)s, %(progress)s %% done") % values,
        text_x=str(x),
        text_y=str(y - 5),
        x=str(x),
        y=str(y),
        width=str(width),
        done=str(width * task.progress // 100),
        ghost=ghost,
        diamond=_diamond(x + width, y) if task.criterion else "",
    )


def _diamond(x: int, y: int) -> str:
    middle, half = y + BAR // 2, 6
    return f"{x},{middle - half} {x + half},{middle} {x},{middle + half} {x - half},{middle}"


def _arrows(shown: Sequence[Actual], scale: _Scale) -> list[str]:
    """From the end of each task to the start of those that come after it."""
    place = {row.task.wbs: index for index, row in enumerate(shown)}
    arrows = []
    for index, row in enumerate(shown):
        for name in schedule.split(row.task.predecessors):
            if name not in place:
                continue
            before = shown[place[name]].task
            start, finish = _goes(before)
            from_x = scale.x(start) + scale.span(start, finish)
            to_x = scale.x(_goes(row.task)[0])
            from_y, to_y = (HEAD + ROW * number + 18 + BAR // 2 for number in (place[name], index))
            bend = from_x + 9
            arrows.append(
                f"M{from_x} {from_y} H{bend} V{to_y} H{to_x - 2}"
                if to_x >= bend + 4
                else f"M{from_x} {from_y} H{bend} V{to_y - BAR // 2 - 4} H{to_x - 8} V{to_y} H{to_x - 2}"
            )
    return arrows
