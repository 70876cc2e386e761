"""Pages of master data: list, create, change (which includes taking out of use), history, from one declaration.

    RECORDS = [Record(Category, CategoryForm, CategoryTable, CategoryFilterSet, "categories", closed=_("…"))]

The names of the addresses are `<app>:<model>-list`, `-create`, `-update`, `-history`.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.errors import Forbidden
from apps.core.filters import BaseFilterSet
from apps.core.lists import ListPage
from apps.core.tables import Column, Table
from apps.org.forms import RecordForm
from apps.org.pages import RecordCreate, RecordHistory, RecordUpdate

YES_NO = {"True": gettext_lazy("Yes"), "False": gettext_lazy("No")}


class RecordTable(Table):
    """A row leads to its form."""

    default_sort = "code"

    def row_url(self, row) -> str:
        return reverse(f"{row._meta.app_label}:{row._meta.model_name}-update", args=[row.pk])


def active_column() -> Column:
    """Whether a record is in use."""
    return Column("active", gettext_lazy("In use"), kind="badge", sort="active", choices=YES_NO)


@dataclass(frozen=True)
class Record:
    """The four pages of one table of master data."""

    model: type[Model]
    form_class: type[RecordForm]
    table_class: type[Table]
    filterset_class: type[BaseFilterSet]
    folder: str
    #: what people without the permission are told
    closed: str | Promise
    select_related: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.model._meta.model_name

    def url_name(self, page: str) -> str:
        """The name of one of the pages."""
        return f"{self.model._meta.app_label}:{self.name}-{page}"

    def permission(self, action: str) -> str:
        """The permission to view, add or change."""
        return f"{self.model._meta.app_label}.{action}_{self.name}"

    def urls(self) -> list[URLPattern]:
        """The addresses of the four pages."""
        common = {"model": self.model, "list_url": self.url_name("list")}
        form = {**common, "form_class": self.form_class}
        update = RecordUpdate.as_view(
            **form, permission_required=self.permission("change"), history_url=self.url_name("history")
        )
        history = RecordHistory.as_view(
            **common, permission_required=self.permission("view"), update_url=self.url_name("update")
        )
        create = RecordCreate.as_view(**form, permission_required=self.permission("add"))
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
        if not self.request.user.has_perm(self.record.permission("view")):
            raise Forbidden(str(self.record.closed))

    def queryset(self) -> QuerySet:
        return self.record.model.objects.select_related(*self.record.select_related)

    def create_url(self) -> str:
        allowed = self.request.user.has_perm(self.record.permission("add"))
        return reverse(self.record.url_name("create")) if allowed else ""
