"""Issuing what was requested, and reversing it with red invoices (clause 3.3.4; 開具發票, 紅字發票)."""

import datetime as dt
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.money import format_money, quantize
from apps.core.numbering import next_number
from apps.finance.billing import hooks, numbers, permissions
from apps.finance.billing.amounts import due_date, split
from apps.finance.billing.errors import BillingError
from apps.finance.billing.models import SalesInvoice
from apps.finance.billing.services import collecting, notices
from apps.finance.billing.services.locking import lock_invoice, save
from apps.finance.billing.services.originals import file_problems, put_original
from apps.finance.invoices.numbers import clean

ZERO = Decimal("0.00")
Status = SalesInvoice.Status


@transaction.atomic
def issue_invoice(
    invoice: SalesInvoice, *, by, invoice_number: str, code: str = "", issued_on: dt.date, file=None
) -> SalesInvoice:
    """Enter the official number of a requested invoice: it is issued and falls due.

    Raises `BillingError` with messages at `invoice_number`, `code`, `issued_on` and `file`.
    """
    invoice = lock_invoice(invoice)
    permissions.require(by, "issue", invoice)
    receivable = invoice.receivable
    code, invoice_number = clean(code), clean(invoice_number)
    found = number_problems(invoice.kind, code, invoice_number)
    found |= _date_problems(issued_on, not_before=receivable.opened_on) | (file_problems(file) if file else {})
    if found:
        raise BillingError(_("The invoice can't be issued yet."), fields=found)
    receivable.requested -= invoice.total
    receivable.invoiced += invoice.total
    save(receivable, by=by, reason="invoice issued")
    invoice.status, invoice.code, invoice.invoice_number = Status.ISSUED, code, invoice_number
    invoice.issued_on, invoice.issued_by = issued_on, by
    invoice.due_on = due_on(invoice, issued_on)
    if file:
        put_original(invoice, file)
    _save_numbered(invoice, by=by, reason="issued")
    hooks.tell(receivable, "invoiced", by=by)
    notices.issued(invoice, by=by)
    return invoice


@transaction.atomic
def reverse_invoice(
    invoice: SalesInvoice,
    *,
    by,
    total: Decimal | None = None,
    reason: str,
    invoice_number: str,
    code: str = "",
    issued_on: dt.date,
) -> SalesInvoice:
    """Reverse what is open of an invoice, or a part of it, with a red invoice; answers the red one.

    What was collected has to be taken off the invoice first. The reversed amount may be invoiced again.
    """
    invoice = lock_invoice(invoice)
    permissions.require(by, "reverse", invoice)
    total = invoice.open_amount if total is None else quantize(total)
    code, invoice_number, reason = clean(code), clean(invoice_number), reason.strip()
    found = number_problems(invoice.kind, code, invoice_number)
    found |= _date_problems(issued_on, not_before=invoice.issued_on, earlier=_("The invoice is dated %(day)s."))
    found = _undone_problems(invoice, issued_on) | found | _reversal_problems(invoice, total, reason)
    if found:
        raise BillingError(_("The invoice can't be reversed yet."), fields=found)
    red = _red_of(invoice, total=total, by=by)
    red.code, red.invoice_number, red.issued_on, red.red_reason = code, invoice_number, issued_on, reason
    red.due_on = issued_on
    receivable = invoice.receivable
    receivable.invoiced -= total
    save(receivable, by=by, reason="invoice reversed")
    _take_back(invoice, total, on=issued_on, by=by, reason=reason)
    _save_numbered(red, by=by, reason="issued")
    hooks.tell(receivable, "reversed", by=by)
    notices.reversed_(red, by=by)
    return red


def due_on(invoice: SalesInvoice, issued_on: dt.date) -> dt.date:
    """When an invoice of this date would have to be paid."""
    receivable = invoice.receivable
    return due_date(
        issued_on,
        approved_on=receivable.opened_on,
        term_days=receivable.term_days,
        due_base=receivable.due_base,
    )


