"""Every change of an expense claim that documents in general don't know: lines, line review, payment."""

from apps.finance.expenses.services.drafts import TYPED_FIELDS, default_payee, hints_for, preview, save_claim
from apps.finance.expenses.services.review import review_lines
from apps.finance.payments.services import BatchResult, NothingPaid, pay, pay_batch

__all__ = [
    "TYPED_FIELDS",
    "BatchResult",
    "NothingPaid",
    "default_payee",
    "hints_for",
    "pay",
    "pay_batch",
    "preview",
    "review_lines",
    "save_claim",
]
