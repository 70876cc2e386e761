"""The chain of a paper in words: who decided what, whose turn it is, who comes next, and why it is they (clause 6.2.4).

Steps of the run are read as they are; steps still to come are resolved by `routing` on the facts as they stand now.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Value
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.approvals import routing
from apps.approvals.analysis.words import in_words
from apps.approvals.due import SYSTEM, Due
from apps.approvals.models import Step, Task
from apps.approvals.names import NamedOrganisation, Names
from apps.approvals.wording import conditions_in_words, how_many, label_of
from apps.core import clock
from apps.documents import grants
from apps.documents.enclosures import Enclosed, Enclosures
from apps.documents.models import Document
from apps.org.models import Department, User

_DOTS = {
    Step.State.PENDING: "waiting",
    Step.State.OPEN: "open",
    Step.State.APPROVED: "done",
    Step.State.AUTO: "done",
    Step.State.CARRIED: "done",
    Step.State.SKIPPED: "skipped",
    Step.State.RETURNED: "returned",
    Step.State.REJECTED: "rejected",
    Step.State.CANCELLED: "waiting",
}


@dataclass(frozen=True)
class Decision:
    """One person in a step: what they said, or that they are still to say something."""

    person: str
    state: str = ""
    label: str = ""
    comment: str = ""
    at: dt.datetime | None = None
    on_behalf_of: str = ""
    note: str = ""
    files: list[Enclosed] = field(default_factory=list)
    due: Due | None = None


@dataclass
class Stop:
    """One step of the chain as it is shown."""

    key: str
    name: str
    state: str
    label: str
    decisions: list[Decision] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    how_many: str = ""
    #: open at the same time as the one before
    beside: bool = False
    #: how long it usually takes, where the step is still to come
    usual: str = ""
    opened_at: dt.datetime | None = None
    closed_at: dt.datetime | None = None

    @property
    def dot(self) -> str:
        return _DOTS.get(self.state, "waiting")

    @property
    def people(self) -> list[str]:
        return [decision.person for decision in self.decisions]

    @property
    def took(self) -> str:
        """How long the step took, or has been waiting."""
        if self.opened_at is None or self.state not in (Step.State.OPEN, *_ENDED):
            return ""
        return duration((self.closed_at or clock.now()) - self.opened_at)


_ENDED = (Step.State.APPROVED, Step.State.RETURNED, Step.State.REJECTED)


@dataclass
class Round:
    """The steps of one submission."""

    number: int
    stops: list[Stop]


@dataclass
class Chain:
    """The whole chain of a paper, the latest round first in ``current``, earlier rounds behind it."""

    current: Round | None
    earlier: list[Round]
    tasks: list[Task] = field(default_factory=list)
    #: of the current round
    steps: list[Step] = field(default_factory=list)

    def stop_of(self, key: str) -> Stop | None:
        """A step of the current round."""
        return next((stop for stop in self.current.stops if stop.key == key), None) if self.current else None


def chain_of(document: Document, viewer: Any = None, enclosures: Enclosures | None = None) -> Chain:
    """The chain of a submitted paper, in two or three queries however long it is.

    For a ``viewer`` the chain also knows the task that waits for this person.
    """
    if not document.approval_id:
        return Chain(None, [])
    approval = document.approval
    steps, tasks = _read(document, viewer)
    names = Names()
    names.know(User, document.applicant_id, str(document.applicant))
    names.know(Department, document.department_id, str(document.department))
    coming = _resolve_coming(document, steps, names) if approval.is_running else {}
    for step in steps:
        names.want(step.resolution.get("why", ()), step.resolution.get("people", ()))
        for task in tasks[step.pk]:
            names.know(User, task.user_id, str(task.user))
    for resolution in coming.values():
        names.want_of(resolution)
    stops: dict[int, list[Stop]] = {}
    for step in steps:
        stop = _stop(step, tasks[step.pk], coming.get(step.pk), names, document.FACTS, enclosures or Enclosures())
        stops.setdefault(step.round, []).append(stop)
    rounds = [Round(number, stops[number]) for number in sorted(stops)]
    current = [step for step in steps if step.round == approval.round]
    return Chain(rounds[-1], rounds[-2::-1], [task for own in tasks.values() for task in own], current)


def _read(document: Document, viewer: Any) -> tuple[list[Step], dict[int, list[Task]]]:
    """Every step of every round with its tasks and their people: one query."""
    rows = Step.objects.filter(approval=document.approval_id).order_by("round", "order", "tasks__pk")
    granted = grants.held(viewer, grants.APPROVE, document) if viewer is not None else Value(False)
    steps: dict[int, Step] = {}
    tasks: dict[int, list[Task]] = {}
    for row in rows.annotate(granted=granted).values(*_STEP, *_TASK, *_PEOPLE, "granted"):
        step = steps.get(row["id"])
        if step is None:
            step = steps[row["id"]] = Step(**{name: row[name] for name in _STEP})
            tasks[step.pk] = []
        if row["tasks__id"]:
            task = Task(**{name.removeprefix("tasks__"): row[name] for name in _TASK})
            task.step, task.granted = step, row["granted"]
            task.user = _person(row, "user")
            task.on_behalf_of = _person(row, "on_behalf_of") if task.on_behalf_of_id else None
            task.added_to = Task(pk=task.added_to_id, user=_person(row, "added_to__user")) if task.added_to_id else None
            tasks[step.pk].append(task)
    return list(steps.values()), tasks


def _person(row: Mapping[str, Any], role: str) -> User:
    path = f"tasks__{role}"
    return User(pk=row[f"{path}_id"], name=row[f"{path}__name"], username=row[f"{path}__username"])


_STEP = [column.attname for column in Step._meta.concrete_fields]
_TASK = [f"tasks__{column.attname}" for column in Task._meta.concrete_fields]
_ROLES = ("user", "on_behalf_of", "added_to__user")
_PEOPLE = [f"tasks__{role}{name}" for role in _ROLES for name in ("_id", "__name", "__username")]


def planned_chain(
    planned: Iterable[routing.PlannedStep],
    facts: Mapping[str, Any],
    labels: Mapping[str, Any],
    *,
    waits: Mapping[str, dt.timedelta | None],
) -> list[Stop]:
    """The chain a paper would take, by name, with the reason of each step; ``waits``: how long it usually takes."""
    planned = list(planned)
    names = Names()
    for step in planned:
        if step.resolution:
            names.want_of(step.resolution)
    stops = [_planned_stop(step, names, labels) for step in planned]
    for stop in stops:
        if stop.key in waits:
            stop.usual = in_words(waits[stop.key]) if waits[stop.key] is not None else _("no experience yet")
    return stops


def _planned_stop(planned: routing.PlannedStep, names: Names, labels: Mapping[str, Any]) -> Stop:
    rule = planned.rule
    stop = Stop(rule.key, label_of(rule), Step.State.PENDING, "", beside=rule.together != rule.order)
    if not planned.applies:
        stop.state, stop.label = Step.State.SKIPPED, _("Does not apply")
        stop.why = [_("only if %(conditions)s") % {"conditions": conditions_in_words(rule.conditions, labels)}]
        return stop
    stop.why = names.why(planned.resolution.why)
    if rule.conditions:
        stop.why.append(_("because %(conditions)s") % {"conditions": conditions_in_words(rule.conditions, labels)})
    stop.decisions = _expected(planned.resolution, names)
    stop.how_many = how_many(rule, len(stop.decisions))
    if planned.resolution.passed:
        stop.label = _("Passed by rule")
    if planned.resolution.empty:
        stop.state, stop.label = "empty", _("Nobody found")
    return stop


def _resolve_coming(document: Document, steps: list[Step], names: Names) -> dict[int, routing.Resolution | None]:
    """Who would decide the steps not yet reached, by step; None where the step does not apply as things stand."""
    approval = document.approval
    pending = [step for step in steps if step.round == approval.round and step.state == Step.State.PENDING]
    if not pending:
        return {}
    rules = {step.pk: routing.StepRule.from_json(step.rule) for step in pending}
    applying = {pk: rule for pk, rule in rules.items() if rule.applies(approval.facts)}
    case = routing.Case(approval.applicant_id, approval.department_id, approval.facts, choices=approval.choices)
    organisation = NamedOrganisation(document.kind, applying.values(), names)
    return {pk: routing.foresee(rule, case, organisation) if pk in applying else None for pk, rule in rules.items()}


def _stop(
    step: Step,
    tasks: list[Task],
    coming: routing.Resolution | None,
    names: Names,
    labels: Mapping[str, Any],
    enclosures: Enclosures,
) -> Stop:
    rule = routing.StepRule.from_json(step.rule)
    stop = Stop(
        step.key, step.label, step.state, step.get_state_display(), opened_at=step.opened_at, closed_at=step.closed_at
    )
    stop.beside = rule.together != rule.order
    if step.state == Step.State.CANCELLED and step.opened_at:
        stop.label = _("Ended before it was decided")
    if step.state == Step.State.SKIPPED or (step.state == Step.State.PENDING and coming is None):
        stop.why = [_("only if %(conditions)s") % {"conditions": conditions_in_words(rule.conditions, labels)}]
        if step.state == Step.State.PENDING:
            stop.label = _("Will probably not apply") if rule.conditions else stop.label
        return stop
    if step.state == Step.State.PENDING:
        stop.decisions = _expected(coming, names)
        stop.why = names.why(coming.why)
    else:
        stop.decisions = [
            _decision(task, enclosures.by_task.get(task.pk, [])) for task in tasks if _is_shown(task, step)
        ]
        stop.why = names.why(routing.Why(**why) for why in step.resolution.get("why", ()))
    if step.state in (Step.State.AUTO, Step.State.CARRIED):
        stop.decisions = [Decision(names.person(person)) for person in step.resolution.get("people", ())]
    if step.resolution.get("by_deadline"):
        verdict = _("Rejected") if step.state == Step.State.REJECTED else _("Passed after the deadline")
        state = Task.State.REJECTED if step.state == Step.State.REJECTED else Task.State.APPROVED
        stop.decisions.append(Decision(str(SYSTEM), state, verdict, at=step.closed_at))
    stop.how_many = how_many(rule, len(stop.decisions)) if step.state in (Step.State.OPEN, Step.State.PENDING) else ""
    return stop


def _expected(resolution: routing.Resolution, names: Names) -> list[Decision]:
    """The people of a step still to come, and for whom they would decide."""
    behalf = {person: names.person(away) for person, away in resolution.behalf}
    return [
        Decision(names.person(person), "waiting", on_behalf_of=behalf.get(person, "")) for person in resolution.people
    ]


def _is_shown(task: Task, step: Step) -> bool:
    """Colleagues whose task was closed by somebody else's decision are left out."""
    if task.state == Task.State.CLOSED:
        return step.state == Step.State.CANCELLED
    return task.state != Task.State.PASSED_ON


def _decision(task: Task, files: list[Enclosed]) -> Decision:
    silent = (Task.Origin.RULE, Task.Origin.SUBSTITUTE)
    note = task.get_origin_display() if task.origin not in silent else ""
    if task.added_to_id:
        asked = _("asked for an opinion by %(name)s") if task.place == Task.Place.OPINION else _("asked by %(name)s")
        note = asked % {"name": task.added_to.user}
    behalf = str(task.on_behalf_of) if task.on_behalf_of_id else ""
    label = "" if task.state in (Task.State.OPEN, Task.State.CLOSED) else task.get_state_display()
    return Decision(str(task.user), task.state, label, task.comment, task.decided_at, behalf, note, files, task.due)


def duration(span: dt.timedelta) -> str:
    """`3 days`, `5 hours`, `12 minutes`."""
    minutes = max(int(span.total_seconds() // 60), 0)
    if minutes < 60:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    if minutes < 60 * 24:
        return ngettext("%(count)s hour", "%(count)s hours", minutes // 60) % {"count": minutes // 60}
    days = minutes // (60 * 24)
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
