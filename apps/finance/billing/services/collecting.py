"""What receipts do to invoices and receivables. `receipts.services` calls this with both rows locked."""

import datetime as dt
from decimal import Decimal

from apps.finance.billing import hooks
from apps.finance.billing.models import Receivable, SalesInvoice
from apps.finance.billing.services.locking import save


def collect(invoice: SalesInvoice, *, amount: Decimal, on: dt.date, by) -> None:
    """Count money that came in for an invoice, which the caller has checked to be open by as much."""
    receivable = invoice.receivable
    invoice.collected += amount
    receivable.collected += amount
    note_completion(invoice, on)
    save(invoice, by=by, reason="collected")
    complete = receivable.collected == receivable.total
    if complete:
        receivable.collected_on = _latest(receivable, on)
    save(receivable, by=by, reason="collected")
    if complete:
        hooks.tell(receivable, "collected", by=by)


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
    return list(invoice.red_invoices.order_by("-issued_on").values_list("issued_on", flat=True)[:1])


def _latest(receivable: Receivable, on: dt.date) -> dt.date:
    """The day the last of its invoices was complete."""
    days = SalesInvoice.objects.filter(receivable_id=receivable.pk, collected_on__isnull=False)
    return max([on, *days.order_by("-collected_on").values_list("collected_on", flat=True)[:1]])
