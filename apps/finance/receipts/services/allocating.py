"""Putting receipts to invoices, and taking them off again; under locks, never over."""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.errors import Forbidden
from apps.core.money import format_money, quantize
from apps.finance.billing.errors import BillingError, Unseen, at_field
from apps.finance.billing.models import SalesInvoice
from apps.finance.billing.querysets import SEES_ALL
from apps.finance.billing.services import collecting, notices
from apps.finance.billing.services.locking import lock_invoices, save
from apps.finance.receipts import permissions
from apps.finance.receipts.models import Receipt, ReceiptAllocation

ZERO = Decimal("0.00")
OLDEST = "oldest"


def open_invoices(client_id: int, currency: str, *, most: int | None = None) -> list[SalesInvoice]:
    """The open invoices of a client in the order in which money goes to them: earliest due first."""
    rows = _open(client_id, currency).select_related("receivable__document").order_by("due_on", "pk")
    return list(rows[:most])


def _open(client_id: int, currency: str) -> QuerySet:
    return SalesInvoice.objects.open().filter(client_id=client_id, currency=currency)


def oldest_first(invoices: Iterable[SalesInvoice], amount: Decimal) -> dict[int, Decimal]:
    """How much of an amount goes to which invoice, in the order they come."""
    shares = {}
    for invoice in invoices:
        share = min(invoice.open_amount, amount)
        if share > 0:
            shares[invoice.pk] = share
            amount -= share
    return shares


@transaction.atomic
def allocate(receipt: Receipt, *, by, amounts: str | Mapping[int, Decimal] = OLDEST) -> list[ReceiptAllocation]:
    """Put what is unapplied of a receipt to invoices of its client.

    "oldest" takes them in the order of their due dates as far as the money goes; a mapping says how much to which.
    Raises `BillingError` with messages at `amount-<invoice>` and `amounts`; nothing is allocated then.
    """
    invoices = _lock_wanted(receipt, amounts)
    return _share_out(lock_receipt(receipt), invoices, amounts, by=by)


def allocate_new(receipt: Receipt, *, by, amounts: str | Mapping[int, Decimal]) -> list[ReceiptAllocation]:
    """`allocate` a receipt that this very transaction has written: nobody else knows it, so it is locked already."""
    return _share_out(receipt, _lock_wanted(receipt, amounts), amounts, by=by)


def _lock_wanted(receipt: Receipt, amounts: str | Mapping[int, Decimal]) -> list[SalesInvoice]:
    if amounts == OLDEST:
        return lock_invoices(_open(receipt.client_id, receipt.currency).values_list("pk", flat=True))
    return lock_invoices(amounts)


def _share_out(receipt: Receipt, invoices: list[SalesInvoice], amounts, *, by) -> list[ReceiptAllocation]:
    """Everything is locked: decide how much goes where, and write it."""
    permissions.require(by, "allocate", receipt)
    if amounts == OLDEST:
        mine = [row for row in invoices if row.client_id == receipt.client_id]
        shares = oldest_first(sorted(mine, key=lambda row: (row.due_on, row.pk)), receipt.unapplied)
    else:
        shares = {pk: quantize(amount) for pk, amount in amounts.items() if amount}
        _check(receipt, {row.pk: row for row in invoices}, shares)
    made = _put(receipt, [(row, shares[row.pk]) for row in invoices if row.pk in shares], by=by)
    if made:
        receipt.allocated += sum(shares.values(), ZERO)
        save(receipt, by=by, reason="allocated")
    return made


@transaction.atomic
def undo_allocation(allocation: ReceiptAllocation, *, by, reason: str) -> ReceiptAllocation:
    """Take the money of one allocation off its invoice again; the row stays, a negative one undoes it."""
    [invoice] = lock_invoices([allocation.invoice_id])
    receipt = lock_receipt(allocation.receipt_id)
    row = ReceiptAllocation.objects.select_related("undone_by").get(pk=allocation.pk)
    row.invoice, row.receipt = invoice, receipt
    _require_undo(by, row)
    reason = reason.strip()
    if not reason:
        raise at_field("reason", _("Give a reason."))
    undone = ReceiptAllocation.objects.create(
        receipt=receipt,
        invoice=invoice,
        amount=-row.amount,
        on=max(clock.today(), row.on),
        by=by,
        undoes=row,
        reason=reason[:200],
    )
    collecting.take_back(invoice, amount=row.amount, by=by, reason=reason[:200])
    receipt.allocated -= row.amount
    save(receipt, by=by, reason=reason[:200])
    notices.taken_back(invoice, by=by, amount=row.amount, reason=reason, key=f"undone:{undone.pk}")
    return undone


