"""What publishing a draft would do: which papers stay on the version in force, what changes, and whom it reaches.

However long the route is and however many people and departments there are, it is read with the same few statements.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.approvals import checks
from apps.approvals.comparing import Difference, differences, told_by
from apps.approvals.finding import CHOICES, candidates
from apps.approvals.models import Approval, RouteStep, RouteVersion, Step
from apps.approvals.organisation import OrmOrganisation
from apps.approvals.routing import Case, StepRule
from apps.approvals.rules import rules_to_try
from apps.org.models import Department, Role, User

Rule = RouteStep.Rule
#: rules whose people depend on the applicant's department
_BY_DEPARTMENT = (Rule.DEPARTMENT_HEAD, Rule.MANAGER_LINE)


@dataclass(frozen=True)
class Waiting:
    """How many papers wait at a step of a version that is or was in force; they stay on it."""

    version: int
    step: str
    papers: int


@dataclass(frozen=True)
class Reach:
    """How many people could be asked by a step; None where any paper may name anybody."""

    step: str
    who: str
    people: int | None
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Impact:
    """What publishing a draft would do."""

    in_force: RouteVersion | None
    running: int
    waiting: list[Waiting]
    changes: list[Difference]
    reaches: list[Reach]
    problems: list[str]


def impact_of(draft: RouteVersion) -> Impact:
    """What publishing this draft would do as things stand today."""
    in_force = draft.route.versions.filter(state=RouteVersion.State.PUBLISHED).select_related("route").first()
    new, old = told_by(draft, in_force) if in_force else (*told_by(draft), [])
    rules = rules_to_try(draft)
    company = Company(draft.route.kind, rules)
    reaches = [
        Reach(told.name, told.who, _count(company.reached_by(rule)), list(company.remarks_on(rule)))
        for rule, told in zip(rules, new, strict=True)
    ]
    running = Approval.objects.filter(route_version__route=draft.route_id, state=Approval.State.RUNNING).count()
    changes = [difference for difference in differences(old, new) if difference.kinds]
    return Impact(in_force, running, _waiting(draft), changes, reaches, list(checks.problems_of(draft)))


def _waiting(draft: RouteVersion) -> list[Waiting]:
    """The papers on their way on this route, at the steps that are open."""
    opened = Step.objects.filter(
        approval__route_version__route=draft.route_id, approval__state=Approval.State.RUNNING, state=Step.State.OPEN
    )
    columns = ("approval__route_version__number", "order", "name", "name_en")
    rows = opened.order_by(f"-{columns[0]}", *columns[1:]).values_list(*columns).annotate(papers=Count("approval"))
    return [
        Waiting(number, Step(name=name, name_en=name_en).label, papers)
        for number, _order, name, name_en, papers in rows
    ]


def _count(people: set[int] | None) -> int | None:
    return None if people is None else len(people)


class Company(OrmOrganisation):
    """The whole company read at once: routing asks about every department without another statement."""

    def __init__(self, kind: str, rules: Iterable[StepRule]):
        super().__init__(kind, is_anybody_away=False)
        everybody = list(User.objects.select_related(None).only("name", "username", "is_active", "manager"))
        self._active = {person.pk: person.is_active for person in everybody}
        self._people = {person.pk: person for person in everybody}
        self._roles = {role.pk: role for role in Role.objects.filter(pk__in=_roles_of(rules))}
        self._members = {role: [] for role in self._roles}
        rows = User.objects.filter(groups__in=self._roles, is_active=True).order_by("pk").values_list("groups", "pk")
        for role, person in rows:
            self._members[role].append(person)
        self._departments_in_use = list(Department.objects.filter(active=True))

    def members_of(self, role: int | None) -> list[int]:
        return self._members.get(role, [])

    def reached_by(self, rule: StepRule) -> set[int] | None:
        """Everybody a step could ask, whoever applies; None where the paper itself names the person."""
        if rule.rule == Rule.FACT:
            return None
        if rule.rule in CHOICES and not (rule.role or rule.people):
            return {person for person, active in self._active.items() if active}
        if rule.rule in CHOICES:
            return self.active(self.members_of(rule.role) if rule.role else rule.people)
        if rule.rule == Rule.LINE_MANAGER:
            return self.active(person.manager_id for person in self._working() if person.manager_id)
        if rule.rule in _BY_DEPARTMENT:
            return {head for department in self._departments_in_use for head in self._heads(rule, department.pk)}
        return self._heads(rule, 0)

    def remarks_on(self, rule: StepRule) -> Iterator[str]:
        """What an editor should know of a step that doesn't keep it from being published."""
        yield from self._gaps(rule)
        empty = [self._roles[role] for role in rule.copy_roles if not self.members_of(role)]
        if empty:
            yield _("copied to roles that nobody has: %(roles)s") % {"roles": _(", ").join(map(str, empty))}
        left = [str(self._people[person]) for person in rule.copy_people if not self._active[person]]
        if left:
            yield _("copied to people who no longer work here: %(people)s") % {"people": _(", ").join(left)}

    def _gaps(self, rule: StepRule) -> Iterator[str]:
        """For whose papers the rule finds nobody, and what happens then."""
        then = RouteStep.WhenNobody(rule.when_nobody).label
        if rule.rule in _BY_DEPARTMENT:
            without = [str(row) for row in self._departments_in_use if not self._heads(rule, row.pk)]
            if without:
                text = _("finds no head for papers from %(departments)s: %(then)s")
                yield text % {"departments": _(", ").join(without), "then": then}
        if rule.rule == Rule.LINE_MANAGER:
            count = sum(not self.active([person.manager_id or 0]) for person in self._working())
            if count:
                text = ngettext(
                    "%(count)s employee has no line manager: %(then)s",
                    "%(count)s employees have no line manager: %(then)s",
                    count,
                )
                yield text % {"count": count, "then": then}

    def active(self, people: Iterable[int]) -> set[int]:
        return {person for person in people if self._active.get(person)}

    def _working(self) -> Iterator[User]:
        return (person for person in self._people.values() if person.is_active)

    def _heads(self, rule: StepRule, department: int) -> set[int]:
        """Those still working here among whom the rule names for a paper from a department."""
        return self.active(candidates(rule, Case(0, department, {}), self)[0])


def _roles_of(rules: Iterable[StepRule]) -> set[int]:
    return {role for rule in rules for role in (rule.role, *rule.copy_roles) if role}
