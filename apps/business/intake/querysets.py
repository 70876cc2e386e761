"""Who may see which preliminary assessments: whoever sees the opportunity."""

from django.db import models

from apps.business.leads.models import Opportunity


class AssessmentQuerySet(models.QuerySet):
    """Preliminary assessments."""

    def visible_to(self, user):
        """Those of opportunities this person may see."""
        return self.filter(opportunity__in=Opportunity.objects.visible_to(user).order_by().values("pk"))
