from apps.finance.expenses.models.catalogue import City, CityTier, ExpenseCategory, ExpenseStandard, ReturnReason
from apps.finance.expenses.models.claim import ExpenseClaim, ExpenseLine

__all__ = [
    "City",
    "CityTier",
    "ExpenseCategory",
    "ExpenseClaim",
    "ExpenseLine",
    "ExpenseStandard",
    "ReturnReason",
]
