"""Who settles an engagement: its manager, its team, and the head of its department."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.business.engagements.models import Engagement, EngagementMember
from apps.documents.visibility import headed_by

PHASES = (Engagement.Phase.EXECUTING, Engagement.Phase.DELIVERED, Engagement.Phase.SETTLING)


def engagements_of(user) -> QuerySet:
    """The engagements this person works on, in whatever phase."""
    mine = EngagementMember.objects.filter(engagement=OuterRef("pk"), user=user, until=None)
    return Engagement.objects.filter(Q(manager=user) | Exists(mine) | Q(department__in=headed_by(user)))


def works_on(user, engagement: Engagement) -> bool:
    """Whether this person may settle the engagement."""
    if engagement.manager_id == user.pk or engagement.department_id in headed_by(user):
        return True
    return engagement.members.filter(user=user, until=None).exists()
