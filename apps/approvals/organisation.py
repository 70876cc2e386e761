"""The company as routing sees it, read from the database with a handful of queries and remembered for one run."""

from collections.abc import Iterable

from apps.approvals.models import Delegation
from apps.org.models import Department, User


class OrmOrganisation:
    """Answers `routing.Organisation` from the org tables. Made for one decision and thrown away: people change."""

    def __init__(self, kind: str, *, is_anybody_away: bool = True):
        self._kind = kind
        self._substitutes: dict[int, int] | None = None if is_anybody_away else {}
        self._departments: dict[int, tuple[int | None, int | None]] | None = None
        self._active: dict[int, bool] = {}
        self._members: dict[int, list[int]] = {}

    def line_manager(self, person: int) -> int | None:
        return User.objects.filter(pk=person).values_list("manager_id", flat=True).first()

    def head_of(self, department: int | None) -> int | None:
        return self._tree().get(department, (None, None))[1]

    def parent_of(self, department: int | None) -> int | None:
        return self._tree().get(department, (None, None))[0]

    def members_of(self, role: int) -> list[int]:
        if role not in self._members:
            members = list(User.objects.filter(groups=role).order_by("pk").values_list("pk", "is_active"))
            self._active.update(members)
            self._members[role] = [person for person, active in members if active]
        return self._members[role]

    def active(self, people: Iterable[int]) -> set[int]:
        people = list(people)
        unknown = [person for person in people if person not in self._active]
        if unknown:
            self._active.update(dict.fromkeys(unknown, False))
            self._active.update(User.objects.filter(pk__in=unknown).values_list("pk", "is_active"))
        return {person for person in people if self._active[person]}

    def substitutes(self) -> dict[int, int]:
        """Who is away today, for papers of this kind, and who decides instead."""
        if self._substitutes is None:
            rows = Delegation.objects.in_force().order_by("pk").values_list("person_id", "substitute_id", "kinds")
            self._substitutes = {person: other for person, other, kinds in rows if not kinds or self._kind in kinds}
        return self._substitutes

    def _tree(self) -> dict[int, tuple[int | None, int | None]]:
        if self._departments is None:
            rows = Department.objects.values_list("pk", "parent_id", "head_id", "head__is_active")
            self._departments = {pk: (parent, head) for pk, parent, head, _active in rows}
            self._active.update({head: active for _pk, _parent, head, active in rows if head})
        return self._departments
