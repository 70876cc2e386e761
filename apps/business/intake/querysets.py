"""Questions that are asked of preliminary assessments and of intake applications."""

from django.db import models
from django.db.models import Exists, OuterRef

from apps.business.leads.models import Opportunity
from apps.core.joins import ExistsByRow
from apps.documents.models import Document

State = Document.State
#: an intake in one of these states, and not lapsed, takes its assessment
LIVE = (State.IN_REVIEW, State.RETURNED, State.APPROVED)
#: a contract in one of these states is none
DEAD = (State.REJECTED, State.CANCELLED)


class AssessmentQuerySet(models.QuerySet):
    """Preliminary assessments."""

    def visible_to(self, user):
        """Those of opportunities this person may see."""
        return self.filter(opportunity__in=Opportunity.objects.visible_to(user).order_by().values("pk"))

    def usable(self):
        """Passed, of an opportunity still worked on, and without an intake that goes on."""
        intakes = self.model._meta.get_field("intakes").related_model
        taken = live(intakes.objects.filter(assessment=OuterRef("pk")))
        return self.filter(verdict="passed", opportunity__state="open").exclude(Exists(taken))


def live(intakes: models.QuerySet) -> models.QuerySet:
    """Intakes that are in approval, returned, or approved and not lapsed."""
    return intakes.filter(state__in=LIVE, lapsed_on__isnull=True)


def with_contracted(intakes: models.QuerySet) -> models.QuerySet:
    """With `contracted`: whether a contract is signed, which `following.standing` reads."""
    contracts = intakes.model._meta.get_field("contracts").related_model.objects
    signed = contracts.filter(intake=OuterRef("pk")).exclude(state__in=DEAD).exclude(phase="unsigned")
    return intakes.annotate(contracted=ExistsByRow(signed))
