"""The append-only log: each event carries the hash of the one before, so a changed past shows."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from django.utils.translation import gettext_lazy as _

from apps.approvals.models import Approval, Event, Task
from apps.core import clock

DECISIONS = (Event.Verb.APPROVED, Event.Verb.RETURNED, Event.Verb.REJECTED)
#: what a person says in a task of theirs
SPOKEN = (*DECISIONS, Event.Verb.ADVISED)


class Log:
    """Collects the events of one verb and writes them with one INSERT. The run must be locked by the caller."""

    def __init__(self, approval: Approval, *, content_hash: str = "", at: dt.datetime | None = None):
        self.approval = approval
        self.content_hash = content_hash
        self.at = at or clock.now()
        self.events: list[Event] = []

    def add(self, verb, *, actor=None, on_behalf_of=None, step=None, payload=None, content_hash=None) -> Event:
        """Append one event; ``actor`` None means the system did it by rule."""
        self.approval.event_count += 1
        event = Event(
            approval=self.approval,
            seq=self.approval.event_count,
            verb=verb,
            actor=actor,
            on_behalf_of=on_behalf_of,
            step=step,
            payload=payload or {},
            content_hash=self.content_hash if content_hash is None else content_hash,
            at=self.at,
            prev_hash=self.approval.head_hash,
        )
        event.hash = hash_of(event)
        self.approval.head_hash = event.hash
        self.events.append(event)
        return event

    def flush(self) -> None:
        Event.objects.bulk_create(self.events)
        self.events = []


def hash_of(event: Event) -> str:
    """SHA-256 over everything an event says, and the hash before it."""
    said = {
        "approval": event.approval_id,
        "seq": event.seq,
        "verb": str(event.verb),
        "actor": event.actor_id,
        "on_behalf_of": event.on_behalf_of_id,
        "step": event.step_id,
        "payload": event.payload,
        "content": event.content_hash,
        "at": event.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "prev": event.prev_hash,
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


#: what may be wrong with a log, by code
PROBLEMS = {
    "gap": _("an event is missing before this one"),
    "order": _("does not follow the event before it"),
    "changed": _("was changed after it was written"),
    "empty": _("the run has no events"),
    "end": _("the run does not end where its log ends"),
    "unlogged": _("decision %(decision)s is not in the log"),
    "differs": _("decision %(decision)s says something else"),
    "gone": _("its decision is gone"),
}


@dataclass(frozen=True)
class Fault:
    """A place where the log does not hold: the run, the number of the event, what is wrong (a key of `PROBLEMS`)."""

    approval: int
    seq: int
    code: str
    decision: int = 0

    @property
    def problem(self) -> str:
        """What is wrong, in the reader's language."""
        return str(PROBLEMS[self.code]) % {"decision": self.decision}

    def __str__(self):
        return f"approval {self.approval}, event {self.seq}: {self.problem}"


def verify(approvals=None) -> Iterator[Fault]:
    """Walk the hash chains and yield every fault; nothing yielded means the log is as it was written.

    The decisions that pages and prints show are rows of their own; each must say what its event says.
    """
    runs = Approval.objects.all() if approvals is None else approvals
    events, tasks = Event.objects.all(), Task.objects.exclude(decided_at=None)
    if approvals is not None:
        events, tasks = events.filter(approval__in=runs), tasks.filter(approval__in=runs)
    log_of = _in_step(events.order_by("approval_id", "seq"))
    decisions_of = _in_step(tasks.order_by("approval_id", "pk"))
    for run in runs.order_by("pk").iterator(chunk_size=2000):
        log = log_of(run.pk)
        yield from _faults_of_chain(run, log)
        yield from _faults_of_decisions(run, log, decisions_of(run.pk))


def _in_step(rows) -> Callable[[int], list]:
    """A question for the rows of one run after the other, in order; the table is read once and never held whole."""
    groups = groupby(rows.iterator(chunk_size=2000), attrgetter("approval_id"))
    waiting: list[tuple[int, list]] = []

    def of(run: int) -> list:
        while not waiting or waiting[0][0] < run:
            following = next(groups, None)
            if following is None:
                return []
            waiting[:] = [(following[0], list(following[1]))]
        return waiting[0][1] if waiting[0][0] == run else []

    return of


def _faults_of_chain(run: Approval, log: list[Event]) -> Iterator[Fault]:
    seq, prev = 0, ""
    for event in log:
        if event.seq != seq + 1:
            yield Fault(run.pk, event.seq, "gap")
        if event.prev_hash != prev:
            yield Fault(run.pk, event.seq, "order")
        if hash_of(event) != event.hash:
            yield Fault(run.pk, event.seq, "changed")
        seq, prev = event.seq, event.hash
    if not log:
        yield Fault(run.pk, 0, "empty")
    if (seq, prev) != (run.event_count, run.head_hash):
        yield Fault(run.pk, run.event_count, "end")


def _faults_of_decisions(run: Approval, log: list[Event], tasks: list[Task]) -> Iterator[Fault]:
    said = {_told(event, "task"): event for event in log if event.verb in SPOKEN}
    undone = {_told(event, "task") for event in log if event.verb == Event.Verb.TAKEN_BACK}
    for task in tasks:
        event = said.pop(task.pk, None)
        if event is None:
            yield Fault(run.pk, 0, "unlogged", task.pk)
        elif (task.state, task.user_id, task.comment, task.content_hash, task.decided_at) != (
            Task.State.TAKEN_BACK if task.pk in undone else event.verb,
            event.actor_id,
            _told(event, "text"),
            event.content_hash,
            event.at,
        ):
            yield Fault(run.pk, event.seq, "differs", task.pk)
    for event in said.values():
        yield Fault(run.pk, event.seq, "gone")


def _told(event: Event, name: str):
    """A part of what an event says; of a forged one it may not be there."""
    return event.payload.get(name) if isinstance(event.payload, dict) else None
