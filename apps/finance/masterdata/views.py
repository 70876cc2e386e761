"""Pages of finance's master data."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from apps.finance.expenses.models import City, CityTier, ExpenseCategory, ExpenseStandard, ReturnReason
from apps.finance.masterdata import filters, forms, tables
from apps.finance.payments.models import FundAccount
from apps.org.records import Record

_record = partial(Record, closed=_("This list is kept by Finance."))

RECORDS = [
    _record(
        ExpenseCategory,
        forms.ExpenseCategoryForm,
        tables.ExpenseCategoryTable,
        filters.ActiveFilterSet,
        "expense-categories",
    ),
    _record(
        ExpenseStandard,
        forms.ExpenseStandardForm,
        tables.ExpenseStandardTable,
        filters.ExpenseStandardFilterSet,
        "expense-standards",
        select_related=("category", "tier", "city"),
    ),
    _record(CityTier, forms.CityTierForm, tables.CityTierTable, filters.NamedFilterSet, "city-tiers"),
    _record(City, forms.CityForm, tables.CityTable, filters.CityFilterSet, "cities", select_related=("tier",)),
    _record(ReturnReason, forms.ReturnReasonForm, tables.ReturnReasonTable, filters.ActiveFilterSet, "return-reasons"),
    _record(FundAccount, forms.FundAccountForm, tables.FundAccountTable, filters.ActiveFilterSet, "fund-accounts"),
]
