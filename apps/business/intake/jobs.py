"""What intake does by itself every night."""

from datetime import timedelta

from django.utils.translation import gettext_lazy

from apps.business.intake.services import lapse_unsigned
from apps.core.jobs import chore


@chore("business.lapse-intakes", every=timedelta(hours=12), title=gettext_lazy("Let unsigned applications lapse"))
def lapse_intakes() -> None:
    """Approved applications without a contract lapse."""
    lapse_unsigned()
