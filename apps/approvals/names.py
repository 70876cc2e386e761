"""Names for the chain: whoever it speaks of, by name, with as few questions to the database as possible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import F, Value
from django.utils.translation import gettext as _

from apps.approvals import routing
from apps.approvals.organisation import OrmOrganisation
from apps.org.models import Department, Role, User


class Names:
    """Names of the people, departments and roles that a chain speaks of; one query reads all that are not known yet."""

    def __init__(self):
        self._known: dict[tuple[type, int], str] = {}
        self._wanted: set[tuple[type, int]] = set()

    def know(self, model: type, pk: int, name: str) -> None:
        """A name somebody has read already."""
        self._known[model, pk] = name

    def want(self, whys: Iterable[Mapping[str, Any]], people: Iterable[int] = ()) -> None:
        """Remember what stored remarks and people refer to."""
        self._wanted |= {(User, person) for person in people}
        for why in whys:
            params = why["params"]
            self._wanted |= {(User, person) for person in params.get("people", ())}
            for name, model in (("department", Department), ("role", Role)):
                if params.get(name):
                    self._wanted.add((model, params[name]))

    def want_of(self, resolution: routing.Resolution | None) -> None:
        """Remember what a fresh resolution refers to."""
        if resolution:
            self.want([{"params": why.params} for why in resolution.why], resolution.people)

    def person(self, pk: int) -> str:
        return self._name(User, pk)

    def why(self, whys: Iterable[routing.Why]) -> list[str]:
        """Each remark as a sentence."""
        return [sentence for why in whys if (sentence := self._sentence(why))]

    def _name(self, model: type, pk: int) -> str:
        if (model, pk) not in self._known:
            self._read(self._wanted | {(model, pk)})
        return self._known[model, pk]

    def _read(self, wanted: set[tuple[type, int]]) -> None:
        missing = wanted - self._known.keys()
        self._known.update(dict.fromkeys(missing, "—"))
        parts = []
        for number, model in enumerate((User, Department, Role)):
            pks = [pk for of, pk in missing if of is model]
            if pks:
                second = F("username") if model is User else F("name_en")
                rows = model.objects.filter(pk__in=pks).order_by()
                parts.append(rows.annotate(of=Value(number), second=second).values_list("of", "pk", "name", "second"))
        for number, pk, name, second in parts[0].union(*parts[1:]) if parts else ():
            model = (User, Department, Role)[number]
            self._known[model, pk] = (name or second) if model is User else model(name=name, name_en=second).label

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
            "chosen": _("chosen by the applicant"),
            "chosen_before": _("chosen by whoever approved the step before"),
            "not_chosen": _("nobody was chosen"),
            "to_be_chosen": _("to be chosen by the applicant"),
            "to_be_chosen_before": _("to be chosen by whoever approves the step before"),
            "manager_line": _("the heads of the line"),
            "no_manager_line": _("no department of the line has a head"),
            "manager_instead": _("therefore the line manager: %(people)s"),
            "deputy": _("therefore, as the route says: %(people)s"),
            "left": _("left out, no longer working here: %(people)s"),
            "is_applicant": _("left out as the applicant: %(people)s"),
            "up_the_line": _("therefore the next level up: head of %(department)s"),
            "route_owner": _("therefore the owner of the route"),
            "nobody": _("nobody is left to decide"),
            "already_decided": _("has already decided and is not asked again: %(people)s"),
            "represented": _("in the place of %(people)s, who is away"),
            "substitute_barred": _("the substitute %(people)s may not decide this paper"),
            "deadline": _("%(people)s did not decide within %(hours)s working hours"),
        }
        if why.code not in texts:
            return ""
        params = why.params
        return texts[why.code] % {
            "department": self._name(Department, params["department"]) if params.get("department") else "",
            "role": self._name(Role, params["role"]) if params.get("role") else "",
            "people": _(", ").join(self.person(pk) for pk in params.get("people", ())),
            "hours": f"{params.get('hours', 0):g}",
        }


class NamedOrganisation(OrmOrganisation):
    """The organisation as routing asks for it, which tells `Names` whom it has met: no second query for their names."""

    def __init__(self, kind: str, rules: Iterable[routing.StepRule], names: Names):
        super().__init__(kind)
        self._names = names
        roles = {rule.role for rule in rules if rule.rule == "role"}
        if roles:
            self._read_members(roles)

    def active(self, people: Iterable[int]) -> set[int]:
        people = list(people)
        unknown = [person for person in people if person not in self._active]
        if unknown:
            self._active.update(dict.fromkeys(unknown, False))
            for person in User.objects.filter(pk__in=unknown).only("name", "username", "is_active"):
                self._active[person.pk] = person.is_active
                self._names.know(User, person.pk, str(person))
        return {person for person in people if self._active[person]}

    def _read_members(self, roles: set[int]) -> None:
        columns = ("groups", "groups__name", "groups__role__name_en", "pk", "name", "username", "is_active")
        self._members.update({role: [] for role in roles})
        for role, name, name_en, *person, active in (
            User.objects.filter(groups__in=roles).order_by("groups", "pk").values_list(*columns)
        ):
            self._names.know(Role, role, Role(name=name, name_en=name_en or "").label)
            self._names.know(User, person[0], person[1] or person[2])
            self._active[person[0]] = active
            if active:
                self._members[role].append(person[0])
