"""How a client has paid so far, from finance: the evidence beside the questions of an assessment."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from apps.finance.billing.models import SalesInvoice

#: invoices looked back at
LAST = 100


@dataclass(frozen=True)
class Behaviour:
    """The last paid invoices: how many, how many of them late, how many days after the due day on average."""

    paid: int = 0
    late: int = 0
    average_days: Decimal | None = None
    worst_days: int = 0


def behaviour_of(client) -> Behaviour:
    """Payment behaviour over the last invoices paid in full. Who pays early counts as on time."""
    rows = SalesInvoice.objects.issued().filter(client=client, red_of__isnull=True, collected_on__isnull=False)
    days = [
        max((collected - due).days, 0)
        for due, collected in rows.order_by("-collected_on", "-pk").values_list("due_on", "collected_on")[:LAST]
    ]
    if not days:
        return Behaviour()
    average = (Decimal(sum(days)) / len(days)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    return Behaviour(len(days), sum(number > 0 for number in days), average, max(days))
