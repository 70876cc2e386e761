"""Putting receipts to invoices, and taking them off again; under locks, never over."""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
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
    client_id, currency = receipt.client_id, receipt.currency
    wanted = list(_open(client_id, currency).values_list("pk", flat=True)) if amounts == OLDEST else list(amounts)
    invoices = lock_invoices(wanted)
    receipt = lock_receipt(receipt)
    permissions.require(by, "allocate", receipt)
    if amounts == OLDEST:
        mine = [row for row in invoices if row.client_id == receipt.client_id]
        shares = oldest_first(sorted(mine, key=lambda row: (row.due_on, row.pk)), receipt.unapplied)
    else:
        shares = {pk: quantize(amount) for pk, amount in amounts.items() if amount}
        _check(receipt, {row.pk: row for row in invoices}, shares)
    made = [_put(receipt, row, shares[row.pk], by=by) for row in invoices if row.pk in shares]
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


def _put(receipt: Receipt, invoice: SalesInvoice, amount: Decimal, *, by) -> ReceiptAllocation:
    on = _counts_from(receipt, invoice)
    made = ReceiptAllocation.objects.create(receipt=receipt, invoice=invoice, amount=amount, on=on, by=by)
    collecting.collect(invoice, amount=amount, on=on, by=by)
    notices.collected(invoice, by=by, amount=amount, key=f"collected:{made.pk}")
    return made


def _counts_from(receipt: Receipt, invoice: SalesInvoice) -> dt.date:
    """The later day of receipt and invoice.

    Not before anything was last taken off either: looking back at any day, an invoice has no more money than it asks
    for and a receipt gives no more than it has.
    """
    undone = ReceiptAllocation.objects.filter(amount__lt=0).order_by("-on").values_list("on", flat=True)
    days = [*undone.filter(invoice_id=invoice.pk)[:1], *undone.filter(receipt_id=receipt.pk)[:1]]
    return max([receipt.received_on, invoice.issued_on, *days])


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
