"""The state machine of an approval: start, resubmit, approve, return, reject, withdraw (clauses 3, 6.2.2–6.2.4, 6.3.2).

It knows people and facts, never documents: the caller hands in the facts of the paper and the hash of its content, and
gets back an `Outcome` that says which tasks opened and closed, so that grants, notices and the document's state follow
in the same transaction. Two deciders at once, a second click, a stale page: one wins, the other is told who was first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from apps.approvals import errors, routing
from apps.approvals.events import Log
from apps.approvals.models import Approval, Event, RouteVersion, Step, Task
from apps.approvals.organisation import OrmOrganisation
from apps.approvals.rules import rules_of
from apps.core import clock


@dataclass
class Outcome:
    """What one verb did. ``opened`` tasks are new and open; ``closed_steps`` are ids of steps whose people are done."""

    approval: Approval
    opened: list[Task] = field(default_factory=list)
    closed_steps: list[int] = field(default_factory=list)
    decided: Task | None = None
    copied: set[int] = field(default_factory=set)
    step: Step | None = None

    @property
    def state(self) -> str:
        return self.approval.state


def start(*, kind: str, applicant, department, facts: dict, content_hash: str, by) -> Outcome:
    """Begin the run of a paper at its first submission.

    Raises `NoRoute` when no route is published for the kind, `NoApprover` when a step resolves to nobody at all.
    """
    version = RouteVersion.objects.published_for(kind)
    if version is None:
        raise errors.NoRoute()
    approval = Approval.objects.create(
        route_version=version, applicant=applicant, department=department, facts=facts, opened_at=clock.now()
    )
    turn = Turn(approval, facts=facts, content_hash=content_hash, by=by)
    turn.log.add(Event.Verb.SUBMITTED, actor=by, payload={"route": str(version), "facts": facts})
    turn.open_round(rules_of(version))
    return turn.finish()


def resubmit(approval: Approval, *, facts: dict, content_hash: str, by) -> Outcome:
    """Send a corrected paper round again: from the start, or straight back to the step that returned it.

    Straight back holds only where that step's rule says so and every fact a condition reads is as it was.
    """
    approval = _lock(approval)
    if approval.state not in (Approval.State.RETURNED, Approval.State.WITHDRAWN):
        raise errors.NotRunning(approval.get_state_display())
    previous = _steps(approval)
    returned_from = next((step for step in previous if step.key == approval.returned_from), None)
    straight = returned_from is not None and returned_from.rule["resubmission"] == "back"
    straight = straight and not _watched_changed(previous, approval.facts, facts)
    approval.state, approval.closed_at = Approval.State.RUNNING, None
    turn = Turn(approval, facts=facts, content_hash=content_hash, by=by)
    turn.log.add(Event.Verb.RESUBMITTED, actor=by, payload={"facts": facts, "straight_back": straight})
    turn.next_round(previous, from_order=returned_from.order if straight else 0)
    return turn.finish()


def approve(approval, *, by, facts: dict, content_hash: str, comment: str = "", seen: str | None = None) -> Outcome:
    """One person's approval of the open step. ``seen`` is the content hash the person was shown."""
    turn = Turn.of_decision(approval, by=by, facts=facts, content_hash=content_hash, seen=seen)
    turn.record(Task.State.APPROVED, Event.Verb.APPROVED, comment)
    rule = routing.StepRule.from_json(turn.step.rule)
    tasks = turn.tasks
    approvals = sum(task.state == Task.State.APPROVED for task in tasks)
    if approvals >= routing.needed_of(rule, len(tasks)):
        turn.close_step(Step.State.APPROVED)
        turn.copy_along(rule)
        turn.advance()
    return turn.finish()


def return_(
    approval, *, by, reason: str, facts: dict, content_hash: str, to: str | None = None, seen: str | None = None
) -> Outcome:
    """Send the paper back for correction: to the applicant, or to an earlier step given by its key."""
    if not reason.strip():
        raise errors.ReasonMissing()
    turn = Turn.of_decision(approval, by=by, facts=facts, content_hash=content_hash, seen=seen)
    turn.record(Task.State.RETURNED, Event.Verb.RETURNED, reason, to=to or "applicant")
    turn.close_step(Step.State.RETURNED)
    if to is None:
        turn.end(Approval.State.RETURNED, returned_from=turn.step.key)
    else:
        target = turn.earlier_step(to)
        turn.next_round(turn.steps, from_order=target.order)
    return turn.finish()


