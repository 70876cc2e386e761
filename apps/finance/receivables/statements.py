"""The account of one client over a period (對賬單): what it opened with, every movement, what it closed with.

The closing balance is what is open on the last day less what had come in and stood on no invoice.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from apps.core.money import quantize
from apps.finance.billing.models import SalesInvoice
from apps.finance.receipts.models import Receipt
from apps.finance.receivables.ageing import owed_on, unapplied_on
from apps.service.clients.models import Client

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Line:
    """One movement and the balance after it. Invoices are debited, what the client paid is credited."""

    on: dt.date | None
    kind: str
    number: str
    reference: str
    debit: Decimal | None
    credit: Decimal | None
    balance: Decimal
    url: str = ""

    def get_absolute_url(self) -> str:
        """The invoice or receipt."""
        return self.url


@dataclass(frozen=True)
class Statement:
    """Everything a statement says."""

    client: Client
    start: dt.date
    end: dt.date
    currency: str
    opening: Decimal
    movements: list[Line]
    open_items: list[SalesInvoice]
    unapplied: list[Receipt]

    @property
    def closing(self) -> Decimal:
        """What the client owes on the last day; below nothing where the company owes."""
        return self.movements[-1].balance if self.movements else self.opening

    @property
    def debits(self) -> Decimal:
        return sum((line.debit for line in self.movements if line.debit is not None), ZERO)

    @property
    def credits(self) -> Decimal:
        return sum((line.credit for line in self.movements if line.credit is not None), ZERO)

    @property
    def open_total(self) -> Decimal:
        """What is open of single invoices."""
        return sum((row.owed for row in self.open_items), ZERO)

    @property
    def unapplied_total(self) -> Decimal:
        """What stands on no invoice."""
        return sum((row.left_then for row in self.unapplied), ZERO)

    @property
    def lines(self) -> list[Line]:
        """The movements between both balances, as tables show them."""
        first = Line(self.start, _("Opening balance"), "", "", None, None, self.opening)
        last = Line(self.end, _("Closing balance"), "", "", None, None, self.closing)
        return [first, *self.movements, last]


def statement_of(client: Client, *, start: dt.date, end: dt.date, currency: str) -> Statement:
    """The statement of a client; the caller has asked whether it may be seen."""
    invoices = SalesInvoice.objects.issued().filter(client=client, currency=currency)
    receipts = Receipt.objects.filter(client=client, currency=currency)
    opening = _opening(invoices, receipts, start)
    open_items = owed_on(end, invoices).select_related("receivable__document").order_by("due_on", "pk")
    return Statement(
        client=client,
        start=start,
        end=end,
        currency=currency,
        opening=opening,
        movements=_movements(opening, invoices, receipts, start, end),
        open_items=list(open_items),
        unapplied=list(unapplied_on(end, receipts).order_by("received_on", "pk")),
    )


def _opening(invoices: QuerySet, receipts: QuerySet, start: dt.date) -> Decimal:
    """Everything invoiced before, less everything received before and not taken back by then."""
    there = Q(voided_on__isnull=True) | Q(voided_on__gte=start)
    owed = invoices.filter(issued_on__lt=start).order_by().aggregate(sum=Sum("total"))["sum"]
    paid = receipts.filter(there, received_on__lt=start).order_by().aggregate(sum=Sum("amount"))["sum"]
    return quantize(owed or 0) - quantize(paid or 0)


def _movements(opening: Decimal, invoices: QuerySet, receipts: QuerySet, start: dt.date, end: dt.date) -> list[Line]:
    period = (start, end)
    found = [_of_invoice(row) for row in invoices.filter(issued_on__range=period).select_related("red_of")]
    found += [_of_receipt(row) for row in receipts.filter(received_on__range=period)]
    found += [_of_voiding(row) for row in receipts.filter(voided_on__range=period)]
    lines, balance = [], opening
    for on, _order, _pk, values in sorted(found, key=lambda row: row[:3]):
        balance += (values["debit"] or ZERO) - (values["credit"] or ZERO)
        lines.append(Line(on=on, balance=balance, **values))
    return lines


def _of_invoice(row: SalesInvoice) -> tuple[dt.date, int, int, dict[str, Any]]:
    kind = _("Red invoice") if row.is_red else _("Invoice")
    reference = f"{row.code} {row.invoice_number}".strip()
    return row.issued_on, 0, row.pk, _values(row, kind, reference, debit=row.total)


def _of_receipt(row: Receipt) -> tuple[dt.date, int, int, dict[str, Any]]:
    return row.received_on, 1, row.pk, _values(row, _("Receipt"), row.bank_reference, credit=row.amount)


def _of_voiding(row: Receipt) -> tuple[dt.date, int, int, dict[str, Any]]:
    return row.voided_on, 2, row.pk, _values(row, _("Receipt voided"), row.void_reason, credit=-row.amount)


def _values(row: Any, kind: str, reference: str, *, debit=None, credit=None) -> dict[str, Any]:
    amounts = {"debit": debit, "credit": credit}
    return {"kind": kind, "number": row.number, "reference": reference, "url": row.get_absolute_url(), **amounts}
