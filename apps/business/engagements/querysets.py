"""Who may see which engagements: whoever sees the contract. Team membership is a grant on the contract."""

from django.db import models
from django.db.models import OuterRef, Q

from apps.business.contracts.models import AgencyContract
from apps.core.joins import ExistsByRow
from apps.documents.visibility import own_and_granted, sees_few


def _of_seen_contracts(user, path: str) -> Q:
    """The condition for rows whose contract (at this path) the person may see.

    Where that is few contracts, the database starts from them; where it is most of them, it looks at each row's own
    along the order of the list, instead of gathering them all first.
    """
    if not user.is_active:
        return Q(pk=None)
    if sees_few(user, AgencyContract.KIND):
        return Q(**{f"{path}__in": own_and_granted(user, AgencyContract)})
    return Q(ExistsByRow(AgencyContract.objects.visible_to(user).order_by().filter(pk=OuterRef(path))))


class EngagementQuerySet(models.QuerySet):
    """Engagements."""

    def visible_to(self, user):
        """Those whose contract this person may see."""
        return self.filter(_of_seen_contracts(user, "contract"))

    def running(self):
        """Work goes on, or is about to."""
        return self.filter(phase__in=["preparing", "planning", "executing", "delivered", "settling"])


class OfEngagementQuerySet(models.QuerySet):
    """Rows that belong to an engagement and are seen by whoever sees it."""

    def visible_to(self, user):
        """The rows of engagements whose contract this person may see."""
        return self.filter(_of_seen_contracts(user, "engagement__contract"))
