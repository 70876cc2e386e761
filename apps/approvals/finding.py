"""Whom a rule names: the candidates of a step, and who stands in where it names nobody. Pure, like `routing`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from apps.approvals.routing import Case, StepRule

#: rules by which somebody who has to do with the paper names the people: the applicant, or who approves the step before
CHOICES = ("chosen", "chosen_before")


class Organisation(Protocol):
    """What routing asks about the company. People and departments are ids."""

    def line_manager(self, person: int) -> int | None: ...
    def head_of(self, department: int | None) -> int | None: ...
    def parent_of(self, department: int | None) -> int | None: ...
    def members_of(self, role: int) -> list[int]: ...
    def active(self, people: Iterable[int]) -> set[int]: ...
    def substitutes(self) -> dict[int, int]: ...


@dataclass(frozen=True)
class Why:
    """One remark on how a step's people were found: a code and what it speaks of (ids, numbers)."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)


def climb(
    case: Case, organisation: Organisation, start: int | None, *, without: Collection[int] = ()
) -> tuple[list[int], list[Why]]:
    """The first fit head from a department upwards, in the end the route's owner; never the applicant."""

    def fit(person: int | None) -> bool:
        return bool(person and person != case.applicant and person not in without and organisation.active([person]))

    department = case.department if start is None else start
    passed: set[int] = set()
    while department is not None and department not in passed:
        head = organisation.head_of(department)
        if fit(head):
            return _one(head), [Why("up_the_line", {"department": department})]
        passed.add(department)
        department = organisation.parent_of(department)
    if fit(case.owner):
        return _one(case.owner), [Why("route_owner")]
    return [], [Why("nobody")]


def candidates(rule: StepRule, case: Case, organisation: Organisation) -> tuple[list[int], list[Why]]:
    if rule.rule == "line_manager":
        manager = organisation.line_manager(case.applicant)
        return _one(manager), [Why("line_manager" if manager else "no_line_manager")]
    if rule.rule in CHOICES:
        people = list(case.choices.get(rule.key, ()))
        return people, [Why(rule.rule if people else "not_chosen")]
    if rule.rule == "manager_line":
        heads = dict.fromkeys(head for head in map(organisation.head_of, _line(rule, case, organisation)) if head)
        return list(heads), [Why("manager_line" if heads else "no_manager_line")]
    if rule.rule in ("department_head", "named_head"):
        department = department_of(rule, case, organisation)
        head = organisation.head_of(department)
        return _one(head), [Why("head" if head else "no_head", {"department": department})]
    if rule.rule == "role":
        members = organisation.members_of(rule.role)
        return members, [Why("role" if members else "role_empty", {"role": rule.role})]
    if rule.rule == "fact":
        person = case.facts.get(rule.fact)
        return _one(person), [Why("fact" if person else "fact_empty", {"fact": rule.fact})]
    return list(rule.people), [Why("named")]


def department_of(rule: StepRule, case: Case, organisation: Organisation) -> int | None:
    if rule.rule == "named_head":
        return rule.department
    department: int | None = case.department
    for _level in range(rule.levels_up if rule.rule == "department_head" else 0):
        department = organisation.parent_of(department) or department
    return department


def _line(rule: StepRule, case: Case, organisation: Organisation) -> Iterator[int]:
    """The applicant's department and those above it, so many levels or up to the named one, in the end to the top."""
    department: int | None = case.department
    passed: set[int] = set()
    while department is not None and department not in passed:
        yield department
        passed.add(department)
        if department == rule.department or (rule.department is None and len(passed) > rule.levels_up):
            return
        department = organisation.parent_of(department)


def _one(person: int | None) -> list[int]:
    return [person] if person else []
