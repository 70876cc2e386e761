"""What the page of a client tells of its money, as far as the viewer sees the papers it belongs to."""

from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.money import format_money
from apps.core.registry import PageSection
from apps.finance.billing.models import Receivable, SalesInvoice
from apps.finance.billing.tables import badge_of
from apps.finance.receipts.models import Receipt

MOST = 10
ZERO = Decimal("0.00")


def _money(client, viewer) -> dict[str, Any] | None:
    """Receivables, open invoices, unapplied receipts."""
    receivables = Receivable.objects.visible_to(viewer).live().filter(client=client)
    shown = list(receivables.select_related("document").order_by("-pk")[: MOST + 1])
    receipts = Receipt.objects.visible_to(viewer).filter(client=client)
    unapplied = list(receipts.unapplied().order_by("received_on", "pk")[:MOST])
    if not shown and not unapplied:
        return None
    invoices = SalesInvoice.objects.visible_to(viewer).open().filter(client=client)
    invoices = list(invoices.order_by("due_on", "pk")[: MOST + 1])
    for row in (*shown, *invoices):
        row.badge = badge_of(row)
    return {
        "receivables": shown[:MOST],
        "invoices": invoices[:MOST],
        "receipts": unapplied,
        "more": len(shown) > MOST or len(invoices) > MOST,
    }


def _figures(client, viewer) -> list[dict[str, Any]]:
    """What the client owes, and what of it is late."""
    invoices = SalesInvoice.objects.visible_to(viewer).open().with_open().filter(client=client)
    is_late = Q(due_on__lt=clock.today())
    sums = invoices.order_by().aggregate(owed=Sum("still_open"), late=Sum("still_open", filter=is_late))
    owed, late = sums["owed"], sums["late"] or ZERO
    if owed is None:
        return []
    note = _now("%(amount)s overdue") % {"amount": format_money(late)} if late else ""
    figure = {"label": _now("Open invoices"), "value": format_money(owed), "note": note}
    return [{**figure, "tone": "bad" if late else ""}]


MONEY = PageSection(
    "money", _("Money"), "finance/receipt/_client.html", _money, order=500, later="money", figures=_figures
)
