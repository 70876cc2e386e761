"""Who waits for whom inside an open step: added approvers, and people who are asked one after another (依次審批)."""

from __future__ import annotations

from apps.approvals import voting
from apps.approvals.models import Task
from apps.approvals.turn import Turn, rule_of

Place = Task.Place


def wake(turn: Turn, task: Task) -> None:
    """After a decision: those asked to decide after it come, and whoever waited for it decides now."""
    for row in turn.tasks:
        if row.added_to_id == task.pk and row.place == Place.AFTER and row.state == Task.State.WAITING:
            open_(turn, row)
    wake_askers(turn, task)


def wake_askers(turn: Turn, task: Task) -> None:
    """Those who waited for others decide once none of these is left."""
    asker = asker_of(turn, task)
    while asker is not None:
        if asker.state == Task.State.WAITING and not waits(turn, asker):
            open_(turn, asker)
        asker = asker_of(turn, asker)


def call_next(turn: Turn) -> None:
    """Where the people of a step are asked one after another: the first who has not approved is asked now."""
    if rule_of(turn.step).mode != "sequence":
        return
    for task in voting.voters(turn.tasks):
        if voting.vote_of(task, turn.tasks) != voting.FOR:
            if task.state == Task.State.WAITING and not waits(turn, task):
                open_(turn, task)
            return


def hold_back(turn: Turn) -> None:
    """An approval was taken back: whoever was asked after it, in a step of one after another, waits again."""
    if rule_of(turn.step).mode != "sequence":
        return
    is_before = True
    for task in voting.voters(turn.tasks):
        if not is_before and task.state == Task.State.OPEN:
            leave(turn, task, Task.State.WAITING)
        is_before = is_before and voting.vote_of(task, turn.tasks) == voting.FOR


def waits(turn: Turn, asker: Task) -> bool:
    """Whether somebody whom this person asked to decide first, or whom they asked in turn, has not decided yet."""
    asked = [row for row in turn.tasks if row.added_to_id == asker.pk and row.place in Task.FIRST]
    return any(voting.vote_of(row, turn.tasks) != voting.FOR for row in asked)


def asker_of(turn: Turn, task: Task | None) -> Task | None:
    """The task of whoever asked for this one."""
    return next((row for row in turn.tasks if task is not None and row.pk == task.added_to_id), None)


def open_(turn: Turn, task: Task) -> None:
    """It is this person's turn now."""
    turn.move(task, Task.State.OPEN, opened_at=turn.at, **turn.term())
    turn.outcome.opened.append(task)


def leave(turn: Turn, task: Task, state: str) -> None:
    """It is not this person's turn any more, or not yet again; they go on reading the paper."""
    turn.move(task, state)
    turn.outcome.passed_on.append(task)
