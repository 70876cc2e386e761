"""What contracts do by themselves."""

from datetime import timedelta

from apps.business.contracts.services import remind_of_expiry
from apps.core.jobs import chore


@chore("business.contract-expiry", every=timedelta(hours=12))
def contract_expiry() -> None:
    """Remind of contracts that end soon."""
    remind_of_expiry()
