"""When two files of one client are merged, its money moves along."""

from simple_history.utils import bulk_update_with_history

from apps.core import clock
from apps.finance.billing.models import Receivable, SalesInvoice
from apps.finance.receipts.models import Receipt


def move(*, source, target, by, reason: str) -> dict[str, int]:
    """Let receivables, invoices and receipts of `source` be those of `target`, each with a row in its history."""
    moved = {}
    for model in (Receivable, SalesInvoice, Receipt):
        rows = list(model.objects.select_for_update(of=("self",)).filter(client=source).order_by("pk"))
        for row in rows:
            row.client, row.updated_at = target, clock.now()
        bulk_update_with_history(
            rows, model, ["client", "updated_at"], batch_size=500, default_user=by, default_change_reason=reason
        )
        moved[model._meta.model_name] = len(rows)
    return moved
