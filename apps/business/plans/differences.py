"""What differs between two states of a plan, in a form people can read (clause 3.2.4).

A state is a list of plain tasks as `PlanVersion.tasks` keeps them: `{"id": …, "wbs": …, "start": "2026-03-01", …}`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.org.models import User

ADDED, REMOVED, CHANGED, SAME = "added", "removed", "changed", "same"
_DATES = ("start", "finish")
_PEOPLE = ("owner_id", "checker_id")

State = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class FieldChange:
    """One column of a task, before and after, in words."""

    field: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Row:
    """One task in two states. ``what``: added, removed, changed or same; ``days``: by how much its finish moves."""

    what: str
    wbs: str
    title: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    changes: list[FieldChange] = field(default_factory=list)
    days: int = 0

    @property
    def days_text(self) -> str:
        """`+3`, `-2`, or nothing where its finish does not move."""
        return f"{self.days:+d}" if self.days else ""

    @property
    def label(self) -> str:
        """What happens to the task, in a word."""
        return {ADDED: _("Added"), REMOVED: _("Removed"), CHANGED: _("Changed"), SAME: _("Unchanged")}[self.what]


def plain(task: Any, key: int | None) -> dict[str, Any]:
    """A planned task as a version keeps it, under the id of the task in force."""
    values = task.content()
    return {"id": key, **values, **{name: _iso(values[name]) for name in _DATES}}


def compare(before: State, after: State, *, by_number: bool = False) -> list[Row]:
    """Every task of both states: those of the later one in its order, then the removed ones.

    Tasks are the same by their id; with ``by_number`` also by their number, where the id is lost.
    """
    old = {task["id"]: task for task in before}
    if by_number:
        known = {task["id"] for task in after}
        lost = {task["wbs"]: task for task in before if task["id"] not in known}
    else:
        lost = {}
    names = names_of([*before, *after])
    rows, met = [], set()
    for task in after:
        former = old.get(task["id"]) if task["id"] is not None else lost.get(task["wbs"])
        if former is not None:
            met.add(former["id"])
        rows.append(_row(former, task, names))
    return [*rows, *(_row(task, None, names) for task in before if task["id"] not in met)]


def altered(rows: Iterable[Row]) -> list[Row]:
    """Only what differs."""
    return [row for row in rows if row.what != SAME]


def names_of(tasks: State) -> dict[int, str]:
    """The names of everybody the tasks mention, in one query."""
    wanted = {task[name] for task in tasks for name in _PEOPLE if task[name]}
    return dict(User.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}


def days_between(before: str | None, after: str | None) -> int:
    """From one ISO date to another; nothing where one is missing."""
    if not before or not after:
        return 0
    return (dt.date.fromisoformat(after) - dt.date.fromisoformat(before)).days


def end_moves(before: State, after: State) -> int:
    """By how many days the last finish of all moves."""
    ends = [max((task["finish"] for task in state if task["finish"]), default=None) for state in (before, after)]
    return days_between(*ends)


def labels() -> dict[str, str]:
    """The columns of a task and what they are called, in the order they are read."""
    return {
        "wbs": _("No."),
        "title": _("Task"),
        "owner_id": pgettext("task", "Owner"),
        "start": _("Start"),
        "finish": _("Finish"),
        "deliverable": _("Deliverable"),
        "predecessors": pgettext("task", "After"),
        "criterion": _("Quality checkpoint"),
        "checker_id": _("Checker"),
    }


def words(name: str, value: Any, names: Mapping[int, str]) -> str:
    """A value as people read it."""
    if value in (None, ""):
        return "—"
    return names.get(value, str(value)) if name in _PEOPLE else str(value)


def _row(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, names: Mapping[int, str]) -> Row:
    shown = after or before or {}
    if before is None or after is None:
        return Row(REMOVED if after is None else ADDED, shown["wbs"], shown["title"], before, after)
    changes = [
        FieldChange(name, label, words(name, before[name], names), words(name, after[name], names))
        for name, label in labels().items()
        if (before[name] or "") != (after[name] or "")
    ]
    days = days_between(before["finish"], after["finish"])
    return Row(CHANGED if changes else SAME, shown["wbs"], shown["title"], before, after, changes, days)


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
