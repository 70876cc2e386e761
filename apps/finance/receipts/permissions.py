"""Who may do what to receipts. Which of them exist for somebody is `visible_to`; here is the rest."""

from django.utils.translation import gettext as _

from apps.core.errors import Forbidden
from apps.documents.permissions import YES, Answer, never, no
from apps.finance.billing.errors import Unseen
from apps.finance.billing.querysets import SEES_ALL
from apps.finance.receipts.models import Receipt, ReceiptAllocation

RECORD = "finance.add_receipt"
ALLOCATE = "finance.change_receipt"

#: what a new company gives to its roles
ROLES = {
    "cashier": {RECORD, ALLOCATE},
    "finance_reviewer": {ALLOCATE},
    "finance_director": {ALLOCATE},
}


def require_record(user) -> None:
    """Refuse with the reason unless this person records receipts."""
    if not user.holds(RECORD):
        raise Forbidden(_("Your role does not record receipts."))


def may(user, action: str, receipt: Receipt) -> Answer:
    """May this person, who sees the receipt, do this to it? The answer carries its reason."""
    return _RULES[action](user, receipt)


def may_undo(user, allocation: ReceiptAllocation) -> Answer:
    """May this allocation be undone by this person? Its receipt and invoice with receivable come with it."""
    if not user.holds(ALLOCATE):
        return never(_("Your role does not change how receipts are allocated."))
    if allocation.undoes_id or allocation.amount < 0:
        return never(_("This row undoes an allocation itself."))
    if hasattr(allocation, "undone_by"):
        return never(_("It was undone already."))
    receivable = allocation.invoice.receivable
    if receivable.posted_on:
        values = {"voucher": receivable.voucher_ref}
        return no(_("It is posted with voucher %(voucher)s; take the posting back first.") % values)
    return YES


def require(user, action: str, receipt: Receipt) -> None:
    """404 for whom the receipt does not exist; refuse with the reason unless this person may."""
    if not user.has_perm(SEES_ALL) and not Receipt.objects.visible_to(user).filter(pk=receipt.pk).exists():
        raise Unseen
    answer = may(user, action, receipt)
    if not answer:
        raise Forbidden(answer.reason)


def _allocate(user, receipt: Receipt) -> Answer:
    if not user.holds(ALLOCATE):
        return never(_("Your role does not change how receipts are allocated."))
    if receipt.voided_on:
        return never(_("This receipt was voided."))
    return YES if receipt.unapplied else never(_("All of it is allocated."))


def _void(user, receipt: Receipt) -> Answer:
    if not user.holds(RECORD):
        return never(_("Your role does not record receipts."))
    if receipt.voided_on:
        return never(_("This receipt was voided."))
    if receipt.allocated:
        return no(_("Undo its allocations first."))
    return YES


_RULES = {"allocate": _allocate, "void": _void}

ACTIONS = tuple(_RULES)
