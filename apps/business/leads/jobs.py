"""What leads do by themselves."""

from datetime import timedelta

from apps.business.leads.services import recycle
from apps.core.jobs import chore


@chore("business.recycle-leads", every=timedelta(hours=12))
def recycle_leads() -> None:
    """Give leads without an activity back to the pool."""
    recycle()
