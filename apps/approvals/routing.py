"""Who decides, in which order: pure functions of (rules, facts, organisation).

The preview before submission, the engine and the tests ask the same functions. Nothing here reads the database: the
organisation is handed in as an object with the few questions of `Organisation`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Protocol

from apps.approvals.conditions import Condition, hold


class Organisation(Protocol):
    """What routing asks about the company. People and departments are ids."""

    def line_manager(self, person: int) -> int | None: ...
    def head_of(self, department: int | None) -> int | None: ...
    def parent_of(self, department: int | None) -> int | None: ...
    def members_of(self, role: int) -> list[int]: ...
    def active(self, people: Iterable[int]) -> set[int]: ...
    def substitutes(self) -> dict[int, int]: ...


@dataclass(frozen=True)
class StepRule:
    """One step of a route, free of the database. Stored as JSON on each `Step` of a run."""

    key: str
    name: str
    order: int
    rule: str
    name_en: str = ""
    levels_up: int = 0
    department: int | None = None
    role: int | None = None
    people: tuple[int, ...] = ()
    fact: str = ""
    mode: str = "any"
    needed: int = 1
    conditions: tuple[Condition, ...] = ()
    when_duplicate: str = "ask"
    resubmission: str = "start"
    opinion_required: bool = False
    editable: tuple[str, ...] = ()
    copy_roles: tuple[int, ...] = ()
    copy_people: tuple[int, ...] = ()
    hours: float | None = None
    when_late: str = "remind"

    def applies(self, facts: dict[str, Any]) -> bool:
        """All conditions of one of its groups hold."""
        return hold(self.conditions, facts)

    @property
    def watched(self) -> set[str]:
        """The facts that decide whether this step applies and who decides it."""
        named = {self.fact} if self.rule == "fact" else set()
        return named | {condition.fact for condition in self.conditions}

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> StepRule:
        known = {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}
        known["conditions"] = tuple(Condition(**condition) for condition in data["conditions"])
        return cls(**known)


@dataclass(frozen=True)
class Why:
    """One remark on how a step's people were found: a code and what it speaks of (ids, numbers)."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Resolution:
    """The people of a step and why it is they.

    ``passed``: the duplicate rule passes the step, enough of its people have decided already. ``counted``: how many of
    the approvals it needs the duplicate rule has counted. ``behalf``: (substitute, who is away) where one stands in.
    """

    people: tuple[int, ...]
    why: tuple[Why, ...]
    fallback: bool = False
    passed: bool = False
    counted: int = 0
    behalf: tuple[tuple[int, int], ...] = ()

    @property
    def empty(self) -> bool:
        return not self.people and not self.passed

    def as_json(self) -> dict[str, Any]:
        said = {"people": list(self.people), "why": [asdict(why) for why in self.why], "fallback": self.fallback}
        behalf = {"behalf": [list(pair) for pair in self.behalf]} if self.behalf else {}
        return {**said, "counted": self.counted, **behalf}


@dataclass(frozen=True)
class Case:
    """What routing knows of one paper: its people, its facts, the route's owner, who approved before (in order)."""

    applicant: int
    department: int
    facts: dict[str, Any]
    owner: int | None = None
    approved: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True)
class PlannedStep:
    """A step as it would run now: skipped with its false conditions, or the people who would decide."""

    rule: StepRule
    applies: bool
    resolution: Resolution | None


def plan(rules: Iterable[StepRule], case: Case, organisation: Organisation) -> list[PlannedStep]:
    """The chain a paper would take, for the preview: each step with its people, or as not applying.

    Where one of several people will decide nobody knows which, so a later step counts none of them as a duplicate.
    """
    planned = []
    approved = list(case.approved)
    for rule in sorted(rules, key=lambda rule: rule.order):
        if not rule.applies(case.facts):
            planned.append(PlannedStep(rule, False, None))
            continue
        resolution = resolve(rule, replace(case, approved=tuple(approved)), organisation)
        planned.append(PlannedStep(rule, True, resolution))
        if not resolution.passed:
            certain = needed_of(rule, len(resolution.people), resolution.counted) == len(resolution.people)
            approved.append(resolution.people if certain else ())
    return planned


