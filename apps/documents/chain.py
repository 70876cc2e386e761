"""The chain of a paper in words: who decided what, whose turn it is, who comes next, and why it is they (clause 6.2.4).

Steps of the run are read as they are; steps still to come are resolved by `routing` on the facts as they stand now.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.approvals import routing
from apps.approvals.models import Step, Task
from apps.approvals.organisation import OrmOrganisation
from apps.core import clock
from apps.core.money import format_money
from apps.documents.models import Document
from apps.org.models import Department, Role, User

_OPERATORS = {"gt": "＞", "gte": "≥", "lt": "＜", "lte": "≤", "eq": "=", "ne": "≠"}
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

    @property
    def open_stop(self) -> Stop | None:
        stops = self.current.stops if self.current else []
        return next((stop for stop in stops if stop.state == Step.State.OPEN), None)


def chain_of(document: Document) -> Chain:
    """The chain of a submitted paper; its round not yet submitted is shown by `planned_chain`."""
    if not document.approval_id:
        return Chain(None, [])
    approval = document.approval
    steps = list(Step.objects.filter(approval=approval).order_by("round", "order"))
    tasks: dict[int, list[Task]] = {}
    for task in Task.objects.filter(approval=approval).select_related("user", "on_behalf_of").order_by("pk"):
        tasks.setdefault(task.step_id, []).append(task)
    coming = _resolve_coming(document, steps) if approval.is_running else {}
    names = Names()
    for step in steps:
        names.want(step.resolution.get("why", ()), step.resolution.get("people", ()))
    for resolution in coming.values():
        names.want_of(resolution)
    stops: dict[int, list[Stop]] = {}
    for step in steps:
        stops.setdefault(step.round, []).append(_stop(step, tasks.get(step.pk, []), coming.get(step.pk), names))
    rounds = [Round(number, stops[number]) for number in sorted(stops)]
    return Chain(rounds[-1], rounds[-2::-1])


def planned_chain(
    planned: Iterable[routing.PlannedStep], facts: Mapping[str, Any], labels: Mapping[str, Any]
) -> list[Stop]:
    """The chain a paper would take, by name, with the reason of each step."""
    planned = list(planned)
    names = Names()
    for step in planned:
        if step.resolution:
            names.want_of(step.resolution)
    return [_planned_stop(step, names, labels) for step in planned]


def _planned_stop(planned: routing.PlannedStep, names: Names, labels: Mapping[str, Any]) -> Stop:
    rule = planned.rule
    stop = Stop(rule.key, label_of(rule), Step.State.PENDING, "")
    if not planned.applies:
        stop.state, stop.label = Step.State.SKIPPED, _("Does not apply")
        stop.why = [_("only if %(conditions)s") % {"conditions": conditions_in_words(rule.conditions, labels)}]
        return stop
    stop.why = names.why(planned.resolution.why)
    if rule.conditions:
        stop.why.append(_("because %(conditions)s") % {"conditions": conditions_in_words(rule.conditions, labels)})
    stop.decisions = [Decision(names.person(person), "waiting") for person in planned.resolution.people]
    stop.how_many = how_many(rule, len(stop.decisions))
    if planned.resolution.passed:
        stop.label = _("Passed by rule")
    if planned.resolution.empty:
        stop.state, stop.label = "empty", _("Nobody found")
    return stop


def _resolve_coming(document: Document, steps: list[Step]) -> dict[int, routing.Resolution | None]:
    """Who would decide the steps not yet reached, by step; None where the step does not apply as things stand."""
    approval = document.approval
    pending = [step for step in steps if step.round == approval.round and step.state == Step.State.PENDING]
    if not pending:
        return {}
    case = routing.Case(approval.applicant_id, approval.department_id, approval.facts)
    organisation = OrmOrganisation()
    coming: dict[int, routing.Resolution | None] = {}
    for step in pending:
        rule = routing.StepRule.from_json(step.rule)
        coming[step.pk] = routing.resolve(rule, case, organisation) if rule.applies(approval.facts) else None
    return coming


def _stop(step: Step, tasks: list[Task], coming: routing.Resolution | None, names: Names) -> Stop:
    rule = routing.StepRule.from_json(step.rule)
    stop = Stop(
        step.key, step.label, step.state, step.get_state_display(), opened_at=step.opened_at, closed_at=step.closed_at
    )
    if step.state == Step.State.SKIPPED or (step.state == Step.State.PENDING and coming is None):
        stop.why = [_("only if %(conditions)s") % {"conditions": conditions_in_words(rule.conditions)}]
        if step.state == Step.State.PENDING:
            stop.label = _("Will probably not apply") if rule.conditions else stop.label
        return stop
    if step.state == Step.State.PENDING:
        stop.decisions = [Decision(names.person(person), "waiting") for person in coming.people]
        stop.why = names.why(coming.why)
    else:
        stop.decisions = [_decision(task, step) for task in tasks if _is_shown(task, step)]
        stop.why = names.why(routing.Why(**why) for why in step.resolution.get("why", ()))
    if step.state in (Step.State.AUTO, Step.State.CARRIED):
        stop.decisions = [Decision(names.person(person)) for person in step.resolution.get("people", ())]
    stop.how_many = how_many(rule, len(stop.decisions)) if step.state in (Step.State.OPEN, Step.State.PENDING) else ""
    return stop


def _is_shown(task: Task, step: Step) -> bool:
    """Colleagues whose task was closed by somebody else's decision are left out."""
    return task.state != Task.State.CLOSED or step.state == Step.State.CANCELLED


