"""Paying approved expense claims: once, exactly what was approved, one by one or in a batch (clause 6.2.4)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.utils.text import format_lazy
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.approvals import engine
from apps.approvals.models import Event
from apps.core import clock
from apps.core.errors import Refused
from apps.core.money import format_money
from apps.documents import permissions
from apps.documents.errors import DocumentError, Incomplete
from apps.documents.services.locking import lock, save
from apps.finance.expenses.models import ExpenseClaim
from apps.finance.invoices import register
from apps.finance.payments.models import FundAccount, Payment, PaymentBatch
from apps.notifications.services import notify


class AlreadyPaid(DocumentError):
    """Somebody paid the claim before."""

    def __init__(self, claim: ExpenseClaim):
        payment = Payment.objects.filter(document_id=claim.pk).select_related("paid_by").first()
        if payment is None:
            super().__init__(_("%(paper)s was already paid.") % {"paper": claim})
        else:
            values = {"paper": claim, "person": payment.paid_by, "day": payment.paid_on}
            super().__init__(_("%(paper)s was already paid: %(person)s paid it on %(day)s.") % values)


class NothingPaid(DocumentError):
    """No claim of a batch could be paid; `refused` says why for each."""

    def __init__(self, refused: list[tuple[ExpenseClaim, str]]):
        reasons = " ".join(dict.fromkeys(why for _claim, why in refused[:5]))
        super().__init__(_("None of the chosen claims could be paid. %(reasons)s") % {"reasons": reasons})
        self.refused = refused


@dataclass
class BatchResult:
    """What became of each claim of a batch."""

    batch: PaymentBatch
    paid: list[Payment] = field(default_factory=list)
    refused: list[tuple[ExpenseClaim, str]] = field(default_factory=list)


@transaction.atomic
def pay(claim: ExpenseClaim, *, by, account: FundAccount, paid_on: dt.date, bank_reference: str) -> Payment:
    """Record the payment of an approved claim and tell the employee. The amount is always what was approved.

    Raises `AlreadyPaid`, `NotAllowed` (own claim, not approved, nothing to pay, no cashier), `Incomplete` with messages
    at `account`, `paid_on` and `bank_reference`.
    """
    return _pay(claim, by=by, account=account, paid_on=paid_on, bank_reference=bank_reference, batch=None)


@transaction.atomic
def pay_batch(
    claims: Iterable[ExpenseClaim], *, by, account: FundAccount, paid_on: dt.date, bank_reference: str
) -> BatchResult:
    """Record one bank order for several claims. Each is checked for itself; those that can't be paid are left out and
    the result says why. Raises `NothingPaid` when none is left, and then keeps no batch."""
    problems = _problems_of_order(account, paid_on, bank_reference)
    if problems:
        raise Incomplete(problems)
    batch = PaymentBatch(account=account, paid_on=paid_on, bank_reference=bank_reference.strip(), paid_by=by)
    batch._history_user = by
    batch.save()
    result = BatchResult(batch)
    for claim in sorted(claims, key=lambda claim: claim.pk):
        try:
            with transaction.atomic():
                payment = _pay(
                    claim, by=by, account=account, paid_on=paid_on, bank_reference=bank_reference, batch=batch
                )
        except Refused as refusal:
            texts = [text for messages in refusal.fields.values() for text in messages]
            result.refused.append((claim, " ".join(texts) or str(refusal)))
        else:
            result.paid.append(payment)
    if not result.paid:
        raise NothingPaid(result.refused)
    return result


def _pay(claim, *, by, account, paid_on, bank_reference, batch) -> Payment:
    claim = lock(claim)
    if claim.is_paid and permissions.Access(by, claim).sees:
        raise AlreadyPaid(claim)
    permissions.require(by, "pay", claim)
    problems = _problems(claim, account, paid_on, bank_reference)
    if problems:
        raise Incomplete(problems)
    payment = _write_payment(claim, by, account, paid_on, bank_reference.strip(), batch)
    claim.paid_amount, claim.paid_on, claim.paid_at = payment.amount, paid_on, clock.now()
    claim.revision += 1
    save(claim, by=by, reason="paid")
    register.use(claim, by=by)
    _record(claim, payment, by)
    return payment


def _write_payment(claim, by, account, paid_on, bank_reference, batch) -> Payment:
    payment = Payment(
        document_id=claim.pk,
        amount=claim.approved_total,
        currency=claim.currency,
        paid_on=paid_on,
        account=account,
        bank_reference=bank_reference,
        payee=claim.applicant,
        payee_bank=claim.payee_bank,
        payee_account=claim.payee_account,
        paid_by=by,
        batch=batch,
    )
    payment._history_user = by
    try:
        with transaction.atomic():
            payment.save()
    except IntegrityError as error:
        raise AlreadyPaid(claim) from error
    return payment


def _record(claim, payment: Payment, by) -> None:
    payload = {
        "what": "paid",
        "payment": payment.pk,
        "amount": str(payment.amount),
        "paid_on": payment.paid_on.isoformat(),
        "account": payment.account.code,
        "bank_reference": payment.bank_reference,
    }
    engine.record(claim.approval, Event.Verb.RECORDED, by=by, payload=payload)
    title = format_lazy(
        gettext_lazy("{paper}: {amount} was paid to you on {day}"),
        paper=claim.number,
        amount=format_money(payment.amount),
        day=payment.paid_on.isoformat(),
    )
    notify(to=[claim.applicant], title=title, url=claim.get_absolute_url(), key=f"paid:{claim.pk}")


def _problems_of_order(
    account: FundAccount | None, paid_on: dt.date | None, bank_reference: str
) -> dict[str, list[str]]:
    found = {}
    if account is None or not account.active:
        found["account"] = [_("Choose an account that is in use.")]
    if paid_on is None:
        found["paid_on"] = [_("Enter the date.")]
    elif paid_on > clock.today():
        found["paid_on"] = [_("A payment can't lie in the future.")]
    if not bank_reference.strip():
        found["bank_reference"] = [_("Enter the bank's reference.")]
    elif len(bank_reference.strip()) > 60:
        found["bank_reference"] = [_("A reference has at most 60 characters.")]
    return found


def _problems(claim, account, paid_on, bank_reference) -> dict[str, list[str]]:
    found = _problems_of_order(account, paid_on, bank_reference)
    if not found and account.currency != claim.currency:
        values = {"account": account.currency, "claim": claim.currency}
        found["account"] = [_("The account is kept in %(account)s, the claim in %(claim)s.") % values]
    approved_on = localdate(claim.closed_at)
    if "paid_on" not in found and paid_on < approved_on:
        found["paid_on"] = [_("It was approved on %(day)s; a payment can't lie before.") % {"day": approved_on}]
    return found
