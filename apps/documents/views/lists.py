"""The list of one kind, its exports, the printing of several papers, and the log of exports."""

import secrets
from typing import IO, Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import RedirectView

from apps.core.errors import Forbidden, Refused
from apps.core.files import MIME, serve_file
from apps.core.jobs import enqueue
from apps.core.lists import ListPage
from apps.core.refusals import RefusalMixin
from apps.documents import printing
from apps.documents.filters import ExportFilterSet
from apps.documents.models import Export
from apps.documents.services import record_export
from apps.documents.tables import ExportTable
from apps.documents.views.base import KindView

#: more papers than this are printed in the background
PRINT_AT_ONCE = 20
MOST_PRINTED = 500


class LoggedList(ListPage):
    """A list whose exports are noted with their filter, at the moment the file is written."""

    def write_export(self, stream: IO[bytes], name: str, rows: Any = None) -> int:
        number = super().write_export(stream, name, rows)
        record_export(
            by=self.request.user,
            list_name=self.export_title(),
            filters=_("; ").join(str(active) for active in self.active_filters),
            query=self.parameters.urlencode(),
            file_format=name,
            rows=number,
        )
        return number


class PaperList(KindView, LoggedList):
    """The papers of one kind that a person may see."""

    template_name = "documents/list.html"

    @property
    def table_class(self) -> Any:
        return self.kind.table_class

    @property
    def filterset_class(self) -> Any:
        return self.kind.filterset_class

    @property
    def title(self) -> str:
        return capfirst(self.model._meta.verbose_name_plural)

    @property
    def create_label(self) -> str:
        return _("New %(kind)s") % {"kind": self.model._meta.verbose_name}

    def get_template_names(self) -> list[str]:
        return self.kind.templates("list") if self.template_name == "documents/list.html" else [self.template_name]

    def queryset(self) -> QuerySet:
        papers = self.model.objects.visible_to(self.request.user)
        papers = papers.select_related("applicant", "department", *self.kind.select_related)
        return self.table_class.light(papers)

    def create_url(self) -> str:
        return self.kind.url("create") if self.kind.may_create(self.request.user) else ""

    def extra_context(self) -> dict[str, Any]:
        return {"once": secrets.token_urlsafe(9)}

    def posted(self) -> HttpResponse:
        """Print the chosen papers as one PDF."""
        chosen = [pk for pk in self.request.POST.getlist("papers") if pk.isdecimal()][: MOST_PRINTED + 1]
        papers = self.queryset().filter(pk__in=chosen).order_by("pk")
        pks = list(papers.values_list("pk", flat=True))
        if not pks:
            raise Refused(_("Choose the papers to print first."))
        if len(pks) > MOST_PRINTED:
            raise Refused(_("At most %(most)s papers are printed together.") % {"most": MOST_PRINTED})
        if len(pks) > PRINT_AT_ONCE:
            return HttpResponseRedirect(self._print_later(pks).get_absolute_url())
        file = printing.print_papers(self.kind, pks, by=self.request.user, base_url=site(self.request))
        return serve_file(file, printing.batch_name(self.model), inline=True, content_type=MIME["pdf"])

    def _print_later(self, pks: list[int]) -> Any:
        once = self.request.POST.get("once", "")[:32]
        return enqueue(
            printing.PRINT_JOB,
            by=self.request.user,
            params={"kind": self.model.KIND, "papers": pks, "base_url": site(self.request)},
            key=f"print-{self.request.user.pk}-{once}" if once else None,
            title=_("Print %(number)s papers") % {"number": len(pks)},
        )


class ExportList(KindView, RedirectView):
    """A stable address for exports: leads to the list with `export=xlsx`, filters kept."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        query = request.GET.copy()
        query.setdefault("export", query.pop("format", ["xlsx"])[-1])
        return HttpResponseRedirect(f"{self.kind.url('list')}?{query.urlencode()}")


class ExportLog(RefusalMixin, LoggedList):
    """Who exported which list; for auditors and administrators."""

    table_class = ExportTable
    filterset_class = ExportFilterSet
    title = gettext_lazy("Exports")

    def queryset(self) -> QuerySet:
        return Export.objects.select_related("user")

    def require_access(self) -> None:
        if not self.request.user.has_perm("documents.view_export_log"):
            raise Forbidden(_("Only auditors and administrators see who exported what."))


def site(request: HttpRequest) -> str:
    """The address of this site, as the person sees it; printed papers carry it."""
    return request.build_absolute_uri("/")[:-1]