def _decision(task: Task, step: Step) -> Decision:
    note = task.get_origin_display() if task.origin != Task.Origin.RULE else ""
    behalf = str(task.on_behalf_of) if task.on_behalf_of_id else ""
    label = "" if task.state in (Task.State.OPEN, Task.State.CLOSED) else task.get_state_display()
    return Decision(str(task.user), task.state, label, task.comment, task.decided_at, behalf, note)


class Names:
    """Names of the people, departments and roles that a chain speaks of, fetched together when the first is asked for."""

    def __init__(self):
        self._wanted: dict[type, set[int]] = {User: set(), Department: set(), Role: set()}
        self._found: dict[type, dict[int, str]] = {}

    def want(self, whys: Iterable[Mapping[str, Any]], people: Iterable[int] = ()) -> None:
        """Remember what stored remarks and people refer to."""
        self._wanted[User] |= set(people)
        for why in whys:
            params = why["params"]
            self._wanted[User] |= set(params.get("people", ()))
            self._wanted[Department] |= {params["department"]} if params.get("department") else set()
            self._wanted[Role] |= {params["role"]} if params.get("role") else set()

    def want_of(self, resolution: routing.Resolution | None) -> None:
        """Remember what a fresh resolution refers to."""
        if resolution:
            self.want([{"params": why.params} for why in resolution.why], resolution.people)

    def person(self, pk: int) -> str:
        return self._name(User, pk)

    def why(self, whys: Iterable[routing.Why]) -> list[str]:
        """Each remark as a sentence."""
        return [sentence for why in whys if (sentence := self._sentence(why))]

    def _name(self, model: type, pk: int | None) -> str:
        if model not in self._found:
            rows = model.objects.filter(pk__in=self._wanted[model]) if self._wanted[model] else ()
            self._found[model] = {row.pk: str(row) for row in rows}
        return self._found[model].get(pk, "—")

    def _sentence(self, why: routing.Why) -> str:
        texts = {
            "line_manager": _("the applicant's line manager"),
            "no_line_manager": _("the applicant has no line manager"),
            "head": _("head of %(department)s"),
            "no_head": _("%(department)s has no head"),
            "role": _("everyone with the role %(role)s"),
            "role_empty": _("nobody has the role %(role)s"),
            "fact": _("named on the paper"),
            "fact_empty": _("nobody is named on the paper"),
            "named": _("named by the route"),
            "left": _("left out, no longer working here: %(people)s"),
            "is_applicant": _("left out as the applicant: %(people)s"),
            "up_the_line": _("therefore the next level up: head of %(department)s"),
            "route_owner": _("therefore the owner of the route"),
            "nobody": _("nobody is left to decide"),
            "already_decided": _("has already decided and is not asked again: %(people)s"),
        }
        if why.code not in texts:
            return ""
        params = why.params
        return texts[why.code] % {
            "department": self._name(Department, params.get("department")) if params.get("department") else "",
            "role": self._name(Role, params.get("role")) if params.get("role") else "",
            "people": _(", ").join(self.person(pk) for pk in params.get("people", ())),
        }


def label_of(rule: routing.StepRule) -> str:
    """The name of a step in the reader's language."""
    return Step(name=rule.name, name_en=rule.name_en).label


def how_many(rule: routing.StepRule, people: int) -> str:
    """How many of a step's people must approve, where there are several."""
    if people < 2:
        return ""
    if rule.mode == "all":
        return _("all of them")
    if rule.mode == "count":
        return _("%(needed)s of them") % {"needed": min(rule.needed, people)}
    return _("any one of them")


def conditions_in_words(conditions: Iterable[routing.Condition], labels: Mapping[str, Any] | None = None) -> str:
    """`amount ＞ ¥5,000.00 and …`"""
    labels = labels or Document.FACTS
    words = []
    for condition in conditions:
        fact = str(labels.get(condition.fact, condition.fact))
        if condition.op == "in":
            words.append(
                _("%(fact)s is one of %(values)s") % {"fact": fact, "values": _(", ").join(map(str, condition.value))}
            )
        else:
            words.append(f"{fact} {_OPERATORS[condition.op]} {_value(condition)}")
    return _(" and ").join(words)


def _value(condition: routing.Condition) -> str:
    if "amount" in condition.fact and condition.op in _OPERATORS:
        return format_money(condition.value)
    return str(condition.value)


def duration(span: dt.timedelta) -> str:
    """`3 days`, `5 hours`, `12 minutes`."""
    minutes = max(int(span.total_seconds() // 60), 0)
    if minutes < 60:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    if minutes < 60 * 24:
        return ngettext("%(count)s hour", "%(count)s hours", minutes // 60) % {"count": minutes // 60}
    days = minutes // (60 * 24)
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
