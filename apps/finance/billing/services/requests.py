"""Asking Finance for an invoice, and taking the request back (clause 3.3.4)."""

from decimal import Decimal

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.money import format_money, quantize
from apps.core.numbering import next_number
from apps.finance.billing import permissions
from apps.finance.billing.amounts import split
from apps.finance.billing.errors import BillingError
from apps.finance.billing.models import Receivable, SalesInvoice, SalesInvoiceKind
from apps.finance.billing.services import notices
from apps.finance.billing.services.locking import lock_invoice, lock_receivable, save

ZERO = Decimal("0.00")
SPECIAL = (SalesInvoiceKind.DIGITAL_SPECIAL, SalesInvoiceKind.PAPER_SPECIAL)


@transaction.atomic
def request_invoice(
    receivable: Receivable,
    *,
    by,
    kind: str,
    buyer_name: str,
    buyer_uscc: str = "",
    buyer_address: str = "",
    buyer_bank: str = "",
    item: str = "",
    total: Decimal | None = None,
    remark: str = "",
) -> SalesInvoice:
    """Ask for an invoice over the whole rest of a receivable, or over a part of it; never over more.

    Raises `BillingError` with messages at `kind`, `buyer_name`, `buyer_uscc` and `total`.
    """
    receivable = lock_receivable(receivable)
    permissions.require(by, "request", receivable)
    total = receivable.to_request if total is None else quantize(total)
    buyer = {
        "buyer_name": buyer_name.strip(),
        "buyer_uscc": buyer_uscc.strip().upper(),
        "buyer_address": buyer_address.strip(),
        "buyer_bank": buyer_bank.strip(),
    }
    problems = _problems(receivable, kind, buyer, total)
    if problems:
        raise BillingError(_("The request can't be made yet."), fields=problems)
    net_left, tax_left = _left(receivable)
    net, tax = split(total, rate=receivable.tax_rate, net_left=net_left, tax_left=tax_left)
    receivable.requested += total
    save(receivable, by=by, reason="invoice requested")
    invoice = SalesInvoice(
        number=next_number(SalesInvoice.PREFIX, clock.today().year),
        receivable=receivable,
        client_id=receivable.client_id,
        kind=kind,
        **buyer,
        item=item.strip(),
        net=net,
        tax_rate=receivable.tax_rate,
        tax=tax,
        total=total,
        currency=receivable.currency,
        remark=remark.strip(),
        requested_by=by,
        requested_at=clock.now(),
    )
    save(invoice, by=by, reason="requested")
    notices.requested(invoice, by=by)
    return invoice


@transaction.atomic
def withdraw_request(invoice: SalesInvoice, *, by, reason: str = "") -> SalesInvoice:
    """Take back a request that is not issued yet; its amount may be requested again."""
    invoice = lock_invoice(invoice)
    permissions.require(by, "withdraw", invoice)
    receivable = invoice.receivable
    receivable.requested -= invoice.total
    save(receivable, by=by, reason="invoice request withdrawn")
    invoice.status = SalesInvoice.Status.VOID
    save(invoice, by=by, reason=reason.strip()[:200] or "withdrawn")
    notices.withdrawn(invoice, by=by, reason=reason.strip())
    return invoice


def _left(receivable: Receivable) -> tuple[Decimal, Decimal]:
    """Net and tax that stand on no request and no invoice yet; red invoices give theirs back."""
    counted = SalesInvoice.objects.filter(receivable_id=receivable.pk).filter(~Q(status=SalesInvoice.Status.VOID))
    sums = counted.order_by().aggregate(net=Sum("net"), tax=Sum("tax"))
    return receivable.net - (sums["net"] or ZERO), receivable.tax - (sums["tax"] or ZERO)


def _problems(receivable: Receivable, kind: str, buyer: dict[str, str], total: Decimal) -> dict[str, list[str]]:
    found = {}
    if kind not in SalesInvoiceKind.values:
        found["kind"] = [_("Choose the kind of invoice.")]
    if not buyer["buyer_name"]:
        found["buyer_name"] = [_("Enter the title of the invoice.")]
    if kind in SPECIAL and not buyer["buyer_uscc"]:
        found["buyer_uscc"] = [_("A special VAT invoice needs the buyer's tax number.")]
    if total <= 0:
        found["total"] = [_("Enter an amount above zero.")]
    elif total > receivable.to_request:
        values = {"left": format_money(receivable.to_request), "total": format_money(receivable.total)}
        found["total"] = [_("Of %(total)s, %(left)s is left to be invoiced.") % values]
    return found