def resolve(rule: StepRule, case: Case, organisation: Organisation) -> Resolution:
    """Find a step's people: the rule, then leavers dropped, then the applicant, then duplicates; the empty rule last.

    Where nobody is left the step goes up the applicant's line and in the end to the route's owner. It is never passed
    in silence: an empty resolution refuses the submission.
    """
    found, why = _candidates(rule, case, organisation)
    people, dropped = _without_unfit(found, case.applicant, organisation)
    why += dropped
    fallback = False
    if not people:
        people, climbed = climb(case, organisation, start=_department_of(rule, case, organisation))
        why += climbed
        fallback = bool(people)
    remaining = _without_duplicates(rule, people, case)
    counted = len(people) - len(remaining)
    if counted:
        why.append(Why("already_decided", {"people": [person for person in people if person not in remaining]}))
        if counted >= needed_of(rule, len(people)):
            return Resolution((), tuple(why), fallback, passed=True, counted=counted)
    people, behalf, represented = _represented(remaining, case, organisation)
    return Resolution(tuple(people), (*why, *represented), fallback, counted=counted, behalf=tuple(behalf))


def needed_of(rule: StepRule, people: int, counted: int = 0) -> int:
    """How many approvals the step takes of so many people, where the duplicate rule has ``counted`` some already."""
    if rule.mode == "all":
        return people
    return min(rule.needed - counted, people) if rule.mode == "count" else 1


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


def _candidates(rule: StepRule, case: Case, organisation: Organisation) -> tuple[list[int], list[Why]]:
    if rule.rule == "line_manager":
        manager = organisation.line_manager(case.applicant)
        return _one(manager), [Why("line_manager" if manager else "no_line_manager")]
    if rule.rule in ("department_head", "named_head"):
        department = _department_of(rule, case, organisation)
        head = organisation.head_of(department)
        return _one(head), [Why("head" if head else "no_head", {"department": department})]
    if rule.rule == "role":
        members = organisation.members_of(rule.role)
        return members, [Why("role" if members else "role_empty", {"role": rule.role})]
    if rule.rule == "fact":
        person = case.facts.get(rule.fact)
        return _one(person), [Why("fact" if person else "fact_empty", {"fact": rule.fact})]
    return list(rule.people), [Why("named")]


def _department_of(rule: StepRule, case: Case, organisation: Organisation) -> int | None:
    if rule.rule == "named_head":
        return rule.department
    department: int | None = case.department
    for _level in range(rule.levels_up if rule.rule == "department_head" else 0):
        department = organisation.parent_of(department) or department
    return department


def _without_unfit(found: list[int], applicant: int, organisation: Organisation) -> tuple[list[int], list[Why]]:
    active = organisation.active(found)
    why = []
    left = [person for person in found if person not in active]
    if left:
        why.append(Why("left", {"people": left}))
    if applicant in active:
        why.append(Why("is_applicant", {"people": [applicant]}))
    return [person for person in found if person in active and person != applicant], why


def _without_duplicates(rule: StepRule, people: list[int], case: Case) -> list[int]:
    if rule.when_duplicate == "ask" or not case.approved:
        return people
    earlier = case.approved[-1:] if rule.when_duplicate == "consecutive" else case.approved
    decided = {person for step in earlier for person in step}
    return [person for person in people if person not in decided]


def _represented(
    people: list[int], case: Case, organisation: Organisation
) -> tuple[list[int], list[tuple[int, int]], list[Why]]:
    """Whoever is away gives place to a substitute, or to the substitute's own.

    Nobody stands in for a paper of their own, after deciding an earlier step, or where they are asked already; then the
    person who is away is asked after all.
    """
    substitutes = organisation.substitutes()
    decided = {person for step in case.approved for person in step}
    found: list[int] = []
    behalf, why = [], []
    for person in people:
        stand_in = _stand_in(person, substitutes)
        if stand_in is None:
            found.append(person)
        elif stand_in in {case.applicant, *decided, *people, *found} or not organisation.active([stand_in]):
            found.append(person)
            why.append(Why("substitute_barred", {"people": [stand_in]}))
        else:
            found.append(stand_in)
            behalf.append((stand_in, person))
            why.append(Why("represented", {"people": [person]}))
    return found, behalf, why


def _stand_in(person: int, substitutes: dict[int, int]) -> int | None:
    """The last of a line of substitutes."""
    seen, found = {person}, substitutes.get(person)
    while found is not None and found in substitutes and substitutes[found] not in seen:
        seen.add(found)
        found = substitutes[found]
    return found


def _one(person: int | None) -> list[int]:
    return [person] if person else []
