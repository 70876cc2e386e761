"""Who has to do with the plan of an engagement: its manager, its team, and who heads the department."""

from __future__ import annotations

from apps.documents.visibility import headed_by
from apps.org.models import User


def team_of(engagement) -> dict[int, User]:
    """The people who may be given a task: the manager and everybody in the team, by id."""
    return {person.pk: person for person in _rows(engagement, _team_ids(engagement))}


def checkers_of(engagement) -> dict[int, User]:
    """The people who may check a task: the team, and who heads the department."""
    ids = _team_ids(engagement) | {engagement.department.head_id}
    return {person.pk: person for person in _rows(engagement, ids)}


def is_in_team(engagement, user) -> bool:
    """Whether this person manages the engagement or is a member now."""
    return engagement.manager_id == user.pk or engagement.members.filter(user=user, until=None).exists()


def works_on(user, engagement) -> bool:
    """Whether this person plans the engagement: its manager, its team, and who heads the department."""
    return is_in_team(engagement, user) or engagement.department_id in headed_by(user)


def _team_ids(engagement) -> set[int | None]:
    return {engagement.manager_id, *engagement.members.filter(until=None).values_list("user_id", flat=True)}


def _rows(engagement, ids: set[int | None]) -> list[User]:
    """Active people, the manager first."""
    people = User.objects.filter(pk__in=ids - {None}, is_active=True)
    return sorted(people, key=lambda person: (person.pk != engagement.manager_id, person.name, person.pk))