def lock_receipt(receipt: Receipt | int) -> Receipt:
    """The same receipt, freshly read and locked until the transaction ends."""
    pk = receipt if isinstance(receipt, int) else receipt.pk
    fresh = Receipt.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if fresh is None:
        raise Unseen
    return fresh


def _put(receipt: Receipt, shares: list[tuple[SalesInvoice, Decimal]], *, by) -> list[ReceiptAllocation]:
    """Put so much to each of these invoices: as many statements for many invoices as for one."""
    if not shares:
        return []
    days = _Days(receipt, [invoice.pk for invoice, _amount in shares])
    paid = []
    for invoice, amount in shares:
        on = days.counts_from(invoice)
        paid.append(collecting.Paid(invoice, amount, on, max([on, *days.put_to(invoice)])))
    rows = [
        ReceiptAllocation(receipt=receipt, invoice=each.invoice, amount=each.amount, on=each.on, by=by) for each in paid
    ]
    made = ReceiptAllocation.objects.bulk_create(rows)
    collecting.collect(paid, by=by)
    notices.collected({f"collected:{row.pk}": (row.invoice, row.amount) for row in made}, by=by)
    return made


class _Days:
    """The days of what was put to these invoices, or came from this receipt, before."""

    def __init__(self, receipt: Receipt, invoices: list[int]):
        earlier = Q(invoice__in=invoices) | Q(receipt=receipt.pk)
        rows = ReceiptAllocation.objects.filter(earlier).order_by()
        self.receipt = receipt
        self.rows = list(rows.values_list("invoice_id", "receipt_id", "amount", "on"))

    def put_to(self, invoice: SalesInvoice) -> list[dt.date]:
        """The days from which what was put to an invoice counts."""
        return [on for of, _receipt, _amount, on in self.rows if of == invoice.pk]

    def counts_from(self, invoice: SalesInvoice) -> dt.date:
        """The later day of receipt and invoice.

        Not before anything was last taken off either: looking back at any day, an invoice has no more money than it
        asks for and a receipt gives no more than it has.
        """
        undone = [
            on for of, source, amount, on in self.rows if amount < 0 and (of == invoice.pk or source == self.receipt.pk)
        ]
        return max([self.receipt.received_on, invoice.issued_on, *undone])


def _require_undo(by, allocation: ReceiptAllocation) -> None:
    if not by.has_perm(SEES_ALL) and not Receipt.objects.visible_to(by).filter(pk=allocation.receipt_id).exists():
        raise Unseen
    answer = permissions.may_undo(by, allocation)
    if not answer:
        raise Forbidden(answer.reason)


def _check(receipt: Receipt, invoices: Mapping[int, SalesInvoice], shares: Mapping[int, Decimal]) -> None:
    found = {}
    for pk, amount in shares.items():
        problem = _problem(receipt, invoices.get(pk), amount)
        if problem:
            found[f"amount-{pk}"] = [problem]
    total = sum(shares.values(), ZERO)
    if not shares:
        found["amounts"] = [_("Enter how much goes to which invoice.")]
    elif total > receipt.unapplied:
        values = {"total": format_money(total), "left": format_money(receipt.unapplied)}
        found["amounts"] = [_("These are %(total)s, but only %(left)s of the receipt is left.") % values]
    if found:
        raise BillingError(_("The receipt can't be allocated like this."), fields=found)


def _problem(receipt: Receipt, invoice: SalesInvoice | None, amount: Decimal) -> str:
    if invoice is None or invoice.client_id != receipt.client_id:
        return _("This invoice is not one of the client.")
    if invoice.currency != receipt.currency:
        values = {"invoice": invoice.currency, "receipt": receipt.currency}
        return _("The invoice is in %(invoice)s, the receipt in %(receipt)s.") % values
    if amount < 0:
        return _("Enter an amount above zero.")
    if amount > invoice.open_amount:
        values = {"number": invoice.number, "open": format_money(invoice.open_amount)}
        return _("Of %(number)s only %(open)s is open.") % values
    return ""
