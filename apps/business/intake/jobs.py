"""What intake does by itself every night."""

from datetime import timedelta

from apps.business.intake.services import lapse_unsigned
from apps.core.jobs import chore


@chore("business.lapse-intakes", every=timedelta(hours=12))
def lapse_intakes() -> None:
    """Approved applications without a contract lapse."""
    lapse_unsigned()
