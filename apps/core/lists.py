"""The page of a list: filters, chips, saved views, order, pages, totals, exports around one query set and table."""

import secrets
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import IO, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Sum
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    QueryDict,
)
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import View
from django.views.generic.base import TemplateResponseMixin

from apps.core.errors import Forbidden
from apps.core.exports import write_workbook
from apps.core.filters import ActiveFilter, BaseFilterSet
from apps.core.forms import SavedViewForm
from apps.core.jobs import Job, enqueue
from apps.core.models import SavedView
from apps.core.money import format_money
from apps.core.pagination import PAGE_SIZE, CappedCount, Page, capped_count, keyset_page
from apps.core.registers import register_pdf
from apps.core.registry import company_name
from apps.core.tables import Table, list_parameters

#: More rows than this are written in the background.
EXPORT_ROWS = 2_000
EXPORT_JOB = "export-list"

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMATS = {
    "xlsx": (write_workbook, XLSX, _("Excel"), "file-earmark-spreadsheet"),
    "pdf": (register_pdf, "application/pdf", _("PDF"), "file-earmark-pdf"),
}


@dataclass(frozen=True)
class Total:
    """One figure of the totals: a heading and what is added up under it."""

    label: str
    value: str


class ListPage(TemplateResponseMixin, View):
    """The base of every list. A subclass says which rows (`queryset`), which table and which filters; the rest is here.

    `queryset()` answers what this person may see, joined with select_related so that no row asks the database again.
    Templates of subclasses extend core/list.html. The address holds everything: filters, `sort`, `after`/`before`,
    `totals`, `export=xlsx|pdf`.
    """

    table_class: type[Table]
    filterset_class: type[BaseFilterSet] | None = None
    title: str | Promise = ""
    template_name = "core/list.html"
    #: what a page with more rows than it shows fetches afterwards
    totals_template = "core/_totals.html"
    #: name under which people's views of this list are kept; the address's name unless set
    list_name = ""
    page_size = PAGE_SIZE
    create_label: str | Promise = ""
    export_formats: tuple[str, ...] = ("xlsx", "pdf")

    # ---- what a list says about itself ----

    def queryset(self) -> QuerySet:
        """The rows this person may see, unordered."""
        raise NotImplementedError

    def require_access(self) -> None:
        """Raise `core.errors.Forbidden` or Http404 for people who have no business here; exports ask again."""

    def create_url(self) -> str:
        """Where a new row is started, empty for those who may not."""
        return ""

    def breadcrumbs(self) -> list[tuple[str, str]]:
        """(words, address) of the pages above this one."""
        return []

    def extra_context(self) -> dict[str, Any]:
        """What the template of a subclass needs besides."""
        return {}

    def totals_context(self) -> dict[str, Any]:
        """What `totals_template` needs."""
        return {"totals": self.totals()}

    def posted(self) -> HttpResponse:
        """A form of the page that is not about saved views, such as an action on selected rows."""
        return HttpResponseNotAllowed(["GET", "HEAD"])

    # ---- requests ----

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().dispatch(request, *args, **kwargs)
        except Forbidden as refusal:
            raise PermissionDenied(str(refusal)) from refusal

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.require_access()
        if request.GET.get("export"):
            return self.export(request.GET["export"])
        if "totals" in request.GET and request.htmx:
            self.template_name = self.totals_template
            return self.render_to_response(self.totals_context())
        return self.render_to_response(self.get_context_data())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.require_access()
        if "save_view" in request.POST:
            return self._save_view()
        if "delete_view" in request.POST:
            return self._delete_view()
        return self.posted()

    def get_context_data(self) -> dict[str, Any]:
        page = self.page
        chips = self._chips()
        narrowed = bool(chips) or self._filter_failed
        return {
            "page_title": self.title,
            "breadcrumbs": self.breadcrumbs(),
            "list": self,
            "table": self.table_class(page.rows, self.request, sort=self.sort),
            "page": page,
            "previous_url": self._page_url("before", page.before),
            "next_url": self._page_url("after", page.after),
            "filterset": self.filterset,
            "filter_failed": self._filter_failed,
            "chips": chips,
            "clear_url": self.request.path,
            "narrowed": narrowed,
            "totals": self._totals_at_hand(),
            "totals_url": self._url(totals="1"),
            "exports": self._exports() if page.rows else [],
            "saved_views": self._saved_views(),
            "create_url": self.create_url(),
            **self.extra_context(),
        }

    # ---- rows ----

    @cached_property
    def parameters(self) -> QueryDict:
        """Filters and order of the address."""
        return list_parameters(self.request.GET)

    @cached_property
    def filterset(self) -> BaseFilterSet | None:
        if self.filterset_class is None:
            return None
        return self.filterset_class(self.request.GET, queryset=self.queryset(), request=self.request)

    @cached_property
    def rows(self) -> QuerySet:
        """What is left after the filters; nothing where a filter makes no sense."""
        return self.queryset() if self.filterset is None else self.filterset.qs

    @cached_property
    def active_filters(self) -> list[ActiveFilter]:
        return self.filterset.active() if self.filterset is not None else []

    @property
    def _filter_failed(self) -> bool:
        return self.filterset is not None and self.filterset.is_bound and not self.filterset.form.is_valid()

    @cached_property
    def _order(self) -> tuple[str, str]:
        return self.table_class.order_for(self.request.GET.get("sort", ""))

    @property
    def sort(self) -> str:
        return self._order[0]

    @cached_property
    def page(self) -> Page:
        """The rows on this page; a cursor that means nothing leads to the first one."""
        get = self.request.GET
        return keyset_page(
            self.rows,
            sort=self._order[1],
            after=get.get("after", ""),
            before=get.get("before", ""),
            size=self.page_size,
        )

    def ordered_rows(self) -> QuerySet:
        """All rows in the order of the page, for exports."""
        field = self._order[1]
        tie = "-pk" if field.startswith("-") else "pk"
        return self.rows.order_by(field, tie) if field.lstrip("-") not in ("pk", "id") else self.rows.order_by(tie)

    # ---- totals ----

    def totals(self) -> list[Total]:
        """How many rows the filters leave (counted up to a cap) and the sums of the money columns over all of them."""
        columns = [column for column in self.table_class.columns if column.total]
        sums = self.rows.order_by().aggregate(**{f"total_{c.name}": Sum(c.total_field) for c in columns})
        amounts = [(column, sums[f"total_{column.name}"] or Decimal(0)) for column in columns]
        return self.as_totals(capped_count(self.rows), amounts)

    def as_totals(self, count: CappedCount, amounts: list[tuple[Any, Decimal]]) -> list[Total]:
        """The sums in words; a list adds what is reckoned from them, such as a rate."""
        return _in_totals(count, amounts)

    def _totals_at_hand(self) -> list[Total] | None:
        """The totals without a further query where one page holds everything; None where they come later."""
        page = self.page
        if "totals" in self.request.GET:
            return self.totals()
        if page.before or page.after:
            return None
        columns = [column for column in self.table_class.columns if column.total]
        amounts = [(column, sum((column.read(row) or 0 for row in page.rows), Decimal(0))) for column in columns]
        return self.as_totals(CappedCount(len(page.rows)), amounts)

    # ---- addresses ----

    def _url(self, parameters: QueryDict | None = None, **more: str) -> str:
        query = (self.parameters if parameters is None else parameters).copy()
        for name, value in more.items():
            query[name] = value
        return f"{self.request.path}?{query.urlencode()}" if query else self.request.path

    def _page_url(self, name: str, cursor: str) -> str:
        return self._url(**{name: cursor}) if cursor else ""

    def _chips(self) -> list[dict[str, str]]:
        chips = []
        for active in self.active_filters:
            rest = self.parameters.copy()
            for name in active.parameters:
                rest.pop(name, None)
            chips.append({"label": active.label, "value": active.value, "remove_url": self._url(rest)})
        return chips

    # ---- saved views ----

    def _list_name(self) -> str:
        return self.list_name or self.request.resolver_match.view_name

    def _saved_views(self) -> list[dict[str, Any]]:
        here = self.parameters.urlencode()
        views = SavedView.objects.filter(user=self.request.user, list_name=self._list_name())
        return [
            {
                "pk": view.pk,
                "name": view.name,
                "url": f"{self.request.path}?{view.query}",
                "current": view.query == here,
            }
            for view in views
        ]

    def _save_view(self) -> HttpResponse:
        form = SavedViewForm({"name": self.request.POST.get("name", ""), "query": self.parameters.urlencode()})
        if form.is_valid():
            SavedView.objects.update_or_create(
                user=self.request.user,
                list_name=self._list_name(),
                name=form.cleaned_data["name"],
                defaults={"query": form.cleaned_data["query"]},
            )
            messages.success(self.request, gettext("View “%(name)s” saved.") % {"name": form.cleaned_data["name"]})
        else:
            messages.error(self.request, " ".join(error for errors in form.errors.values() for error in errors))
        return HttpResponseRedirect(self._url())

    def _delete_view(self) -> HttpResponse:
        pk = self.request.POST["delete_view"]
        if not pk.isdecimal():
            raise Http404
        view = get_object_or_404(SavedView, pk=pk, user=self.request.user, list_name=self._list_name())
        view.delete()
        messages.success(self.request, gettext("View “%(name)s” deleted.") % {"name": view.name})
        return HttpResponseRedirect(self._url())

    # ---- exports ----

    def _exports(self) -> list[dict[str, Any]]:
        once = secrets.token_urlsafe(9)
        return [
            {"label": _FORMATS[name][2], "icon": _FORMATS[name][3], "url": self._url(export=name, once=once)}
            for name in self.export_formats
        ]

    def export_title(self) -> str:
        """What the file is called."""
        return str(self.title)

    def export_meta(self) -> list[tuple[str, str]]:
        """The lines on top of every export: whose, by whom, when, and which rows."""
        filters = gettext("; ").join(str(active) for active in self.active_filters)
        now = timezone.localtime().isoformat(" ", "minutes")
        return [
            (gettext("Company"), company_name()),
            (gettext("Exported by"), f"{self.request.user} ({self.request.user.get_username()})"),
            (gettext("Exported at"), f"{now[:16]} (UTC{now[16:]})"),
            (gettext("Filter"), filters or gettext("none: everything this person may see")),
        ]

    def export(self, name: str) -> HttpResponse:
        """The filtered list as a file at once, or as background work where it is long."""
        if name not in self.export_formats:
            raise Http404
        if capped_count(self.rows, cap=EXPORT_ROWS).more:
            return HttpResponseRedirect(self._export_later(name).get_absolute_url())
        file = written(self, name)
        file.seek(0)
        return FileResponse(file, as_attachment=True, filename=self.file_name(name), content_type=_FORMATS[name][1])

    def write_export(self, stream: IO[bytes], name: str, rows: Iterable[Any] | None = None) -> int:
        """Write the filtered list into `stream`."""
        write = _FORMATS[name][0]
        rows = self.ordered_rows() if rows is None else rows
        return write(stream, title=self.export_title(), table=self.table_class(), rows=rows, meta=self.export_meta())

    def file_name(self, name: str) -> str:
        """`expense-claims-20261123-1504.xlsx`"""
        stem = slugify(self.export_title(), allow_unicode=True) or "list"
        return f"{stem}-{timezone.localtime():%Y%m%d-%H%M}.{name}"

    def _export_later(self, name: str) -> Job:
        once = self.request.GET.get("once", "")[:32]
        return enqueue(
            EXPORT_JOB,
            by=self.request.user,
            params={"path": self.request.path_info, "query": self.parameters.urlencode(), "format": name},
            key=f"export-{self.request.user.pk}-{name}-{once}" if once else None,
            title=self.export_title(),
        )


def _in_totals(count: CappedCount, amounts: list[tuple[Any, Decimal]]) -> list[Total]:
    totals = [Total(gettext("Rows"), str(count))]
    for column, amount in amounts:
        totals.append(Total(str(column.header), format_money(amount) if column.kind == "money" else f"{amount:,}"))
    return totals


def written(page: ListPage, name: str, rows: Iterable[Any] | None = None) -> IO[bytes]:
    """The export in a file without a name, which whoever sends or stores it closes."""
    file = tempfile.TemporaryFile()  # noqa: SIM115
    try:
        page.write_export(file, name, rows)
    except BaseException:
        file.close()
        raise
    return file
