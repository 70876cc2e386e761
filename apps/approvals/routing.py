"""Who decides, in which order: pure functions of (rules, facts, organisation).

The preview before submission, the engine and the tests ask the same functions. Nothing here reads the database: the
organisation is handed in as an object with the few questions of `Organisation`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import groupby
from typing import Any

from apps.approvals.conditions import Condition, hold
from apps.approvals.finding import CHOICES, Organisation, Why, candidates, climb, department_of

#: remarks that say who decides in the place of nobody
STAND_INS = ("up_the_line", "route_owner", "deputy", "nobody")


@dataclass(frozen=True)
class StepRule:
    """One step of a route, free of the database. Stored as JSON on each `Step` of a run."""

    key: str
    name: str
    order: int
    rule: str
    name_en: str = ""
    stage: int = 0
    levels_up: int = 0
    department: int | None = None
    role: int | None = None
    people: tuple[int, ...] = ()
    fact: str = ""
    mode: str = "any"
    choose_many: bool = False
    when_applicant: str = "skip"
    when_nobody: str = "up"
    deputy: int | None = None
    needed: int = 1
    pass_percent: int = 100
    reject_percent: int | None = None
    conditions: tuple[Condition, ...] = ()
    when_duplicate: str = "ask"
    resubmission: str = "start"
    opinion_required: bool = False
    attachment_required: bool = False
    signature_required: bool = False
    editable: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    watches: tuple[str, ...] = ()
    copy_roles: tuple[int, ...] = ()
    copy_people: tuple[int, ...] = ()
    hours: float | None = None
    when_late: str = "remind"

    def applies(self, facts: dict[str, Any]) -> bool:
        """All conditions of one of its groups hold."""
        return hold(self.conditions, facts)

    @property
    def together(self) -> int:
        """The steps that are open at the same time have this number in common."""
        return self.stage or self.order

    @property
    def rejections_are_votes(self) -> bool:
        """A rejection does not end the step but counts against it."""
        return self.mode in ("count", "percent") and self.reject_percent is not None

    @property
    def needs_more_than_a_click(self) -> bool:
        """An approval has to say or to bring something."""
        return self.opinion_required or self.attachment_required or self.signature_required

    @property
    def watched(self) -> set[str]:
        """The facts that decide whether this step applies and who decides it, and those it is asked again about."""
        named = {self.fact} if self.rule == "fact" else set()
        return named | {condition.fact for condition in self.conditions} | set(self.watches)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> StepRule:
        known = {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}
        known["conditions"] = tuple(Condition(**condition) for condition in data["conditions"])
        return cls(**known)


@dataclass(frozen=True)
class Resolution:
    """The people of a step and why it is they.

    ``later``: somebody will still choose them. ``passed``: the duplicate rule passes the step, enough of its people
    have decided already. ``counted``: how many of the approvals it needs the duplicate rule has counted. ``behalf``:
    (substitute, who is away) where one stands in.
    """

    people: tuple[int, ...]
    why: tuple[Why, ...]
    fallback: bool = False
    passed: bool = False
    counted: int = 0
    behalf: tuple[tuple[int, int], ...] = ()
    later: bool = False

    @property
    def empty(self) -> bool:
        return not (self.people or self.passed or self.later)

    def as_json(self) -> dict[str, Any]:
        said = {"people": list(self.people), "why": [asdict(why) for why in self.why], "fallback": self.fallback}
        behalf = {"behalf": [list(pair) for pair in self.behalf]} if self.behalf else {}
        return {**said, "counted": self.counted, **behalf}


@dataclass(frozen=True)
class Case:
    """What routing knows of one paper.

    Its people, its facts, the route's owner, who approved before (in order), and whom somebody has chosen, by step.
    """

    applicant: int
    department: int
    facts: dict[str, Any]
    owner: int | None = None
    approved: tuple[tuple[int, ...], ...] = ()
    choices: Mapping[str, Sequence[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class PlannedStep:
    """A step as it would run now: skipped with its false conditions, or the people who would decide."""

    rule: StepRule
    applies: bool
    resolution: Resolution | None


def plan(rules: Iterable[StepRule], case: Case, organisation: Organisation) -> list[PlannedStep]:
    """The chain a paper would take, for the preview: each step with its people, or as not applying.

    Where one of several people will decide nobody knows which, so a later step counts none of them as a duplicate; and
    steps that are open at the same time know nothing of each other.
    """
    planned = []
    approved = list(case.approved)
    for _stage, beside in groupby(sorted(rules, key=_place), lambda rule: rule.together):
        decided: list[int] | None = None
        for rule in beside:
            if not rule.applies(case.facts):
                planned.append(PlannedStep(rule, False, None))
                continue
            resolution = foresee(rule, replace(case, approved=tuple(approved)), organisation)
            planned.append(PlannedStep(rule, True, resolution))
            if not resolution.passed:
                certain = needed_of(rule, len(resolution.people), resolution.counted) == len(resolution.people)
                decided = [*(decided or ()), *(resolution.people if certain else ())]
        if decided is not None:
            approved.append(tuple(decided))
    return planned


def _place(rule: StepRule) -> tuple[int, int]:
    return rule.together, rule.order


def foresee(rule: StepRule, case: Case, organisation: Organisation) -> Resolution:
    """Who would decide a step to which the run has not come, before it begins.

    Where somebody will still choose, nobody knows; where the route wants the submission refused rather than anybody in
    the place of the people, there is nobody.
    """
    if rule.rule in CHOICES and not case.choices.get(rule.key):
        return Resolution((), (Why(f"to_be_{rule.rule}"),), later=True)
    resolution = resolve(rule, case, organisation)
    if resolution.fallback and rule.when_nobody == "refuse":
        return Resolution((), (*(why for why in resolution.why if why.code not in STAND_INS), Why("nobody")))
    return resolution


def resolve(rule: StepRule, case: Case, organisation: Organisation) -> Resolution:
    """Find a step's people: the rule, then leavers dropped, then the applicant, then nobody left, then duplicates.

    Where nobody is left the step goes to its deputy or up the applicant's line, and in the end to the route's owner. It
    is never passed in silence: an empty resolution refuses the submission.
    """
    found, why = candidates(rule, case, organisation)
    people, dropped = _without_unfit(found, case.applicant, organisation)
    why += dropped
    if case.applicant in found and rule.when_applicant != "skip":
        people, instead = _instead_of_applicant(rule, people, case, organisation)
        why += instead
    fallback = False
    if not people:
        people, stand_in = _in_place_of_nobody(rule, case, organisation)
        why += stand_in
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
    if rule.mode in ("all", "sequence"):
        return people
    if rule.mode == "percent":
        return max(_share(rule.pass_percent, people + counted) - counted, 1)
    return min(rule.needed - counted, people) if rule.mode == "count" else 1


def refusals_of(rule: StepRule, people: int, counted: int = 0) -> int:
    """How many rejections end the step: one, unless they are votes and it says from which share of the people on."""
    return _share(rule.reject_percent, people + counted) if rule.rejections_are_votes else 1


def _share(percent: int | None, people: int) -> int:
    """So many of the people as make this percentage, and at least one."""
    return max(-(-people * (percent or 0) // 100), 1)


def _without_unfit(found: list[int], applicant: int, organisation: Organisation) -> tuple[list[int], list[Why]]:
    active = organisation.active(found)
    why = []
    left = [person for person in found if person not in active]
    if left:
        why.append(Why("left", {"people": left}))
    if applicant in active:
        why.append(Why("is_applicant", {"people": [applicant]}))
    return [person for person in found if person in active and person != applicant], why


def _instead_of_applicant(
    rule: StepRule, people: list[int], case: Case, organisation: Organisation
) -> tuple[list[int], list[Why]]:
    """Who decides where the applicant would: their own manager beside the others, or the department's head alone."""
    manager = organisation.line_manager(case.applicant) if rule.when_applicant == "manager" else None
    if manager and manager != case.applicant and organisation.active([manager]):
        return list(dict.fromkeys([*people, manager])), [Why("manager_instead", {"people": [manager]})]
    heads, why = climb(case, organisation, start=case.department)
    if rule.when_applicant == "manager":
        heads = list(dict.fromkeys([*people, *heads]))
    return heads, why


def _in_place_of_nobody(rule: StepRule, case: Case, organisation: Organisation) -> tuple[list[int], list[Why]]:
    """The step's deputy, else the line upwards."""
    if rule.when_nobody == "deputy" and rule.deputy != case.applicant and organisation.active([rule.deputy or 0]):
        return [rule.deputy], [Why("deputy", {"people": [rule.deputy]})]
    return climb(case, organisation, start=department_of(rule, case, organisation))


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
