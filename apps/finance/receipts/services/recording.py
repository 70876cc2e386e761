"""Money that came in: recorded by the cashier, voided when it was a mistake."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.money import quantize
from apps.core.numbering import next_number
from apps.finance.billing.errors import BillingError, at_field
from apps.finance.billing.models import PaymentMethod
from apps.finance.billing.services.locking import save
from apps.finance.payments.models import FundAccount
from apps.finance.receipts import permissions
from apps.finance.receipts.models import Receipt
from apps.finance.receipts.services.allocating import allocate_new, lock_receipt


@transaction.atomic
def record_receipt(
    *,
    client,
    account: FundAccount,
    payer_name: str,
    amount: Decimal,
    received_on: dt.date,
    by,
    method: str = PaymentMethod.TRANSFER,
    bank_reference: str = "",
    remark: str = "",
    amounts: str | Mapping[int, Decimal] | None = None,
) -> Receipt:
    """Record money of a client on one of the company's accounts, in the currency of the account.

    `amounts`: None leaves it unapplied; "oldest" puts it to the client's open invoices, the earliest due first; a
    mapping says how much to which invoice. Raises `BillingError` with messages at the fields.
    """
    permissions.require_record(by)
    amount, bank_reference = quantize(amount), " ".join(bank_reference.split())
    problems = _problems(client, account, payer_name, amount, received_on, method, bank_reference)
    if problems:
        raise BillingError(_("The receipt can't be recorded yet."), fields=problems)
    receipt = Receipt(
        number=next_number(Receipt.PREFIX, clock.today().year),
        client=client,
        account=account,
        payer_name=payer_name.strip() or client.name[:120],
        amount=amount,
        currency=account.currency,
        method=method,
        received_on=received_on,
        bank_reference=bank_reference,
        remark=remark.strip(),
        recorded_by=by,
    )
    try:
        save(receipt, by=by, reason="recorded")
    except IntegrityError as error:
        raise at_field("bank_reference", _known()) from error
    if amounts is not None:
        allocate_new(receipt, by=by, amounts=amounts)
    return receipt


@transaction.atomic
def void_receipt(receipt: Receipt, *, by, reason: str) -> Receipt:
    """Take a receipt out that should not be there; only while nothing of it is allocated."""
    receipt = lock_receipt(receipt)
    permissions.require(by, "void", receipt)
    reason = reason.strip()
    if not reason:
        raise at_field("reason", _("Give a reason."))
    receipt.voided_on, receipt.void_reason = clock.today(), reason[:200]
    save(receipt, by=by, reason=reason[:200])
    return receipt


def _problems(client, account, payer_name, amount, received_on, method, bank_reference) -> dict[str, list[str]]:
    found = {}
    if client is None or client.is_merged:
        found["client"] = [_("Choose a client whose file was not merged into another one.")]
    if account is None or not account.active:
        found["account"] = [_("Choose an account that is in use.")]
    if len(payer_name.strip()) > 120:
        found["payer_name"] = [_("A payer has at most 120 characters.")]
    if amount <= 0:
        found["amount"] = [_("Enter an amount above zero.")]
    if method not in PaymentMethod.values:
        found["method"] = [_("Choose a payment method.")]
    if received_on is None:
        found["received_on"] = [_("Enter the date.")]
    elif received_on > clock.today():
        found["received_on"] = [_("A receipt can't lie in the future.")]
    return found | _reference_problems(account, method, bank_reference)


def _reference_problems(account, method: str, bank_reference: str) -> dict[str, list[str]]:
    if len(bank_reference) > 60:
        return {"bank_reference": [_("A reference has at most 60 characters.")]}
    if not bank_reference:
        if method == PaymentMethod.TRANSFER:
            return {"bank_reference": [_("Enter the bank's reference of the transfer.")]}
        return {}
    same = Receipt.objects.filter(account=account, bank_reference=bank_reference, voided_on__isnull=True)
    known = same.exclude(bank_reference="").order_by().first()
    return {"bank_reference": [_known(known)]} if known else {}


def _known(receipt: Receipt | None = None) -> str:
    if receipt is None:
        return _("A receipt with this reference was recorded on this account already.")
    return _("Receipt %(number)s has this reference on this account already.") % {"number": receipt.number}
