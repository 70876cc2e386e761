"""What becomes of the engagements of an employee who leaves, and of a client's when two files are merged."""

from django.utils.translation import ngettext

from apps.business.engagements.models import Engagement, EngagementMember
from apps.business.engagements.permissions import ENDED
from apps.business.engagements.services.rows import keep, locked
from apps.business.engagements.services.team import join, leave, put_in_charge
from apps.org.models import User
from apps.org.services import with_reason


def _managed(employee: User):
    return Engagement.objects.filter(manager=employee).exclude(phase__in=ENDED).order_by("pk")


def _memberships(employee: User):
    return EngagementMember.objects.filter(user=employee, until=None).order_by("pk")


def describe(employee: User) -> list[str]:
    """In words, before it happens."""
    managed, memberships = _managed(employee).count(), _memberships(employee).count()
    found = []
    if managed:
        text = ngettext("manager of %(number)s engagement", "manager of %(number)s engagements", managed)
        found.append(text % {"number": managed})
    if memberships:
        text = ngettext("in the team of %(number)s engagement", "in the teams of %(number)s engagements", memberships)
        found.append(text % {"number": memberships})
    return found


def hand_over(*, employee: User, successor: User, by: User, reason: str) -> None:
    """The successor manages what the leaver managed and does their duties in the teams."""
    for engagement in _managed(employee):
        put_in_charge(locked(engagement), successor, by=by, reason=reason)
    for member in _memberships(employee).select_related("engagement"):
        engagement = locked(member.engagement)
        leave(engagement, member, by=by, reason=reason)
        _take_over(engagement, successor, member.duty, by=by, reason=reason)


def _take_over(engagement: Engagement, successor: User, duty: str, *, by: User, reason: str) -> None:
    """A manager needs no membership; who is in the team already does both duties."""
    if successor.pk == engagement.manager_id:
        return
    there = engagement.members.filter(user=successor, until=None).first()
    if there is None:
        join(engagement, successor, duty=duty, by=by, reason=reason)
        return
    there.duty = f"{there.duty}; {duty}"[:300]
    keep(there, by=by, reason=reason)


def merge_clients(*, source, target, by: User, reason: str) -> dict[str, int]:
    """The engagements of a client whose file ends belong to the file that stays."""
    rows = list(Engagement.objects.select_for_update(of=("self",), no_key=True).filter(client=source).order_by("pk"))
    for engagement in rows:
        engagement.client = target
        with_reason(engagement, by=by, reason=reason[:100]).save()
    return {"engagements": len(rows)}