def reject(approval, *, by, reason: str, facts: dict, content_hash: str, seen: str | None = None) -> Outcome:
    """Refuse the paper for good."""
    if not reason.strip():
        raise errors.ReasonMissing()
    turn = Turn.of_decision(approval, by=by, facts=facts, content_hash=content_hash, seen=seen)
    turn.record(Task.State.REJECTED, Event.Verb.REJECTED, reason)
    turn.close_step(Step.State.REJECTED)
    turn.end(Approval.State.REJECTED)
    return turn.finish()


def withdraw(approval: Approval, *, by) -> Outcome:
    """The applicant takes the paper back; possible until somebody has decided in this round."""
    approval = _lock(approval)
    if not approval.is_running:
        raise errors.NotRunning(approval.get_state_display())
    turn = Turn(approval, facts=approval.facts, content_hash="", by=by)
    turn.load_open_step()
    if decided_in_round(approval):
        raise errors.TooLate()
    turn.log.add(Event.Verb.WITHDRAWN, actor=by, step=turn.step)
    turn.close_step(Step.State.CANCELLED)
    turn.end(Approval.State.WITHDRAWN)
    return turn.finish()


def record(approval: Approval, verb: str, *, by, payload: dict, content_hash: str = "") -> None:
    """Add an event that changes no step: a comment, a copy, an approver's edit, a payment."""
    approval = _lock(approval)
    log = Log(approval)
    log.add(verb, actor=by, payload=payload, content_hash=content_hash)
    log.flush()
    approval.save(update_fields=["event_count", "head_hash"])


def hand_over(approval: Approval, *, leaver, successor, by, reason: str) -> Outcome:
    """Give a leaver's open task to somebody else. Where the successor applied for the paper or already has the task,
    the rule's fallback decides instead."""
    approval = _lock(approval)
    turn = Turn(approval, facts=approval.facts, content_hash="", by=by)
    turn.load_open_step()
    task = next(task for task in turn.tasks if task.user_id == leaver.pk and task.state == Task.State.OPEN)
    heir = turn.heir(task, successor.pk)
    Task.objects.filter(pk=task.pk, state=Task.State.OPEN).update(state=Task.State.CLOSED)
    task.state = Task.State.CLOSED
    turn.outcome.decided = task
    turn.log.add(
        Event.Verb.HANDED_OVER,
        actor=by,
        step=turn.step,
        payload={"from": leaver.pk, "to": heir, "reason": reason},
    )
    if heir:
        turn.give([heir], Task.Origin.HANDOVER)
    return turn.finish()


def decided_in_round(approval: Approval) -> bool:
    """Whether a person has decided since the paper was last submitted."""
    return Task.objects.filter(
        approval=approval, step__round=approval.round, step__approval=approval, decided_at__isnull=False
    ).exists()


def preview(*, kind: str, applicant, department, facts: dict) -> list[routing.PlannedStep]:
    """The chain a paper would take if it were submitted now. Raises `NoRoute`."""
    version = RouteVersion.objects.published_for(kind)
    if version is None:
        raise errors.NoRoute()
    case = routing.Case(applicant.pk, department.pk, facts, version.route.owner_id)
    return routing.plan(rules_of(version), case, OrmOrganisation())


