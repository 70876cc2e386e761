"""Who may see which leads and opportunities: owners, heads of their departments, the pool, company-wide readers."""

from django.db import models
from django.db.models import Q

from apps.documents.visibility import headed_by

SEES_ALL = "business.view_all_leads"
SEES_POOL = "business.view_lead_pool"


class OwnedQuerySet(models.QuerySet):
    """Rows with an `owner`, who may be nobody."""

    def visible_to(self, user):
        """Own ones, those of headed departments, unowned ones for who may take them; everything for some roles."""
        if not user.is_active:
            return self.none()
        if user.has_perm(SEES_ALL):
            return self
        condition = Q(owner=user)
        if headed := headed_by(user):
            condition |= Q(owner__department__in=headed)
        if user.has_perm(SEES_POOL):
            condition |= Q(owner__isnull=True)
        return self.filter(condition)
