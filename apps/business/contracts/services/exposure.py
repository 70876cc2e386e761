"""What contracts in force add to the credit exposure of clients (domain.md §1.25)."""

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import F, Sum

from apps.business.contracts.models import AgencyContract


def unsettled_of(client_ids: Iterable[int]) -> dict[int, Decimal]:
    """Client id → totals of contracts in force less what is settled; settlements in approval still count here."""
    rows = AgencyContract.objects.filter(client_id__in=list(client_ids), phase=AgencyContract.Phase.IN_FORCE)
    sums = rows.order_by().values("client_id").annotate(open=Sum(F("fee") + F("supplemented") - F("settled")))
    return dict(sums.values_list("client_id", "open"))
