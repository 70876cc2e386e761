"""The team with its written duties (clause 3.2.1). Membership opens the papers of the engagement and ends with them."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.business.engagements import permissions
from apps.business.engagements.models import Engagement, EngagementMember
from apps.business.engagements.services.papers import close_all, manager_reason, open_all, team_reason
from apps.business.engagements.services.rows import given, keep, locked, refused
from apps.core import clock
from apps.notifications.services import notify
from apps.org.models import User


@transaction.atomic
def add_member(
    engagement: Engagement, *, user: User, duty: str, by: User, since: dt.date | None = None
) -> EngagementMember:
    """Take somebody into the team, who sees the engagement and its papers from now on."""
    engagement = locked(engagement)
    permissions.require(by, "team", engagement)
    if not user.is_active:
        raise refused("user", _("%(name)s no longer works here.") % {"name": user})
    if user.pk == engagement.manager_id:
        raise refused("user", _("%(name)s manages this engagement.") % {"name": user})
    if engagement.members.filter(user=user, until=None).exists():
        raise refused("user", _("%(name)s is in the team already.") % {"name": user})
    if since is not None and since > clock.today():
        raise refused("since", _("Nobody joins a team beforehand; enter today or an earlier day."))
    return join(engagement, user, duty=_written(duty), by=by, since=since)


def join(
    engagement: Engagement, user: User, *, duty: str, by: User, since: dt.date | None = None, reason: str = ""
) -> EngagementMember:
    """Write the membership of a locked engagement, open the papers, and tell the person."""
    member = EngagementMember(engagement=engagement, user=user, duty=duty, since=since or clock.today())
    keep(member, by=by, reason=reason)
    open_all(engagement, [user.pk], reason=team_reason(engagement))
    if user != by:
        notify(
            to=[user],
            title=gettext_lazy("You are in the team of %(engagement)s"),
            body=gettext_lazy("Your duty: %(duty)s"),
            params={"engagement": str(engagement), "duty": duty},
            url=engagement.get_absolute_url(),
        )
    return member


def _written(duty: str) -> str:
    if not duty.strip():
        raise refused("duty", _("Write down the duty of this person."))
    return duty.strip()


@transaction.atomic
def change_duty(member: EngagementMember, *, duty: str, by: User, reason: str = "") -> EngagementMember:
    """Write down another duty; the one before stays in the history."""
    engagement = locked(member.engagement)
    permissions.require(by, "team", engagement)
    member = _current(member)
    member.duty = _written(duty)
    keep(member, by=by, reason=reason)
    return member


@transaction.atomic
def end_membership(member: EngagementMember, *, by: User, reason: str = "") -> EngagementMember:
    """Somebody leaves the team and no longer sees what only the team sees."""
    engagement = locked(member.engagement)
    permissions.require(by, "team", engagement)
    return leave(engagement, _current(member), by=by, reason=reason)


def leave(engagement: Engagement, member: EngagementMember, *, by: User, reason: str = "") -> EngagementMember:
    """Write the end of a membership of a locked engagement and take its rights away."""
    member.until = max(clock.today(), member.since)
    keep(member, by=by, reason=reason)
    close_all(engagement, [member.user_id], reason=team_reason(engagement))
    return member


def end_all(engagement: Engagement, *, by: User, reason: str) -> None:
    """The team of a locked engagement ends with it."""
    for member in engagement.members.filter(until=None).order_by("pk"):
        leave(engagement, member, by=by, reason=reason)


def _current(member: EngagementMember) -> EngagementMember:
    """The row of the table, as long as the membership has not ended."""
    fresh = EngagementMember.objects.get(pk=member.pk)
    if fresh.until is not None:
        values = {"name": fresh.user, "day": fresh.until}
        raise refused("member", _("%(name)s left the team on %(day)s.") % values)
    return fresh


@transaction.atomic
def change_manager(engagement: Engagement, *, to: User, by: User, reason: str) -> Engagement:
    """The head of the department puts somebody else in charge."""
    engagement = locked(engagement)
    permissions.require(by, "hand_on", engagement)
    if not to.is_active:
        raise refused("to", _("%(name)s no longer works here.") % {"name": to})
    if to.pk == engagement.manager_id:
        raise refused("to", _("%(name)s manages this engagement.") % {"name": to})
    return put_in_charge(engagement, to, by=by, reason=given(reason))


def put_in_charge(engagement: Engagement, to: User, *, by: User, reason: str) -> Engagement:
    """Write the new manager of a locked engagement, who sees its papers; a membership of theirs ends with it."""
    before = engagement.manager
    if member := engagement.members.filter(user=to, until=None).first():
        leave(engagement, member, by=by, reason=reason)
    engagement.manager = to
    said = _("%(before)s → %(after)s: %(reason)s") % {"before": before, "after": to, "reason": reason}
    keep(engagement, by=by, reason=said)
    close_all(engagement, [before.pk], reason=manager_reason(engagement))
    open_all(engagement, [to.pk], reason=manager_reason(engagement))
    if to != by:
        notify(
            to=[to],
            title=gettext_lazy("You manage the engagement %(engagement)s"),
            body=gettext_lazy("Given to you by %(person)s."),
            params={"engagement": str(engagement), "person": str(by)},
            url=engagement.get_absolute_url(),
        )
    return engagement
