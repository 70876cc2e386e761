"""The tables of finance, gathered for Django; each subject keeps its own."""

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
    "ReceivedInvoice",
    "ReturnReason",
]
