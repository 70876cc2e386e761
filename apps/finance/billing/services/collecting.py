"""What receipts do to invoices and receivables. `receipts.services` calls this with both rows locked."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from simple_history.utils import bulk_update_with_history

from apps.core import clock
from apps.finance.billing import hooks
from apps.finance.billing.models import SalesInvoice
from apps.finance.billing.services.locking import save


@dataclass(frozen=True)
class Paid:
    """Money put to an invoice that the caller has checked to be open by as much.

    It counts from `on`; `latest` is the last day anything put to the invoice counts from, this included.
    """

    invoice: SalesInvoice
    amount: Decimal
    on: dt.date
    latest: dt.date


def collect(paid: Sequence[Paid], *, by) -> None:
    """Count money that came in for these invoices: rows and histories in as many statements for many as for one."""
    receivables = {each.invoice.receivable_id: each.invoice.receivable for each in paid}
    family = list(SalesInvoice.objects.filter(receivable__in=receivables).order_by().values_list(*_FAMILY))
    for each in paid:
        each.invoice.collected += each.amount
        each.invoice.receivable.collected += each.amount
        if not each.invoice.open_amount:
            reds = [issued for _pk, _owner, red_of, issued, _on in family if red_of == each.invoice.pk and issued]
            each.invoice.collected_on = max([each.latest, *reds])
    complete = [row for row in receivables.values() if row.collected == row.total]
    for row in complete:
        days = [on for _pk, owner, _red_of, _issued, on in family if owner == row.pk and on]
        own = [each for each in paid if each.invoice.receivable_id == row.pk]
        days += [each.invoice.collected_on for each in own if each.invoice.collected_on]
        row.collected_on = max([*days, *(each.on for each in own)])
    _save_all([each.invoice for each in paid], by=by)
    _save_all(list(receivables.values()), by=by)
    for row in complete:
        hooks.tell(row, "collected", by=by)


_FAMILY = ("pk", "receivable_id", "red_of_id", "issued_on", "collected_on")


def _save_all(rows: list, *, by) -> None:
    """Write what is collected of several rows, and their histories."""
    now = clock.now()
    for row in rows:
        row.updated_at = now
    fields = ["collected", "collected_on", "updated_at"]
    bulk_update_with_history(rows, type(rows[0]), fields, default_user=by, default_change_reason="collected")


def take_back(invoice: SalesInvoice, *, amount: Decimal, by, reason: str) -> None:
    """Count money off an invoice again."""
    receivable = invoice.receivable
    was_complete = receivable.collected == receivable.total
    invoice.collected -= amount
    receivable.collected -= amount
    invoice.collected_on = receivable.collected_on = None
    save(invoice, by=by, reason=reason)
    save(receivable, by=by, reason=reason)
    if was_complete:
        hooks.tell(receivable, "reopened", by=by)


def note_completion(invoice: SalesInvoice, on: dt.date) -> None:
    """Set the day from which nothing of an invoice is open: the latest that counts."""
    if invoice.collected and not invoice.open_amount:
        days = invoice.allocations.order_by("-on").values_list("on", flat=True)[:1]
        invoice.collected_on = max([on, *days, *_red_days(invoice)])


def _red_days(invoice: SalesInvoice) -> list[dt.date]:
    """Looked for among the invoices of its receivable: hardly any invoice is red, an index over them says nothing."""
    reds = SalesInvoice.objects.filter(receivable=invoice.receivable_id, red_of=invoice.pk, issued_on__isnull=False)
    return list(reds.order_by().values_list("issued_on", flat=True))
