"""Lists of what the company decides about expenses beforehand."""

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.core.tables import Column
from apps.finance.expenses.models import ExpenseStandard
from apps.org.records import YES_NO, RecordTable, active_column


class ExpenseCategoryTable(RecordTable):
    """Expense categories."""

    columns = [
        Column("code", _("Code"), kind="link", sort="code"),
        Column("name", _("Name"), accessor="label", sort="name"),
        Column("account", _("Ledger account"), sort="account"),
        Column("scope", _("What it covers"), kind="longtext"),
        Column("unit", _("Counted")),
        Column("requires_invoice", _("Needs an invoice"), kind="badge", choices=YES_NO),
        Column("deductible_vat", _("Input VAT deductible"), kind="badge", choices=YES_NO),
        active_column(),
    ]


class CityTierTable(RecordTable):
    """City tiers."""

    columns = [
        Column("code", _("Code"), kind="link", sort="code"),
        Column("name", _("Name"), accessor="label", sort="name"),
        Column("is_default", _("For cities that are not listed"), kind="badge", choices=YES_NO),
    ]


class CityTable(RecordTable):
    """Cities."""

    columns = [
        Column("code", _("Code"), kind="link", sort="code"),
        Column("name", _("Name"), accessor="label", sort="name"),
        Column("tier", _("Tier"), accessor="tier.label", sort="tier__order"),
        active_column(),
    ]


class ReturnReasonTable(RecordTable):
    """Return reasons."""

    columns = [
        Column("code", _("Code"), kind="link", sort="code"),
        Column("name", _("Name"), accessor="label", sort="name"),
        Column("hint", _("Hint for next time"), kind="longtext"),
        active_column(),
    ]


class FundAccountTable(RecordTable):
    """Fund accounts."""

    columns = [
        Column("code", _("Code"), kind="link", sort="code"),
        Column("name", _("Name"), accessor="label", sort="name"),
        Column("bank", _("Bank"), sort="bank"),
        Column("account_number", _("Account number"), width=26),
        Column("currency", _("Currency"), sort="currency"),
        active_column(),
    ]


def grades_of(standard: ExpenseStandard) -> str:
    """The range of grades as levels: `4–6`, `7–`, or everybody."""
    if standard.grade_from is None and standard.grade_to is None:
        return _now("All")
    lower = "" if standard.grade_from is None else standard.grade_from
    upper = "" if standard.grade_to is None else standard.grade_to
    return str(lower) if lower == upper else f"{lower}–{upper}"


class ExpenseStandardTable(RecordTable):
    """Standards with their validity."""

    columns = [
        Column("category", _("Category"), kind="link", accessor="category.label", sort="category__order"),
        Column("grades", _("Grades"), accessor=grades_of),
        Column("place", _("City or tier"), accessor=lambda row: str(row.city or row.tier or _now("All"))),
        Column("limit", _("Limit"), kind="money", sort="limit"),
        Column("unit", _("Unit")),
        Column("control", _("Above the limit")),
        Column("valid_from", _("Valid from"), kind="date", sort="valid_from"),
        Column("valid_to", _("Valid to"), kind="date"),
        Column("is_demo_value", _("Demo value"), kind="badge", choices=YES_NO),
        active_column(),
    ]
    default_sort = "category"