def number_problems(kind: str, code: str, number: str) -> dict[str, list[str]]:
    """What is wrong with a cleaned official number, also that another invoice has it."""
    found = numbers.problems(kind, code, number)
    if found:
        return found
    taken = SalesInvoice.objects.filter(code=code, invoice_number=number).first()
    return {"invoice_number": [_taken_by(taken)]} if taken else {}


def _taken_by(invoice: SalesInvoice | None) -> str:
    if invoice is None:
        return _("Another invoice has this number.")
    return _("Invoice %(number)s has this number already.") % {"number": invoice.number}


def _date_problems(day: dt.date | None, *, not_before: dt.date, earlier: str = "") -> dict[str, list[str]]:
    if day is None:
        return {"issued_on": [_("Enter the date.")]}
    if day > clock.today():
        return {"issued_on": [_("An invoice can't be dated in the future.")]}
    if day < not_before:
        text = earlier or _("The settlement was approved on %(day)s; an invoice can't lie before.")
        return {"issued_on": [text % {"day": not_before}]}
    return {}


def _undone_problems(invoice: SalesInvoice, day: dt.date | None) -> dict[str, list[str]]:
    """On no day may collected and reversed together be more than the invoice, looking back as well."""
    undone = invoice.allocations.filter(amount__lt=0).order_by("-on").first()
    if undone is None or day is None or day >= undone.on:
        return {}
    return {"issued_on": [_("Money was taken off it on %(day)s; a red invoice can't lie before.") % {"day": undone.on}]}


def _reversal_problems(invoice: SalesInvoice, total: Decimal, reason: str) -> dict[str, list[str]]:
    found = {}
    if not reason:
        found["reason"] = [_("Give a reason.")]
    elif len(reason) > 200:
        found["reason"] = [_("A reason has at most 200 characters.")]
    if total <= 0:
        found["total"] = [_("Enter an amount above zero.")]
    elif total > invoice.open_amount:
        values = {"left": format_money(invoice.open_amount), "collected": format_money(invoice.collected)}
        text = _("%(left)s can be reversed.") % values
        if invoice.collected:
            text = (
                _("%(left)s can be reversed; %(collected)s is collected: undo the allocation of the receipt first.")
                % values
            )
        found["total"] = [text]
    return found


def _red_of(invoice: SalesInvoice, *, total: Decimal, by) -> SalesInvoice:
    reds = SalesInvoice.objects.filter(red_of_id=invoice.pk).order_by().aggregate(net=Sum("net"), tax=Sum("tax"))
    net, tax = split(
        total,
        rate=invoice.tax_rate,
        net_left=invoice.net + (reds["net"] or ZERO),
        tax_left=invoice.tax + (reds["tax"] or ZERO),
    )
    copied = ("kind", "buyer_name", "buyer_uscc", "buyer_address", "buyer_bank", "item", "tax_rate", "currency")
    return SalesInvoice(
        number=next_number(SalesInvoice.PREFIX, clock.today().year),
        receivable=invoice.receivable,
        client_id=invoice.client_id,
        **{name: getattr(invoice, name) for name in copied},
        net=-net,
        tax=-tax,
        total=-total,
        status=Status.ISSUED,
        requested_by=by,
        requested_at=clock.now(),
        issued_by=by,
        red_of=invoice,
    )


def _take_back(invoice: SalesInvoice, total: Decimal, *, on: dt.date, by, reason: str) -> None:
    invoice.reversed_total += total
    if invoice.reversed_total == invoice.total:
        invoice.status = Status.REVERSED
    collecting.note_completion(invoice, on)
    save(invoice, by=by, reason=reason)


def _save_numbered(invoice: SalesInvoice, *, by, reason: str) -> None:
    """The check before sees what was committed; of two at the same moment the database lets one through."""
    try:
        with transaction.atomic():
            save(invoice, by=by, reason=reason)
    except IntegrityError as error:
        raise BillingError(_taken_by(None), fields={"invoice_number": [_taken_by(None)]}) from error
