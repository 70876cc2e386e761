"""Who may do what: reports.

What engagements earn is read by management, Finance and auditors for the whole company, and by business managers for
the departments they head. Being in the team of an engagement shows its work, not what the company earns by it.
"""

from django.db.models import QuerySet

from apps.business.contracts.models import AgencyContract
from apps.business.engagements.models import Engagement
from apps.documents.visibility import headed_by, seen_whole

VIEW = "business.view_profitability"

#: what a new company gives to its roles
ROLES: dict[str, set[str]] = {
    "business_manager": {VIEW},
    "finance_reviewer": {VIEW},
    "finance_director": {VIEW},
    "executive": {VIEW},
    "auditor": {VIEW},
}


def sees_profitability(user) -> bool:
    """Whether the report is for this person at all."""
    return user.has_perm(VIEW)


def reported_to(user) -> QuerySet:
    """The engagements whose profitability this person reads."""
    if not sees_profitability(user):
        return Engagement.objects.none()
    seen = Engagement.objects.visible_to(user)
    if AgencyContract.KIND in seen_whole(user):
        return seen
    return seen.filter(department__in=headed_by(user))
