"""What follows from an engine outcome: grants and participants, in the same transaction."""

from dataclasses import dataclass

from apps.approvals.engine import Outcome
from apps.approvals.models import Task
from apps.core import clock
from apps.documents import grants
from apps.documents.models import Document, Participant


def follow(document: Document, outcome: Outcome) -> None:
    """Open tasks get the right to decide, closed ones lose it; who decided or was copied keeps the right to read."""
    closed = [f"step:{step}" for step in outcome.closed_steps]
    decided = outcome.decided
    if decided is not None and decided.state != Task.State.OPEN and not closed:
        grants.take(document.pk, [f"step:{decided.step_id}"], users=[decided.user_id])
    for task in outcome.passed_on:
        grants.take(document.pk, [f"step:{task.step_id}"], users=[task.user_id])
    if closed:
        grants.take(document.pk, closed)
    rights = [(task.user_id, grants.APPROVE, document.pk, f"step:{task.step_id}") for task in outcome.opened]
    if decided is not None and decided.decided_at:
        rights.append((decided.user_id, grants.VIEW, document.pk, f"acted:{decided.pk}"))
    rights += [(task.user_id, grants.VIEW, document.pk, f"acted:{task.pk}") for task in outcome.passed_on]
    represented = [task for task in outcome.opened if task.on_behalf_of_id]
    rights += [(task.on_behalf_of_id, grants.VIEW, document.pk, f"acted:{task.pk}") for task in represented]
    rights += [(person, grants.VIEW, document.pk, "copied") for person in outcome.copied]
    rights += [
        (task.user_id, grants.VIEW, paper, f"basis:{document.pk}")
        for paper in document.basis()
        for task in outcome.opened
    ]
    grants.give(rights)
    take_part(document, approvers={task.user_id for task in outcome.opened}, copied=outcome.copied)


def take_part(document: Document, *, approvers=frozenset(), copied=frozenset()) -> None:
    """Note who has to do with the paper."""
    if approvers:
        Participant.objects.bulk_create(
            [Participant(user_id=person, document_id=document.pk, approver=True) for person in approvers],
            update_conflicts=True,
            unique_fields=["user", "document"],
            update_fields=["approver"],
        )
    if copied:
        Participant.objects.bulk_create(
            [Participant(user_id=person, document_id=document.pk, copied_at=clock.now()) for person in copied],
            update_conflicts=True,
            unique_fields=["user", "document"],
            update_fields=["copied_at", "read_at"],
        )


@dataclass(frozen=True)
class Mismatch:
    """A right to decide and an open task that do not belong together; ``reason`` says for which step it was given."""

    code: str
    person: int
    document: int
    reason: str

    def __str__(self):
        step = self.reason.removeprefix("step:")
        return f"{MISMATCHES[self.code]}: person {self.person}, document {self.document}, step {step}"


MISMATCHES = {
    "task-without-right": "task without permission",
    "right-without-task": "permission without task",
    "task-of-leaver": "task of somebody who has left",
}


def mismatches(document: Document | None = None) -> list[Mismatch]:
    """Where grants and open tasks disagree, on one paper or on all; empty when the invariant holds.

    Open tasks ⇔ ``approve_document`` rows, both ways, and nobody who has left is waited for.
    """
    tasks = Task.objects.open().order_by()
    rows = grants.Grant.objects.filter(permission__codename=grants.APPROVE)
    if document is not None:
        tasks = tasks.filter(approval=document.approval_id)
        rows = rows.filter(content_object=document.pk)
    waiting = {
        (person, paper, f"step:{step}")
        for person, paper, step in tasks.values_list("user_id", "approval__document", "step_id")
    }
    held = set(rows.values_list("user_id", "content_object_id", "reason"))
    gone = tasks.filter(user__is_active=False).values_list("user_id", "approval__document", "step_id")
    found = [Mismatch("task-without-right", *row) for row in waiting - held]
    found += [Mismatch("right-without-task", *row) for row in held - waiting]
    return found + [Mismatch("task-of-leaver", person, paper, f"step:{step}") for person, paper, step in gone]


def orphans(document: Document | None = None) -> list[str]:
    """The same in short words, for tests and commands."""
    return sorted(str(row) for row in mismatches(document))
