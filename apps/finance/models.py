"""The tables of finance, gathered for Django; each subject keeps its own."""

from apps.finance.billing.models import Receivable, SalesInvoice
from apps.finance.expenses.models import (
    City,
    CityTier,
    ExpenseCategory,
    ExpenseClaim,
    ExpenseLine,
    ExpenseStandard,
    ReturnReason,
)
from apps.finance.invoices.models import ReceivedInvoice
from apps.finance.payments.models import FundAccount, Payment, PaymentBatch
from apps.finance.receipts.models import Receipt, ReceiptAllocation
from apps.finance.receivables.models import PaymentReminder, ReceivablesSettings

__all__ = [
    "City",
    "CityTier",
    "ExpenseCategory",
    "ExpenseClaim",
    "ExpenseLine",
    "ExpenseStandard",
    "FundAccount",
    "Payment",
    "PaymentBatch",
    "PaymentReminder",
    "Receipt",
    "ReceiptAllocation",
    "Receivable",
    "ReceivablesSettings",
    "ReceivedInvoice",
    "ReturnReason",
    "SalesInvoice",
]
