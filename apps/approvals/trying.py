"""Trying a route out before it is published: who would decide a paper, step by step, and why it is they.

The same functions answer as for a paper that is submitted, on the steps of a draft as they stand. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from apps.approvals import routing
from apps.approvals.conditions import ORDERINGS, Condition, groups_of, is_number
from apps.approvals.kinds import kind_called
from apps.approvals.models import RouteVersion
from apps.approvals.names import NamedOrganisation, Names
from apps.approvals.wording import conditions_in_words, fact_in_words, how_many, label_of
from apps.org.models import Department, User

#: the fact that every paper has from the department it is submitted for
DEPARTMENT = "department"


@dataclass(frozen=True)
class AskedFact:
    """A fact the steps read. ``type``: person, number, truth or text; ``values``: what it is compared with."""

    name: str
    label: str
    type: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class TriedPerson:
    """Who would be asked, and for whom where they stand in."""

    name: str
    instead_of: str = ""


@dataclass(frozen=True)
class TriedStep:
    """What would become of one step. ``state``: asked, later, passed, skipped or nobody."""

    name: str
    state: str
    label: str = ""
    people: list[TriedPerson] = field(default_factory=list)
    how_many: str = ""
    why: list[str] = field(default_factory=list)
    unmet: list[str] = field(default_factory=list)


def asked_facts(version: RouteVersion, rules: Iterable[routing.StepRule]) -> list[AskedFact]:
    """The facts on which it depends who decides, in the order in which the steps ask for them."""
    labels = kind_called(version.route.kind).facts
    people, conditions = set(), {}
    for rule in rules:
        if rule.rule == "fact":
            people.add(rule.fact)
            conditions.setdefault(rule.fact, [])
        for condition in rule.conditions:
            conditions.setdefault(condition.fact, []).append(condition)
    conditions.pop(DEPARTMENT, None)
    return [
        AskedFact(name, str(labels.get(name, name)), "person" if name in people else _type(name, held), _values(held))
        for name, held in conditions.items()
    ]


def try_out(
    version: RouteVersion,
    rules: list[routing.StepRule],
    *,
    applicant: User,
    department: Department,
    facts: Mapping[str, Any],
) -> list[list[TriedStep]]:
    """The chain of a paper of these facts in running order; the steps that are open at the same time stand together."""
    known = {**facts, DEPARTMENT: department.pk}
    case = routing.Case(applicant.pk, department.pk, known, version.route.owner_id)
    names = Names()
    planned = routing.plan(rules, case, NamedOrganisation(version.route.kind, rules, names))
    for step in planned:
        names.want_of(step.resolution)
    labels = kind_called(version.route.kind).facts
    return [
        [_tried(step, names, known, labels) for step in beside]
        for _stage, beside in groupby(planned, lambda step: step.rule.together)
    ]


def _tried(
    planned: routing.PlannedStep, names: Names, facts: Mapping[str, Any], labels: Mapping[str, Any]
) -> TriedStep:
    rule, found = planned.rule, planned.resolution
    if found is None:
        unmet = _unmet(rule.conditions, facts, labels)
        return TriedStep(label_of(rule), "skipped", _("Does not apply"), unmet=unmet)
    why = names.why(found.why)
    if rule.conditions:
        why.append(_("because %(conditions)s") % {"conditions": conditions_in_words(rule.conditions, labels)})
    behalf = {person: names.person(away) for person, away in found.behalf}
    people = [TriedPerson(names.person(person), behalf.get(person, "")) for person in found.people]
    state, label = _standing(found)
    return TriedStep(label_of(rule), state, label, people, how_many(rule, len(people)), why)


def _standing(found: routing.Resolution) -> tuple[str, str]:
    if found.later:
        return "later", _("To be chosen")
    if found.passed:
        return "passed", _("Passed by rule")
    return ("nobody", _("Nobody found")) if found.empty else ("asked", "")


def _unmet(conditions: Iterable[Condition], facts: Mapping[str, Any], labels: Mapping[str, Any]) -> list[str]:
    """Each condition that does not hold, with what the paper says instead."""
    return [
        _("%(condition)s does not hold: %(fact)s")
        % {"condition": conditions_in_words([condition], labels), "fact": _said(condition.fact, facts)}
        for group in groups_of(conditions)
        for condition in group
        if not condition.holds(facts)
    ]


def _said(name: str, facts: Mapping[str, Any]) -> str:
    value = facts.get(name)
    return _("nothing is given") if value is None else _("it is %(value)s") % {"value": fact_in_words(name, value)}


def _type(name: str, conditions: list[Condition]) -> str:
    """How a fact is entered, from what it is compared with."""
    if "amount" in name or any(condition.op in ORDERINGS for condition in conditions):
        return "number"
    if all(isinstance(condition.value, bool) for condition in conditions):
        return "truth"
    equal = [condition.value for condition in conditions if condition.op in ("eq", "ne")]
    return "number" if len(equal) == len(conditions) and all(map(is_number, equal)) else "text"


def _values(conditions: list[Condition]) -> tuple[str, ...]:
    values = [condition.value for condition in conditions]
    flat = [one for value in values for one in (value if isinstance(value, list | tuple) else [value])]
    return tuple(dict.fromkeys(map(str, flat)))
