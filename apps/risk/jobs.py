"""What risk does by itself, gathered for the worker."""

from datetime import timedelta

from django.utils.translation import gettext_lazy

from apps.core.jobs import chore
from apps.risk.credit.services.reminding import remind_of_expiry


@chore("risk.credit-expiry", every=timedelta(hours=24), title=gettext_lazy("Remind of credit limits that expire"))
def credit_expiry() -> None:
    """Tell about limits and exceptions that will expire, or have."""
    remind_of_expiry()
