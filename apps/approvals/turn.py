"""One verb being carried out on one locked run: what changes, what is logged, what the caller is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Exists
from django.utils.translation import gettext as _

from apps.approvals import errors, routing
from apps.approvals.events import SPOKEN, Log
from apps.approvals.models import Approval, Delegation, Event, Step, Task
from apps.approvals.organisation import OrmOrganisation
from apps.core import clock
from apps.org.calendar.services import company_calendar
from apps.org.calendar.worktime import WorkCalendar, after_working_time

#: the part of the time after which people are reminded
REMIND_AFTER = 0.8
#: states of tasks that are nobody's any more
_LEFT = (Task.State.CLOSED, Task.State.PASSED_ON, Task.State.TAKEN_BACK)
SUBMISSIONS = (Event.Verb.SUBMITTED, Event.Verb.RESUBMITTED)


@dataclass
class Outcome:
    """What one verb did.

    ``opened`` tasks are open now and were not before; ``closed_steps`` are ids of steps whose people are done.
    """

    approval: Approval
    opened: list[Task] = field(default_factory=list)
    closed_steps: list[int] = field(default_factory=list)
    decided: Task | None = None
    copied: set[int] = field(default_factory=set)
    #: tasks that are no longer their people's, who go on reading the paper
    passed_on: list[Task] = field(default_factory=list)
    step: Step | None = None

    @property
    def state(self) -> str:
        return self.approval.state


class Turn:
    """Gathers events and the outcome of one verb and writes them once, at the end."""

    def __init__(self, approval: Approval, *, facts: dict, content_hash: str, by):
        self.approval = approval
        self.facts = facts
        self.content_hash = content_hash
        self.by = by
        self.at: dt.datetime = clock.now()
        is_anybody_away = getattr(approval, "is_anybody_away", True)
        self.organisation = OrmOrganisation(approval.route_version.route.kind, is_anybody_away=is_anybody_away)
        self.log = Log(approval, content_hash=content_hash, at=self.at)
        self.outcome = Outcome(approval)
        self.steps: list[Step] = []
        self.step: Step | None = None
        self.tasks: list[Task] = []
        self._tasks: dict[int, list[Task]] = {}
        #: whether whoever acts may be asked to choose who decides next
        self.may_choose = False

    @classmethod
    def of_decision(cls, approval: Approval | int, *, by, facts, content_hash, seen, step=None) -> Turn:
        """Lock run, step and task, and make sure it is this person's turn and the paper is the one they saw."""
        turn = cls(lock(approval), facts=facts, content_hash=content_hash, by=by)
        turn.load_open_steps()
        turn.take_task(by, step)
        if seen is not None and seen != content_hash:
            raise errors.ContentChanged
        return turn

    def load_open_steps(self) -> None:
        """Lock the steps that are open now, mostly one, and their tasks."""
        self.steps = steps_of(self.approval, locked=True)
        open_steps = {step.pk: step for step in self.open_steps}
        if open_steps:
            self._tasks = {pk: [] for pk in open_steps}
            rows = Task.objects.select_for_update().filter(step__in=open_steps)
            for task in rows.exclude(state__in=_LEFT).order_by("pk"):
                task.step = open_steps[task.step_id]
                self._tasks[task.step_id].append(task)
            self.focus(next(iter(open_steps.values())))

    @property
    def open_steps(self) -> list[Step]:
        """The steps that are open now: one, or those that are open at the same time."""
        return [step for step in self.steps if step.state == Step.State.OPEN]

    @property
    def open_tasks(self) -> list[Task]:
        """The tasks that wait for a decision now, of all open steps."""
        tasks = [task for step in self.open_steps for task in self._tasks[step.pk]]
        return [task for task in tasks if task.state == Task.State.OPEN]

    def focus(self, step: Step) -> None:
        """Go on with this step, one of the open ones."""
        self.step = self.outcome.step = step
        self.tasks = self._tasks.setdefault(step.pk, [])

    def find(self, is_it: Callable[[Task], bool]) -> Task | None:
        """A task of the open steps; the turn goes on with its step."""
        for step in self.open_steps:
            for task in self._tasks[step.pk]:
                if is_it(task):
                    self.focus(step)
                    return task
        return None

    def take_task(self, by, step: str | None = None) -> None:
        """The person's open task: of the step they were shown, or the first."""

        def is_mine(task: Task) -> bool:
            return task.user_id == by.pk and task.state == Task.State.OPEN and step in (None, task.step.key)

        self.outcome.decided = self.find(is_mine)
        if self.outcome.decided is None:
            raise too_late(self.approval.pk, by, step)

    def record(self, state: str, verb: str, text: str, **payload: Any) -> None:
        """Write the decision: a conditional UPDATE that must hit exactly one open task, and its event.

        Whoever was asked for an opinion gives one and decides nothing.
        """
        task = self.outcome.decided
        if (task.place == Task.Place.OPINION) != (state == Task.State.ADVISED):
            raise errors.OpinionAsked if task.place == Task.Place.OPINION else errors.NotAsked
        values = {"state": state, "decided_at": self.at, "comment": text.strip(), "content_hash": self.content_hash}
        if Task.objects.filter(pk=task.pk, state=Task.State.OPEN).update(**values) != 1:
            raise too_late(self.approval.pk, self.by)
        for name, value in values.items():
            setattr(task, name, value)
        said = {"text": task.comment, "task": task.pk, **{name: value for name, value in payload.items() if value}}
        behalf = task.on_behalf_of if task.on_behalf_of_id else None
        self.log.add(verb, actor=self.by, on_behalf_of=behalf, step=self.step, payload=said)

    def close_step(self, state: str) -> None:
        """Close the step; colleagues who had it too lose their task without a decision."""
        self._close(self.step, state)

    def close_beside(self) -> None:
        """The steps that are open at the same time end with this one, and the log says so."""
        for step in self.open_steps:
            self._close(step, Step.State.CANCELLED)
            self.log.add(Event.Verb.CLOSED, step=step, payload={"with": self.step.key})

    def _close(self, step: Step, state: str) -> None:
        if state in Step.PASSED:
            remember(step, self.facts)
        self._set(step, state, closed_at=self.at, resolution=step.resolution)
        if any(task.state in Task.PENDING for task in self._tasks[step.pk]):
            Task.objects.filter(step=step, state__in=Task.PENDING).update(state=Task.State.CLOSED)
        self.outcome.closed_steps.append(step.pk)

    def refuse(self) -> None:
        """The open step is decided against the paper, which ends here."""
        self.close_step(Step.State.REJECTED)
        self.end(Approval.State.REJECTED)

    def copy_along(self) -> None:
        """Tell the people whom the route copies once this step is done."""
        rule = rule_of(self.step)
        people = set(rule.copy_people)
        for role in rule.copy_roles:
            people |= set(self.organisation.members_of(role))
        self.outcome.copied |= self.organisation.active(people) - {self.approval.applicant_id}

    def give(
        self,
        people: Iterable[int],
        origin: str,
        *,
        behalf: Mapping[int, int] | None = None,
        in_turn: bool = False,
        **values: Any,
    ) -> list[Task]:
        """Tasks of the current step for these people, open unless told otherwise.

        ``behalf``: for whom they decide; ``in_turn``: one after another, the first is open and the others wait.
        """
        shared = {"step": self.step, "approval": self.approval, "opened_at": self.at, **values}
        tasks = [
            Task(**{"user_id": person, "origin": origin, "position": n, **shared}) for n, person in enumerate(people)
        ]
        for task in tasks:
            if behalf and task.user_id in behalf:
                task.on_behalf_of_id, task.origin = behalf[task.user_id], Task.Origin.SUBSTITUTE
            if in_turn and task.position:
                task.state = Task.State.WAITING
            if task.state == Task.State.OPEN:
                self.set_term(task)
        Task.objects.bulk_create(tasks)
        self.outcome.opened += [task for task in tasks if task.state == Task.State.OPEN]
        return tasks

    def set_term(self, task: Task) -> None:
        """By when a task that opens now is due."""
        for name, value in self.term().items():
            setattr(task, name, value)

    def term(self) -> dict[str, dt.datetime]:
        """By when a task of the current step that opens now is due, and when its person is reminded; mostly nothing."""
        hours = self.step.rule.get("hours")
        if not hours:
            return {}
        length, calendar = dt.timedelta(hours=hours), self.calendar
        return {
            "due_at": after_working_time(self.at, length, calendar),
            "act_at": after_working_time(self.at, length * REMIND_AFTER, calendar),
        }

    @cached_property
    def calendar(self) -> WorkCalendar:
        """The company's calendar, read once and only where a step has a deadline."""
        return company_calendar()

    def replace(self, task: Task, person: int, origin: str, *, state: str = Task.State.OPEN) -> Task:
        """A task in the place of another, for this person; whom the one had asked, the other has asked."""
        kept = {name: getattr(task, name) for name in ("added_to_id", "place", "position")}
        if person == task.user_id:
            kept["on_behalf_of_id"] = task.on_behalf_of_id
        [heir] = self.give([person], origin, state=state, **kept)
        asked = [row for row in self.tasks if row.added_to_id == task.pk]
        for row in asked:
            row.added_to_id = heir.pk
        if asked:
            Task.objects.filter(added_to=task).update(added_to=heir)
        self.tasks.remove(task)
        self.tasks.append(heir)
        return heir

    def move(self, task: Task, state: str, **values: Any) -> None:
        """Another state of a task of the locked step."""
        Task.objects.filter(pk=task.pk).update(state=state, **values)
        for name, value in {"state": state, **values}.items():
            setattr(task, name, value)

    def heir(self, task: Task, successor: int) -> int | None:
        """Who takes a leaver's task over: the successor, else the line; None where others still decide."""
        taken = {other.user_id for other in self.tasks}
        barred = taken | {self.approval.applicant_id}
        if successor not in barred and self.organisation.active([successor]):
            return successor
        others = [other for other in self.tasks if other.pk != task.pk and other.added_to_id is None]
        others_decide = any(other.state in Task.PENDING for other in others)
        if others_decide and self.step.mode == "any" and task.added_to_id is None:
            return None
        found, _why = routing.climb(self.case(), self.organisation, start=self.approval.department_id, without=taken)
        if not found and not others_decide:
            raise errors.NoApprover(self.step.label)
        return found[0] if found else None

    def earlier_step(self, key: str) -> Step:
        """The step with this key, if it has decided before this one, or beside it."""
        before = [step for step in self.steps if step.stage <= self.step.stage and step != self.step]
        target = next((step for step in before if step.key == key), None)
        if target is None or target.state not in (Step.State.APPROVED, Step.State.CARRIED):
            raise errors.ApprovalRefused(_("The paper can only go back to a step that has already decided it."))
        return target

    def end(self, state: str, *, returned_from: str = "") -> None:
        """The run, or its round, is over."""
        self.close_beside()
        self.approval.state, self.approval.returned_from = state, returned_from
        self.approval.closed_at = self.at
        self.cancel_pending(self.steps)

    def finish(self) -> Outcome:
        """Write the events and the run's own row."""
        self.log.flush()
        self.approval.facts = self.facts
        self.approval.save()
        return self.outcome

    def case(self, approved: Iterable[tuple[int, ...]] = ()) -> routing.Case:
        """The paper as routing sees it; ``approved``: who has approved it before, step by step."""
        owner = self.approval.route_version.route.owner_id
        return routing.Case(
            applicant=self.approval.applicant_id,
            department=self.approval.department_id,
            facts=self.facts,
            owner=owner,
            approved=tuple(approved),
            choices=self.approval.choices,
        )

    def cancel_pending(self, steps: list[Step]) -> None:
        """Steps of a round that ends will not be reached any more."""
        pending = [step for step in steps if step.state == Step.State.PENDING]
        for step in pending:
            step.state = Step.State.CANCELLED
        if pending:
            Step.objects.filter(pk__in=[step.pk for step in pending]).update(state=Step.State.CANCELLED)

    def _set(self, step: Step, state: str, **values: Any) -> None:
        step.state = state
        for name, value in values.items():
            setattr(step, name, value)
        step.save(update_fields=["state", *values])


