"""What contracts in force add to the credit exposure of clients (domain.md §1.25)."""

from django.db.models import F, QuerySet

from apps.business.contracts.models import AgencyContract


def unsettled_contracts() -> QuerySet[AgencyContract]:
    """Contracts in force with `open_amount`: total less what is settled; settlements in approval still count here."""
    rows = AgencyContract.objects.filter(phase=AgencyContract.Phase.IN_FORCE)
    return rows.annotate(open_amount=F("fee") + F("supplemented") - F("settled"))
