"""Who may see which engagements: whoever sees the contract. Team membership is a grant on the contract."""

from django.db import models

from apps.business.contracts.models import AgencyContract


class EngagementQuerySet(models.QuerySet):
    """Engagements."""

    def visible_to(self, user):
        """Those whose contract this person may see."""
        return self.filter(contract__in=AgencyContract.objects.visible_to(user).order_by().values("pk"))

    def running(self):
        """Work goes on, or is about to."""
        return self.filter(phase__in=["preparing", "planning", "executing", "delivered", "settling"])


class OfEngagementQuerySet(models.QuerySet):
    """Rows that belong to an engagement and are seen by whoever sees it."""

    def visible_to(self, user):
        """The rows of engagements whose contract this person may see."""
        return self.filter(engagement__contract__in=AgencyContract.objects.visible_to(user).order_by().values("pk"))
