"""Counting a step's decisions: when enough have approved, and when they no longer can (approvals.md §1, "flow shape").

A person and whom they asked to decide too have one vote together: for where all of them have approved, against as soon
as one has rejected. Whoever was asked for an opinion only has been heard, once it is given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from apps.approvals.models import Task
from apps.approvals.routing import StepRule, needed_of, refusals_of

FOR, AGAINST, UNDECIDED = "for", "against", "undecided"
#: how a step stands
PASSED, LOST, OPEN = "passed", "lost", "open"


def standing(rule: StepRule, tasks: Sequence[Task], counted: int) -> str:
    """Passed as soon as enough have approved, lost as soon as they no longer can or enough have rejected.

    Whom an approver has asked must have approved too before a step passes.
    """
    branches = [branch_of(task, tasks) for task in voters(tasks)]
    votes = Counter(map(_vote, branches))
    needed = needed_of(rule, len(branches), counted)
    if votes[FOR] >= needed and not any(_is_asked(branch) for branch in branches if _vote(branch) != AGAINST):
        return PASSED
    refused = votes[AGAINST] and votes[AGAINST] >= refusals_of(rule, len(branches), counted)
    return LOST if refused or len(branches) - votes[AGAINST] < needed else OPEN


def voters(tasks: Sequence[Task]) -> list[Task]:
    """The tasks the route's rule gave, in the order of the rule; without those that colleagues asked for."""
    return sorted((task for task in tasks if task.added_to_id is None), key=lambda task: (task.position, task.pk))


def vote_of(task: Task, tasks: Sequence[Task]) -> str:
    """What a person and whom they asked have decided together."""
    return _vote(branch_of(task, tasks))


def branch_of(task: Task, tasks: Sequence[Task]) -> list[Task]:
    """A task and those asked for from it, directly or by those who were asked."""
    asked = [branch_of(row, tasks) for row in tasks if row.added_to_id == task.pk]
    return [task, *(row for branch in asked for row in branch)]


def _vote(branch: Sequence[Task]) -> str:
    states = {task.state for task in branch}
    if Task.State.REJECTED in states:
        return AGAINST
    return FOR if states <= {Task.State.APPROVED, Task.State.ADVISED} else UNDECIDED


def _is_asked(branch: Sequence[Task]) -> bool:
    """Whether somebody whom an approver of the branch has asked is still to decide."""
    approved = {task.pk for task in branch if task.state == Task.State.APPROVED}
    return any(task.added_to_id in approved and task.state in Task.PENDING for task in branch)