def remember(step: Step, facts: dict[str, Any]) -> None:
    """Note the facts a step watches as they are when it is passed, so that a change of them shows later."""
    if watched := rule_of(step).watched:
        step.resolution = {**step.resolution, "facts": {name: facts.get(name) for name in sorted(watched)}}


def lock(approval: Approval | int) -> Approval:
    """The run, freshly read, its row locked until the transaction ends; its route comes along."""
    runs = Approval.objects.select_for_update(of=("self",)).select_related("route_version__route")
    runs = runs.annotate(is_anybody_away=Exists(Delegation.objects.in_force()))
    return runs.get(pk=getattr(approval, "pk", approval))


def steps_of(approval: Approval, *, locked: bool = False) -> list[Step]:
    """The steps of the current round, in order."""
    steps = Step.objects.filter(approval=approval, round=approval.round).order_by("order")
    return list(steps.select_for_update() if locked else steps)


def rule_of(step: Step) -> routing.StepRule:
    """The rule that was copied from the route when the paper was submitted."""
    return routing.StepRule.from_json(step.rule)


def label_of(rule: routing.StepRule) -> str:
    """A rule's name in the reader's language."""
    return Step(name=rule.name, name_en=rule.name_en).label


def too_late(approval_id: int, by, step: str | None = None) -> errors.ApprovalRefused:
    """Tell a person who had a task here and lost it who was first; anybody else that it is not their turn."""
    mine = Task.objects.filter(approval=approval_id, user=by)
    had = (mine.filter(step__key=step) if step else mine).order_by("-pk").first()
    if had is None:
        return errors.NotYourTurn()
    verbs = (*SPOKEN, Event.Verb.WITHDRAWN, Event.Verb.TAKEN_BACK)
    said = Event.objects.filter(approval=approval_id, verb__in=verbs).select_related("actor").order_by("-seq")
    events = list(said.filter(step=had.step_id).exclude(verb=Event.Verb.TAKEN_BACK))
    if not events and had.state == Task.State.CLOSED:
        # what was done to another step has ended this one: a return beside it, an approval before it taken back
        events = list(said)[:1]
    if not events:
        return errors.NotYourTurn()
    own = [event for event in events if event.actor_id == by.pk]
    first = own[0] if own else events[0]
    return errors.AlreadyDecided(None if own else first.actor, first.get_verb_display())
