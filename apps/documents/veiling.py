"""Parts of a paper that a step hides from its approvers (approvals.md §1, permissions by field and step).

Only who sees a paper through tasks of such steps alone does not see the part. The applicant, whom structure shows the
paper, whom it was copied to or opened for another reason, and whoever decided a step without a veil see all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from apps.approvals.models import Step, Task
from apps.documents import grants
from apps.documents.models import Document
from apps.documents.visibility import sees_by_structure

NOTHING: frozenset[str] = frozenset()


def hidden_from(user, document: Document, tasks: Iterable[Task] | None = None) -> frozenset[str]:
    """The parts this person does not see; ``tasks`` of the run with their steps, where they have been read already."""
    if not document.approval_id or sees_by_structure(user, document):
        return NOTHING
    if tasks is None:
        tasks = Task.objects.filter(approval=document.approval_id).select_related("step")
    step_of: dict[int, Step] = {task.pk: task.step for task in tasks}
    if not any(veil_of(step.rule) for step in step_of.values()):
        return NOTHING
    rules = {step.pk: step.rule for step in step_of.values()}
    veils = [_veil(reason, rules, step_of) for reason in grants.reasons(user, document)]
    return frozenset.intersection(*veils) if veils else NOTHING


def veil_of(rule: Mapping[str, Any]) -> frozenset[str]:
    """What the rule of a step hides."""
    return frozenset(rule.get("hidden", ()))


def _veil(reason: str, rules: Mapping[int, Mapping[str, Any]], step_of: Mapping[int, Step]) -> frozenset[str]:
    """What is hidden from somebody who sees the paper for this reason alone."""
    name, _colon, number = reason.partition(":")
    if name == "step":
        return veil_of(rules.get(int(number), {}))
    if name == "acted" and int(number) in step_of:
        return veil_of(step_of[int(number)].rule)
    return NOTHING
