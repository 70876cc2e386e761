"""The register of received invoices: which paper an invoice is on, and whether another may still use it.

It knows the paper only as a `Document`. Callers hold the paper's lock.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import IntegrityError, transaction
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from apps.documents.models import Document
from apps.finance.invoices.models import ReceivedInvoice
from apps.finance.invoices.numbers import canonical_key

Status = ReceivedInvoice.Status


@dataclass(frozen=True)
class InvoiceData:
    """An invoice as typed on a paper, with what the paper claims of it."""

    kind: str
    code: str
    number: str
    issued_on: dt.date | None = None
    seller_name: str = ""
    total: Decimal | None = None
    claimed: Decimal = Decimal("0.00")

    @property
    def key(self) -> str:
        return canonical_key(self.kind, self.code, self.number, self.seller_name)


class AlreadyTaken(Exception):
    """Another paper took one of the invoices at this very moment."""


def sync(document: Document, invoices: Iterable[InvoiceData], *, by) -> dict[str, ReceivedInvoice]:
    """Let the rows of a paper that may still be changed be these invoices; answers them by canonical key."""
    wanted = {invoice.key: invoice for invoice in invoices}
    kept = {row.canonical_key: row for row in ReceivedInvoice.objects.filter(document_id=document.pk)}
    for key in kept.keys() - wanted.keys():
        row = kept.pop(key)
        row._history_user = by
        row._change_reason = "taken off the paper"
        row.delete()
    changed = [row for key, row in kept.items() if _fill(row, wanted[key])]
    if changed:
        fields = ["kind", "code", "number", "issued_on", "seller_name", "total", "claimed"]
        _update(changed, fields, by=by, reason="draft saved")
    new = [
        ReceivedInvoice(document_id=document.pk, canonical_key=key, **_values(invoice))
        for key, invoice in wanted.items()
        if key not in kept
    ]
    if new:
        bulk_create_with_history(new, ReceivedInvoice, default_user=by, default_change_reason="draft saved")
    return kept | {row.canonical_key: row for row in new}


def taken_elsewhere(document: Document, keys: Iterable[str]) -> dict[str, ReceivedInvoice]:
    """Rows of other papers that keep these invoices from being used, by key; one query."""
    rows = ReceivedInvoice.objects.filter(canonical_key__in=list(keys), status__in=ReceivedInvoice.TAKEN)
    if document.pk:
        rows = rows.exclude(document_id=document.pk)
    return {row.canonical_key: row for row in rows}


def reserve(document: Document, *, by) -> None:
    """Keep the paper's invoices for it. Raises `AlreadyTaken` when another paper was faster."""
    rows = list(ReceivedInvoice.objects.filter(document_id=document.pk).exclude(status__in=ReceivedInvoice.TAKEN))
    if not rows:
        return
    try:
        with transaction.atomic():
            _set(rows, Status.RESERVED, by=by, reason="submitted")
    except IntegrityError as error:
        raise AlreadyTaken from error


def release(document: Document, *, by, reason: str, only: Iterable[int] | None = None) -> None:
    """Let the paper's reserved invoices (or those with these ids) be used elsewhere again."""
    rows = ReceivedInvoice.objects.filter(document_id=document.pk, status=Status.RESERVED)
    if only is not None:
        rows = rows.filter(pk__in=list(only))
    _set(list(rows), Status.RELEASED, by=by, reason=reason)


def use(document: Document, *, by) -> None:
    """The paper is paid: its invoices can never be used again."""
    rows = ReceivedInvoice.objects.filter(document_id=document.pk, status=Status.RESERVED)
    _set(list(rows), Status.USED, by=by, reason="paid")


def _set(rows: list[ReceivedInvoice], status: str, *, by, reason: str) -> None:
    if not rows:
        return
    for row in rows:
        row.status = status
    _update(rows, ["status"], by=by, reason=reason)


def _update(rows: list[ReceivedInvoice], fields: list[str], *, by, reason: str) -> None:
    bulk_update_with_history(rows, ReceivedInvoice, fields, default_user=by, default_change_reason=reason)


def _values(invoice: InvoiceData) -> dict:
    names = ("kind", "code", "number", "issued_on", "seller_name", "total", "claimed")
    return {name: getattr(invoice, name) for name in names}


def _fill(row: ReceivedInvoice, invoice: InvoiceData) -> bool:
    changed = {name: value for name, value in _values(invoice).items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return bool(changed)