class Turn:
    """One verb being carried out on one locked run: gathers events and the outcome, writes them once at the end."""

    def __init__(self, approval: Approval, *, facts: dict, content_hash: str, by):
        self.approval = approval
        self.facts = facts
        self.content_hash = content_hash
        self.by = by
        self.at: dt.datetime = clock.now()
        self.organisation = OrmOrganisation()
        self.log = Log(approval, content_hash=content_hash, at=self.at)
        self.outcome = Outcome(approval)
        self.steps: list[Step] = []
        self.step: Step | None = None
        self.tasks: list[Task] = []
        self.owner_id: int | None = None

    @classmethod
    def of_decision(cls, approval: Approval, *, by, facts, content_hash, seen) -> Turn:
        """Lock run, step and task, and make sure it is this person's turn and the paper is the one they saw."""
        approval = _lock(approval)
        turn = cls(approval, facts=facts, content_hash=content_hash, by=by)
        turn.load_open_step()
        turn.take_task(by)
        if seen is not None and seen != content_hash:
            raise errors.ContentChanged()
        return turn

    def load_open_step(self) -> None:
        self.steps = _steps(self.approval, lock=True)
        self.step = next((step for step in self.steps if step.state == Step.State.OPEN), None)
        self.outcome.step = self.step
        if self.step:
            self.tasks = list(self.step.tasks.select_for_update().exclude(state=Task.State.CLOSED).order_by("pk"))

    def take_task(self, by) -> None:
        mine = [task for task in self.tasks if task.user_id == by.pk and task.state == Task.State.OPEN]
        if not mine:
            raise self._too_late(by)
        self.outcome.decided = mine[0]

    def _too_late(self, by) -> errors.ApprovalRefused:
        """Tell a person who had this task and lost it who was first; anybody else that it is not their turn."""
        had = Task.objects.filter(approval=self.approval, user=by).order_by("-pk").first()
        if had is None:
            return errors.NotYourTurn()
        first = (
            Event.objects.filter(approval=self.approval, verb__in=("approved", "returned", "rejected", "withdrawn"))
            .select_related("actor")
            .order_by("-seq")
            .first()
        )
        if first is None:
            return errors.NotYourTurn()
        person = _("you") if first.actor_id == by.pk else first.actor
        return errors.AlreadyDecided(person, first.get_verb_display())

    def record(self, state: str, verb: str, text: str, **payload: Any) -> None:
        """Write the decision: a conditional UPDATE that must hit exactly one open task, and its event."""
        task = self.outcome.decided
        values = {"state": state, "decided_at": self.at, "comment": text.strip(), "content_hash": self.content_hash}
        if Task.objects.filter(pk=task.pk, state=Task.State.OPEN).update(**values) != 1:
            raise self._too_late(self.by)
        for name, value in values.items():
            setattr(task, name, value)
        self.log.add(verb, actor=self.by, step=self.step, payload={"text": task.comment, "task": task.pk, **payload})

    def close_step(self, state: str) -> None:
        """Close the open step; colleagues who had it too lose their task without a decision."""
        if self.step is None:
            return
        self._set(self.step, state, closed_at=self.at)
        if any(task.state == Task.State.OPEN for task in self.tasks):
            Task.objects.filter(step=self.step, state=Task.State.OPEN).update(state=Task.State.CLOSED)
        self.outcome.closed_steps.append(self.step.pk)

    def copy_along(self, rule: routing.StepRule) -> None:
        """Tell the people whom the route copies once this step is done."""
        people = set(rule.copy_people)
        for role in rule.copy_roles:
            people |= set(self.organisation.members_of(role))
        self.outcome.copied |= self.organisation.active(people) - {self.approval.applicant_id}

    def open_round(self, rules: Iterable[routing.StepRule]) -> None:
        """Copy the route's steps into the run and open the first that applies."""
        self.steps = Step.objects.bulk_create(
            Step(
                approval=self.approval,
                round=self.approval.round,
                order=rule.order,
                key=rule.key,
                name=rule.name,
                name_en=rule.name_en,
                rule=rule.as_json(),
                mode=rule.mode,
                needed=rule.needed,
            )
            for rule in rules
        )
        self.advance()

    def next_round(self, previous: list[Step], *, from_order: int) -> None:
        """Start a further round; steps before ``from_order`` keep the approval they were given."""
        kept = {step.order: step for step in previous if step.order < from_order and step.state in Step.PASSED}
        for step in previous:
            if step.state == Step.State.PENDING:
                step.state = Step.State.CANCELLED
        Step.objects.filter(approval=self.approval, round=self.approval.round, state=Step.State.PENDING).update(
            state=Step.State.CANCELLED
        )
        self.approval.round += 1
        self.steps = [self._again(step, kept.get(step.order)) for step in previous]
        Step.objects.bulk_create(self.steps)
        self.advance()

    def _again(self, step: Step, kept: Step | None) -> Step:
        copy = Step(
            approval=self.approval,
            round=self.approval.round,
            **{name: getattr(step, name) for name in ("order", "key", "name", "name_en", "rule", "mode", "needed")},
        )
        if kept:
            copy.state, copy.closed_at = Step.State.CARRIED, kept.closed_at
            copy.resolution = {"people": kept.resolution.get("people", []), "why": [], "carried_from": kept.pk}
            self.log.add(Event.Verb.CARRIED, payload={"step": step.key, "round": kept.round})
        return copy

    def advance(self) -> None:
        """Open the next step that applies on the facts as they are now, or finish.

        Steps skipped earlier are asked again, so a changed fact inserts the step it calls for before the run goes on.
        """
        approved: list[tuple[int, ...]] | None = None
        for step in self.steps:
            if step.state in Step.PASSED:
                continue
            rule = routing.StepRule.from_json(step.rule)
            if not rule.applies(self.facts):
                self._skip(step)
                continue
            if approved is None and rule.when_duplicate != "ask":
                approved = self._approved_so_far()
            resolution = routing.resolve(rule, self._case(approved or ()), self.organisation)
            if resolution.passed:
                self._pass(step, resolution)
                continue
            if resolution.empty:
                raise errors.NoApprover(step.label)
            self._open(step, resolution)
            return
        self.log.add(Event.Verb.FINISHED)
        self.end(Approval.State.APPROVED)

    def give(self, people: Iterable[int], origin: str) -> None:
        """Open tasks of the current step for these people."""
        tasks = [
            Task(step=self.step, approval=self.approval, user_id=person, origin=origin, opened_at=self.at)
            for person in people
        ]
        self.outcome.opened += Task.objects.bulk_create(tasks)

    def heir(self, task: Task, successor: int) -> int | None:
        """Who takes a leaver's task over: the successor, else whoever the line gives; None where others still decide."""
        others = {other.user_id for other in self.tasks if other.pk != task.pk}
        if successor != self.approval.applicant_id and successor not in others:
            return successor
        if others and self.step.mode == "any":
            return None
        case = self._case(())
        people, _why = routing._up_the_line(case, self.organisation, start=self.approval.department_id)
        heir = next((person for person in people if person not in others | {task.user_id}), None)
        if heir is None and not others:
            raise errors.NoApprover(self.step.label)
        return heir

    def earlier_step(self, key: str) -> Step:
        target = next((step for step in self.steps if step.key == key and step.order < self.step.order), None)
        if target is None or target.state not in (Step.State.APPROVED, Step.State.CARRIED):
            raise errors.ApprovalRefused(_("The paper can only go back to a step that has already decided it."))
        return target

    def end(self, state: str, *, returned_from: str = "") -> None:
        self.approval.state, self.approval.returned_from = state, returned_from
        self.approval.closed_at = self.at
        pending = [step for step in self.steps if step.state == Step.State.PENDING]
        if pending:
            Step.objects.filter(pk__in=[step.pk for step in pending]).update(state=Step.State.CANCELLED)

    def finish(self) -> Outcome:
        """Write the events and the run's own row."""
        self.log.flush()
        self.approval.facts = self.facts
        self.approval.save()
        return self.outcome

    def _case(self, approved: Iterable[tuple[int, ...]]) -> routing.Case:
        owner = self.approval.route_version.route.owner_id
        return routing.Case(
            self.approval.applicant_id, self.approval.department_id, self.facts, owner, tuple(approved)
        )

    def _approved_so_far(self) -> list[tuple[int, ...]]:
        rows = (
            Task.objects.filter(
                approval=self.approval, step__round=self.approval.round, state=Task.State.APPROVED
            )
            .order_by("step__order", "pk")
            .values_list("step__order", "user_id")
        )
        steps: dict[int, list[int]] = {}
        for order, person in rows:
            steps.setdefault(order, []).append(person)
        return [tuple(people) for people in steps.values()]

    def _open(self, step: Step, resolution: routing.Resolution) -> None:
        self._set(step, Step.State.OPEN, opened_at=self.at, resolution=resolution.as_json())
        self.step = step
        self.outcome.step = step
        self.give(resolution.people, Task.Origin.FALLBACK if resolution.fallback else Task.Origin.RULE)
        self.log.add(Event.Verb.OPENED, step=step, payload=resolution.as_json())

    def _skip(self, step: Step) -> None:
        if step.state != Step.State.SKIPPED:
            self._set(step, Step.State.SKIPPED)
            self.log.add(Event.Verb.SKIPPED, step=step, payload={"conditions": step.rule["conditions"]})

    def _pass(self, step: Step, resolution: routing.Resolution) -> None:
        self._set(step, Step.State.AUTO, closed_at=self.at, resolution=resolution.as_json())
        self.log.add(Event.Verb.AUTO, step=step, payload=resolution.as_json())

    def _set(self, step: Step, state: str, **values: Any) -> None:
        step.state = state
        for name, value in values.items():
            setattr(step, name, value)
        step.save(update_fields=["state", *values])


def _lock(approval: Approval) -> Approval:
    return Approval.objects.select_for_update(of=("self",)).select_related("route_version__route").get(pk=approval.pk)


def _steps(approval: Approval, *, lock: bool = False) -> list[Step]:
    steps = Step.objects.filter(approval=approval, round=approval.round).order_by("order")
    return list(steps.select_for_update() if lock else steps)


def _watched_changed(steps: list[Step], before: dict, after: dict) -> bool:
    watched = {condition["fact"] for step in steps for condition in step.rule["conditions"]}
    return any(str(before.get(fact)) != str(after.get(fact)) for fact in watched)
