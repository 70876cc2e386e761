"""What contracts do by themselves."""

from datetime import timedelta

from django.utils.translation import gettext_lazy

from apps.business.contracts.services import remind_of_expiry
from apps.core.jobs import chore


@chore("business.contract-expiry", every=timedelta(hours=12), title=gettext_lazy("Remind of contracts that end"))
def contract_expiry() -> None:
    """Remind of contracts that end soon."""
    remind_of_expiry()
