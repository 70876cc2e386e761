"""What happens when a deadline comes near, and when it has passed (approvals.md §1 "deadline per step", §4.10).

The system acts in its own name, never in a person's: its events have no actor and say `by: system` with the rule of the
step. It may remind, pass a task to the person's superior, let a step pass, or reject. It never gives the last approval
of a paper: what a paper brings about is always a person's decision. A step that would be the last is only reminded of.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from apps.approvals import errors, routing
from apps.approvals.advancing import go_past
from apps.approvals.models import Approval, Event, RouteStep, Step, Task
from apps.approvals.turn import Outcome, Turn, lock, rule_of

Verb, WhenLate = Event.Verb, RouteStep.WhenLate


@dataclass
class Acted:
    """What the system did: the outcome, and the tasks whose people are to be reminded before and after the deadline."""

    outcome: Outcome
    soon: list[Task] = field(default_factory=list)
    late: list[Task] = field(default_factory=list)


class _NeedsAPerson(Exception):
    """Without this step nobody would have the last word."""


def act(approval: Approval | int, *, facts: dict, content_hash: str) -> Acted:
    """Do what is due on a run now; nothing where somebody has decided meanwhile or another worker was first."""
    given = {"facts": facts, "content_hash": content_hash, "by": None}
    try:
        with transaction.atomic():
            return _act(Turn(lock(approval), **given))
    except _NeedsAPerson:
        return _act(Turn(lock(approval), **given), may_pass=False)


def _act(turn: Turn, *, may_pass: bool = True) -> Acted:
    acted = Acted(turn.outcome)
    turn.load_open_steps()
    for step in turn.open_steps:
        # what the clock does to one step may end those beside it
        if step.state == Step.State.OPEN:
            turn.focus(step)
            _act_on_step(turn, acted, may_pass=may_pass)
    if turn.log.events:
        turn.finish()
    return acted


def _act_on_step(turn: Turn, acted: Acted, *, may_pass: bool) -> None:
    due = [task for task in turn.tasks if task.state == Task.State.OPEN and task.act_at and task.act_at <= turn.at]
    soon = [task for task in due if turn.at < task.due_at]
    if soon:
        _note(turn, Verb.DUE_SOON, soon)
        acted.soon += soon
    for task in soon:
        turn.move(task, task.state, act_at=task.due_at)
    late = [task for task in due if task not in soon]
    if late:
        _late(turn, late, acted, may_pass=may_pass)


def _late(turn: Turn, late: list[Task], acted: Acted, *, may_pass: bool) -> None:
    """What the step says for tasks whose time is over."""
    rule = rule_of(turn.step)
    if rule.when_late == WhenLate.SUPERIOR:
        late = [task for task in late if not _escalate(turn, task)]
    elif rule.when_late in (WhenLate.APPROVE, WhenLate.REJECT):
        if _others_have_time(turn, late):
            return
        if rule.when_late == WhenLate.REJECT:
            _reject(turn, late)
            return
        if may_pass and not rule.needs_more_than_a_click:
            _pass(turn, late)
            return
    if late:
        _note(turn, Verb.LATE, late)
    for task in late:
        turn.move(task, task.state, act_at=None)
    acted.late += late


def _escalate(turn: Turn, task: Task) -> bool:
    """Pass a task to the head of the person's department, or above; False where nobody is there."""
    heir = _superior(turn, task, without={task.user_id})
    others = [other for other in turn.tasks if other.pk != task.pk and other.state in Task.PENDING]
    taken = {other.user_id for other in turn.tasks}
    needs_nobody = turn.step.mode == RouteStep.Mode.ANY and task.added_to_id is None
    if heir in taken and needs_nobody and any(other.user_id == heir for other in others):
        turn.move(task, Task.State.PASSED_ON, act_at=None)
        turn.tasks.remove(task)
    else:
        heir = heir if heir not in taken else _superior(turn, task, without=taken)
        if heir is None:
            return False
        turn.move(task, Task.State.PASSED_ON, act_at=None)
        turn.replace(task, heir, Task.Origin.ESCALATED)
    turn.outcome.passed_on.append(task)
    _note(turn, Verb.ESCALATED, [task], **{"from": task.user_id, "to": heir})
    return True


def _superior(turn: Turn, task: Task, *, without: set[int]) -> int | None:
    found, _why = routing.climb(turn.case(), turn.organisation, task.user.department_id, without=without)
    return found[0] if found else None


def _others_have_time(turn: Turn, late: list[Task]) -> bool:
    """Where a colleague's time runs still, the step waits for it; the tasks are looked at again then."""
    running = [
        task.due_at for task in turn.tasks if task.state == Task.State.OPEN and task.due_at and task.due_at > turn.at
    ]
    for task in late if running else ():
        turn.move(task, task.state, act_at=max(running))
    return bool(running)


def _pass(turn: Turn, late: list[Task]) -> None:
    """Let the step pass and go on to the next, which a person must decide."""
    _note(turn, Verb.LATE_APPROVED, late)
    _mark(turn, late)
    try:
        go_past(turn, Step.State.AUTO)
    except (errors.NoApprover, errors.NoStepApplies) as refusal:
        raise _NeedsAPerson from refusal
    if not turn.approval.is_running:
        raise _NeedsAPerson


def _reject(turn: Turn, late: list[Task]) -> None:
    _note(turn, Verb.LATE_REJECTED, late)
    _mark(turn, late)
    turn.close_step(Step.State.REJECTED)
    turn.end(Approval.State.REJECTED)


def _mark(turn: Turn, late: list[Task]) -> None:
    """Keep with the step that the clock decided it, and whom it was waiting for."""
    why = routing.Why("deadline", {"people": [task.user_id for task in late], "hours": turn.step.rule["hours"]})
    turn.step.resolution = {
        **turn.step.resolution,
        "people": [],
        "why": [*turn.step.resolution["why"], {"code": why.code, "params": why.params}],
        "by_deadline": True,
    }
    Step.objects.filter(pk=turn.step.pk).update(resolution=turn.step.resolution)


def _note(turn: Turn, verb: str, tasks: list[Task], **more: Any) -> None:
    rule = turn.step.rule
    payload = {
        "by": "system",
        "rule": {"hours": rule["hours"], "when_late": rule["when_late"]},
        "people": [task.user_id for task in tasks],
        "tasks": [task.pk for task in tasks],
        "due": max(task.due_at for task in tasks).isoformat(),
        **more,
    }
    turn.log.add(verb, step=turn.step, payload=payload)
