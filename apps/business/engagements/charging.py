"""Which engagements an employee may charge expenses to: those they see, as long as the work goes on."""

from django.db.models import QuerySet

from apps.business.contracts.models import AgencyContract
from apps.business.engagements.models import Engagement


def contracts_for(user) -> QuerySet[AgencyContract]:
    """The contracts of engagements that run and that this person may see."""
    running = Engagement.objects.running().order_by().values("contract")
    return AgencyContract.objects.visible_to(user).filter(pk__in=running)
