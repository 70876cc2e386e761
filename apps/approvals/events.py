"""The append-only log: each event carries the hash of the one before, so a changed past shows."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from apps.approvals.models import Approval, Event
from apps.core import clock


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


@dataclass(frozen=True)
class Fault:
    """A place where the log does not hold: the run, the number of the event, what is wrong."""

    approval: int
    seq: int
    problem: str


def verify(approvals=None) -> Iterator[Fault]:
    """Walk the hash chains and yield every fault; nothing yielded means the log is as it was written."""
    runs = Approval.objects.all() if approvals is None else approvals
    heads = {pk: (count, head) for pk, count, head in runs.values_list("pk", "event_count", "head_hash").iterator()}
    events = Event.objects.order_by("approval_id", "seq")
    if approvals is not None:
        events = events.filter(approval__in=runs)
    seen: dict[int, tuple[int, str]] = {}
    for event in events.iterator(chunk_size=2000):
        seq, prev = seen.get(event.approval_id, (0, ""))
        if event.seq != seq + 1:
            yield Fault(event.approval_id, event.seq, "an event is missing before this one")
        if event.prev_hash != prev:
            yield Fault(event.approval_id, event.seq, "does not follow the event before it")
        if hash_of(event) != event.hash:
            yield Fault(event.approval_id, event.seq, "was changed after it was written")
        seen[event.approval_id] = (event.seq, event.hash)
    for pk, head in heads.items():
        if seen.get(pk, (0, "")) != head:
            yield Fault(pk, head[0], "the run does not end where its log ends")
