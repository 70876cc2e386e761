"""Receivables and the invoices for them: every change of them is a function here."""

from apps.finance.billing.errors import BillingError
from apps.finance.billing.services.issuing import due_on, issue_invoice, number_problems, reverse_invoice
from apps.finance.billing.services.originals import attach_original
from apps.finance.billing.services.receivables import (
    cancel_receivable,
    open_receivable,
    post_receivable,
    unpost_receivable,
)
from apps.finance.billing.services.requests import request_invoice, withdraw_request

__all__ = [
    "BillingError",
    "attach_original",
    "cancel_receivable",
    "due_on",
    "issue_invoice",
    "number_problems",
    "open_receivable",
    "post_receivable",
    "request_invoice",
    "reverse_invoice",
    "unpost_receivable",
    "withdraw_request",
]
