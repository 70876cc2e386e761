"""What a new company gives to its roles in finance."""

from apps.finance.billing import permissions as billing
from apps.finance.expenses import permissions as expenses
from apps.finance.receipts import permissions as receipts
from apps.finance.receivables import permissions as receivables

MASTER_DATA = ("expensecategory", "citytier", "city", "expensestandard", "returnreason", "fundaccount")
KEEPS_MASTER_DATA = {f"finance.{verb}_{model}" for model in MASTER_DATA for verb in ("view", "add", "change")}
SEES_MASTER_DATA = {f"finance.view_{model}" for model in MASTER_DATA}

_OWN = {
    "finance_reviewer": expenses.ROLES["finance_reviewer"] | SEES_MASTER_DATA,
    "finance_director": expenses.ROLES["finance_director"] | KEEPS_MASTER_DATA | {"finance.view_payment"},
    "cashier": expenses.ROLES["cashier"] | SEES_MASTER_DATA | {"finance.view_payment"},
    "auditor": {expenses.VIEW_ALL, expenses.LEDGER, "finance.view_payment"} | SEES_MASTER_DATA,
    "sysadmin": KEEPS_MASTER_DATA,
}

_PARTS = (_OWN, billing.ROLES, receipts.ROLES, receivables.ROLES)

ROLES = {
    code: set().union(*(part.get(code, set()) for part in _PARTS))
    for code in dict.fromkeys(code for part in _PARTS for code in part)
}
