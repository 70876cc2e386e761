"""Taking receivables and invoices for a change.

Lock order everywhere: receivables by key → invoices by key → receipts by key → number sequence. Nothing is joined to a
locked row: what PostgreSQL joins to a row it had to wait for is as old as the question.
"""

from collections.abc import Iterable

from apps.finance.billing.errors import Unseen
from apps.finance.billing.models import Receivable, SalesInvoice


def lock_receivable(receivable: Receivable | int) -> Receivable:
    """The same receivable, freshly read and locked until the transaction ends."""
    pk = receivable if isinstance(receivable, int) else receivable.pk
    return _first(Receivable.objects.select_for_update(of=("self",)).filter(pk=pk))


def lock_invoice(invoice: SalesInvoice) -> SalesInvoice:
    """The same invoice with its receivable, both freshly read and locked."""
    receivable = lock_receivable(invoice.receivable_id)
    fresh = _first(SalesInvoice.objects.select_for_update(of=("self",)).filter(pk=invoice.pk))
    fresh.receivable = receivable
    return fresh


def lock_invoices(pks: Iterable[int]) -> list[SalesInvoice]:
    """Several invoices with their receivables, in the order of their keys."""
    pks = list(pks)
    owners = SalesInvoice.objects.filter(pk__in=pks).order_by().values("receivable_id")
    rows = Receivable.objects.select_for_update(of=("self",)).filter(pk__in=owners).order_by("pk")
    receivables = {row.pk: row for row in rows}
    invoices = list(SalesInvoice.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk"))
    for invoice in invoices:
        invoice.receivable = receivables[invoice.receivable_id]
    return invoices


def save(row, *, by, reason: str) -> None:
    """Write a row and its history, with who did it and why."""
    row._history_user = by
    row._change_reason = reason
    row.save()


def _first(rows):
    row = rows.first()
    if row is None:
        raise Unseen
    return row
