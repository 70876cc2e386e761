"""Receivables: opened by an approved paper, posted once the money is there."""

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.money import format_money
from apps.finance.billing import hooks, permissions
from apps.finance.billing.errors import BillingError, at_field
from apps.finance.billing.models import DueBase, PaymentMethod, Receivable
from apps.finance.billing.services import notices
from apps.finance.billing.services.locking import lock_receivable, save


@transaction.atomic
def open_receivable(
    *,
    document,
    client,
    contract,
    department,
    manager,
    net: Decimal,
    tax_rate: Decimal,
    tax: Decimal,
    total: Decimal,
    currency: str = "CNY",
    payment_method: str = PaymentMethod.TRANSFER,
    term_days: int = 30,
    due_base: str = DueBase.INVOICE,
    by,
) -> Receivable:
    """What the client owes because of an approved paper; there is one per paper.

    The caller is the paper's own final approval, so nobody's permission is asked here.
    """
    if total <= 0:
        raise BillingError(_("There is nothing to bill: the total is nothing."))
    if net + tax != total:
        raise BillingError(_("Amount without tax and tax do not add up to the total."))
    if Receivable.objects.filter(document_id=document.pk).exists():
        raise BillingError(_("%(paper)s has been billed already.") % {"paper": document})
    receivable = Receivable(
        document_id=document.pk,
        contract_id=contract.pk if contract else None,
        client=client,
        department=department,
        manager=manager,
        opened_on=clock.today(),
        net=net,
        tax_rate=tax_rate,
        tax=tax,
        total=total,
        currency=currency,
        payment_method=payment_method,
        term_days=term_days,
        due_base=due_base,
    )
    save(receivable, by=by, reason="opened")
    return receivable


@transaction.atomic
def cancel_receivable(receivable: Receivable, *, by) -> None:
    """The paper was cancelled: nothing is owed. Refused once anything of it was requested or invoiced."""
    receivable = lock_receivable(receivable)
    if receivable.cancelled_on:
        return
    if receivable.invoiced:
        values = {"amount": format_money(receivable.invoiced)}
        raise BillingError(_("%(amount)s of it is invoiced; reverse the invoices first.") % values)
    if receivable.requested:
        values = {"amount": format_money(receivable.requested)}
        raise BillingError(_("%(amount)s of it is requested; withdraw the invoice requests first.") % values)
    receivable.cancelled_on = clock.today()
    save(receivable, by=by, reason="cancelled")


@transaction.atomic
def post_receivable(receivable: Receivable, *, by, voucher_ref: str) -> Receivable:
    """Book what is invoiced and collected in full (登記入賬), and report it back to Business."""
    receivable = lock_receivable(receivable)
    permissions.require(by, "post", receivable)
    voucher_ref = " ".join(voucher_ref.split())
    if not voucher_ref:
        raise at_field("voucher_ref", _("Enter the number of the voucher."))
    if len(voucher_ref) > 40:
        raise at_field("voucher_ref", _("A voucher has at most 40 characters."))
    receivable.posted_on, receivable.posted_by, receivable.voucher_ref = clock.today(), by, voucher_ref
    save(receivable, by=by, reason="posted")
    hooks.tell(receivable, "posted", by=by)
    notices.posted(receivable, by=by)
    return receivable


@transaction.atomic
def unpost_receivable(receivable: Receivable, *, by, reason: str) -> Receivable:
    """Take a posting back, so that a receipt that bounced can be undone."""
    receivable = lock_receivable(receivable)
    permissions.require(by, "unpost", receivable)
    reason = reason.strip()
    if not reason:
        raise at_field("reason", _("Give a reason."))
    receivable.posted_on, receivable.posted_by, receivable.voucher_ref = None, None, ""
    save(receivable, by=by, reason=reason[:200])
    hooks.tell(receivable, "reopened", by=by)
    return receivable
