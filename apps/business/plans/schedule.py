"""The rules of a schedule: what is demanded of each task, and how tasks hang together (clause 3.2.2).

Works on anything that has the columns of a planned task, stored or not. Keys of messages are `lines` for the schedule
as a whole, or `lines-<index>-<field>`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

Problems = defaultdict[str, list[str]]

_SEPARATORS = re.compile(r"[,，、;；\s]+")


def split(predecessors: str) -> list[str]:
    """The numbers named in `predecessors`, each once."""
    return list(dict.fromkeys(part for part in _SEPARATORS.split(predecessors) if part))


def number(rows: Sequence[dict[str, Any]]) -> None:
    """Give a number to each row whose `wbs` is empty: the smallest whole one that no row has."""
    taken = {row["wbs"] for row in rows if row["wbs"]}
    following = 1
    for row in rows:
        if row["wbs"]:
            continue
        while str(following) in taken:
            following += 1
        row["wbs"] = str(following)
        taken.add(row["wbs"])


def last_finish(tasks: Iterable[Any]) -> dt.date | None:
    """The day the last task is to be finished."""
    return max((task.finish for task in tasks if task.finish), default=None)


def span(tasks: Sequence[Any]) -> int:
    """Days from the first start to the last finish, both counted."""
    first = min((task.start for task in tasks if task.start), default=None)
    last = last_finish(tasks)
    return (last - first).days + 1 if first and last and last >= first else 0


def problems(tasks: Sequence[Any], *, owners: Container[int], checkers: Container[int]) -> dict[str, list[str]]:
    """Everything that keeps these tasks from being a plan; empty when nothing does."""
    found: Problems = defaultdict(list)
    if not tasks:
        found["lines"].append(_("Add at least one task."))
        return found
    by_number = {task.wbs: task for task in tasks if task.wbs}
    counted = Counter(task.wbs for task in tasks)
    circle = _in_a_circle(tasks)
    for index, task in enumerate(tasks):

        def say(field: str, text: str, index: int = index) -> None:
            found[f"lines-{index}-{field}"].append(text)

        if counted[task.wbs] > 1:
            say("wbs", _("Another task has the number %(number)s as well.") % {"number": task.wbs})
        _check_task(say, task, owners)
        _check_checkpoint(say, task, checkers)
        _check_order(say, task, by_number, circle)
    return found


def outside(tasks: Sequence[Any], first: dt.date | None, last: dt.date | None) -> list[str]:
    """Remarks on tasks that lie outside the contract's period; they keep nothing from being submitted."""
    remarks = []
    for task in tasks:
        if task.start and first and task.start < first:
            text = _("Task %(task)s starts before the contract is in force (%(day)s).")
            remarks.append(text % {"task": task.wbs, "day": first.isoformat()})
        if task.finish and last and task.finish > last:
            text = _("Task %(task)s is finished after the contract has ended (%(day)s).")
            remarks.append(text % {"task": task.wbs, "day": last.isoformat()})
    return remarks


def _check_task(say, task: Any, owners: Container[int]) -> None:
    if not task.title.strip():
        say("title", _("Say what is to be done."))
    if task.owner_id is None:
        say("owner", _("Choose who is responsible."))
    elif task.owner_id not in owners:
        say("owner", _("%(person)s is not in the team of the engagement.") % {"person": task.owner})
    if task.start is None:
        say("start", _("Enter the day it starts."))
    if task.finish is None:
        say("finish", _("Enter the day it is to be finished."))
    if task.start and task.finish and task.finish < task.start:
        say("finish", _("It can't be finished before it starts."))
    if not task.deliverable.strip():
        say("deliverable", _("Say what will be there when it is done."))


def _check_checkpoint(say, task: Any, checkers: Container[int]) -> None:
    """A quality checkpoint is a criterion and a checker who does not check their own work."""
    if task.criterion.strip() and task.checker_id is None:
        say("checker", _("Choose who checks it."))
    if task.checker_id is None:
        return
    if not task.criterion.strip():
        say("criterion", _("Say what is checked."))
    if task.checker_id == task.owner_id:
        say("checker", _("Nobody checks their own work."))
    elif task.checker_id not in checkers:
        say("checker", _("%(person)s is not in the team of the engagement.") % {"person": task.checker})


def _check_order(say, task: Any, by_number: Mapping[str, Any], circle: Container[str]) -> None:
    for name in split(task.predecessors):
        other = by_number.get(name)
        if name == task.wbs:
            say("predecessors", _("A task does not come after itself."))
        elif other is None:
            say("predecessors", _("There is no task %(number)s.") % {"number": name})
        elif task.wbs not in circle and task.start and other.finish and task.start < other.finish:
            text = _("It starts before task %(number)s is finished (%(day)s).")
            say("start", text % {"number": name, "day": other.finish.isoformat()})
    if task.wbs in circle:
        say("predecessors", _("These tasks wait for each other in a circle."))


def _in_a_circle(tasks: Sequence[Any]) -> set[str]:
    """Numbers of tasks that wait, over others, for themselves. A task that names itself is told so elsewhere."""
    after = {task.wbs: [name for name in split(task.predecessors) if name != task.wbs] for task in tasks if task.wbs}
    return {name for name in after if _reaches(name, after)}


def _reaches(start: str, after: Mapping[str, list[str]]) -> bool:
    waiting, seen = list(after[start]), set()
    while waiting:
        name = waiting.pop()
        if name == start:
            return True
        if name not in seen:
            seen.add(name)
            waiting += after.get(name, [])
    return False
