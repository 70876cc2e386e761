"""Pages of finance's master data: list, create, change (which includes taking out of use), history."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from apps.core.errors import Forbidden
from apps.core.filters import BaseFilterSet
from apps.core.lists import ListPage
from apps.core.tables import Table
from apps.finance.expenses.models import City, CityTier, ExpenseCategory, ExpenseStandard, ReturnReason
from apps.finance.masterdata import filters, forms, tables
from apps.finance.payments.models import FundAccount
from apps.org.forms import RecordForm
from apps.org.pages import RecordCreate, RecordHistory, RecordUpdate


@dataclass(frozen=True)
class Record:
    """The four pages of one table of master data."""

    model: type[Model]
    form_class: type[RecordForm]
    table_class: type[Table]
    filterset_class: type[BaseFilterSet]
    folder: str
    select_related: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.model._meta.model_name

    def url_name(self, page: str) -> str:
        """The name of one of the pages."""
        return f"finance:{self.name}-{page}"

    def urls(self) -> list[URLPattern]:
        """The addresses of the four pages."""
        common = {"model": self.model, "list_url": self.url_name("list")}
        form = {**common, "form_class": self.form_class}
        update = RecordUpdate.as_view(
            **form, permission_required=f"finance.change_{self.name}", history_url=self.url_name("history")
        )
        history = RecordHistory.as_view(
            **common, permission_required=f"finance.view_{self.name}", update_url=self.url_name("update")
        )
        create = RecordCreate.as_view(**form, permission_required=f"finance.add_{self.name}")
        return [
            path(f"{self.folder}/", RecordList.as_view(record=self), name=f"{self.name}-list"),
            path(f"{self.folder}/new/", create, name=f"{self.name}-create"),
            path(f"{self.folder}/<int:pk>/", update, name=f"{self.name}-update"),
            path(f"{self.folder}/<int:pk>/history/", history, name=f"{self.name}-history"),
        ]


class RecordList(ListPage):
    """The list of one table of master data."""

    record: Record | None = None

    @property
    def table_class(self) -> Any:
        return self.record.table_class

    @property
    def filterset_class(self) -> Any:
        return self.record.filterset_class

    @property
    def title(self) -> str:
        plural = str(self.record.model._meta.verbose_name_plural)
        return plural[:1].upper() + plural[1:]

    @property
    def create_label(self) -> str:
        return _("New: %(what)s") % {"what": self.record.model._meta.verbose_name}

    def require_access(self) -> None:
        if not self.request.user.has_perm(f"finance.view_{self.record.name}"):
            raise Forbidden(_("This list is kept by Finance."))

    def queryset(self) -> QuerySet:
        return self.record.model.objects.select_related(*self.record.select_related)

    def create_url(self) -> str:
        allowed = self.request.user.has_perm(f"finance.add_{self.record.name}")
        return reverse(self.record.url_name("create")) if allowed else ""


RECORDS = [
    Record(
        ExpenseCategory,
        forms.ExpenseCategoryForm,
        tables.ExpenseCategoryTable,
        filters.ActiveFilterSet,
        "expense-categories",
    ),
    Record(
        ExpenseStandard,
        forms.ExpenseStandardForm,
        tables.ExpenseStandardTable,
        filters.ExpenseStandardFilterSet,
        "expense-standards",
        ("category", "tier", "city"),
    ),
    Record(CityTier, forms.CityTierForm, tables.CityTierTable, filters.NamedFilterSet, "city-tiers"),
    Record(City, forms.CityForm, tables.CityTable, filters.CityFilterSet, "cities", ("tier",)),
    Record(ReturnReason, forms.ReturnReasonForm, tables.ReturnReasonTable, filters.ActiveFilterSet, "return-reasons"),
    Record(FundAccount, forms.FundAccountForm, tables.FundAccountTable, filters.ActiveFilterSet, "fund-accounts"),
]
