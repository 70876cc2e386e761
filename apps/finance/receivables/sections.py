"""What the page of a client tells of collecting: the statement, the ageing, and the reminders that went out."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core.registry import PageSection
from apps.finance.billing.models import SalesInvoice
from apps.finance.receivables import permissions
from apps.finance.receivables.models import PaymentReminder
from apps.finance.receivables.services import standing_of

MOST = 5


def _collecting(client, viewer) -> dict[str, Any] | None:
    """None where this person sees nothing of what the client owes."""
    reminders = list(PaymentReminder.objects.visible_to(viewer).filter(client=client).select_related("by")[: MOST + 1])
    seen = SalesInvoice.objects.visible_to(viewer).issued().filter(client=client)
    if not reminders and not seen.exists():
        return None
    return {
        "reminders": reminders[:MOST],
        "more": len(reminders) > MOST,
        "may_state": bool(permissions.may_state(viewer)) and not client.is_merged,
        "may_remind": permissions.may_remind_of(viewer, client),
        "standing": standing_of([client.pk])[client.pk],
    }


COLLECTING = PageSection(
    "collecting", _("Collecting"), "finance/reminder/_client.html", _collecting, order=510, later="money"
)
