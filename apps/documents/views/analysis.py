"""How long approvals take: figures and pictures of the past, the oldest papers of today, and the ways out as files."""

import datetime as dt
import io
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from apps.approvals.analysis.figures import Figures, Line, Selection, figures, kind_label
from apps.approvals.analysis.gathering import gathered_until
from apps.approvals.analysis.words import hours_of, in_words, share
from apps.core import clock
from apps.core.exports import write_workbook
from apps.core.files import MIME, serve_file
from apps.core.forms import BaseForm
from apps.core.jobs import enqueue
from apps.core.tables import Column, Table
from apps.documents.analysis import oldest_open
from apps.documents.kinds import all_kinds
from apps.documents.services import eventlog, record_export
from apps.org.models import Department

MAY_ANALYSE = "approvals.view_analysis"
#: people shown on the page; the workbook has them all
MOST_PEOPLE = 30
#: fewer decisions say little about a person
FEWEST = 3
MOST_MONTHS = 120


class MonthInput(forms.DateInput):
    """The browser's field for a month; where it has none, a text such as 2026-01."""

    input_type = "month"

    def __init__(self):
        super().__init__(attrs={"placeholder": "2026-01"}, format="%Y-%m")


class MonthField(forms.DateField):
    """A month, as its first day."""

    def __init__(self, **options: Any):
        super().__init__(input_formats=["%Y-%m"], widget=MonthInput, **options)


class AnalysisForm(BaseForm):
    """Which decisions to look at."""

    first = MonthField(label=gettext_lazy("From month"))
    last = MonthField(label=gettext_lazy("to month"))
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    department = forms.ModelChoiceField(
        label=gettext_lazy("Department"),
        queryset=Department.objects.filter(active=True),
        required=False,
        empty_label=gettext_lazy("All"),
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("All")), *((name, kind_label(name)) for name in sorted(all_kinds()))]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        first, last = data.get("first"), data.get("last")
        if first and last and not first <= last <= first + dt.timedelta(days=31 * MOST_MONTHS):
            self.add_error("last", _("The last month comes after the first, at most ten years later."))
        return data


class LineTable(Table):
    """One line of figures in a workbook. Times in working hours."""

    columns = [
        Column("under", gettext_lazy("Kind")),
        Column("label", gettext_lazy("Step")),
        Column("count", gettext_lazy("Decisions"), kind="number"),
        Column("median", gettext_lazy("Median, hours"), kind="number", accessor=lambda line: hours_of(line.median)),
        Column("ninth", gettext_lazy("90 % within, hours"), kind="number", accessor=lambda line: hours_of(line.ninth)),
        Column("late", gettext_lazy("Late"), kind="number"),
        Column("returned", gettext_lazy("Returned"), kind="number"),
    ]


class PeopleTable(LineTable):
    """The same by person."""

    columns = [
        Column("under", gettext_lazy("Department")),
        Column("label", gettext_lazy("Person")),
        *LineTable.columns[2:-1],
    ]


class Analysis(PermissionRequiredMixin, View):
    """The page, and its tables as workbooks (`export=steps`, `export=people`)."""

    permission_required = MAY_ANALYSE
    raise_exception = True

    def get(self, request: HttpRequest) -> HttpResponse:
        form = AnalysisForm(request.GET if "first" in request.GET else None, initial=_usual())
        given = _usual() if not form.is_bound else form.cleaned_data if form.is_valid() else None
        chosen = _selection(given or _usual())
        found = figures(chosen)
        if given and request.GET.get("export") in ("steps", "people"):
            return self.workbook(request.GET["export"], chosen, found)
        people = [line for line in found.people if line.count >= FEWEST] or found.people
        context = {
            "page_title": _("How long approvals take"),
            "form": form,
            "found": found,
            "people": people[:MOST_PEOPLE],
            "left_out": len(found.people) - len(people[:MOST_PEOPLE]),
            "stats": _stats(found.total),
            "charts": _charts(found),
            "oldest": oldest_open(request.user, chosen),
            "until": gathered_until(),
            "sent": {name: value for name, value in QueryDict(_query(chosen, given or _usual())).items() if value},
            "query": _query(chosen, given or _usual()),
        }
        return render(request, "documents/analysis.html", context, status=422 if form.errors else 200)

    def workbook(self, what: str, chosen: Selection, found: Figures) -> HttpResponse:
        """One of the tables; the export is noted like those of lists."""
        rows, table = (found.steps, LineTable) if what == "steps" else (found.people, PeopleTable)
        title = _("Waiting times by step") if what == "steps" else _("Waiting times by person")
        period = f"{chosen.first:%Y-%m} – {chosen.last:%Y-%m}"
        kind = kind_label(chosen.kind) if chosen.kind else _("All")
        meta = [(_("Period"), period), (_("Kind"), kind), (_("Made by"), str(self.request.user))]
        stream = io.BytesIO()
        write_workbook(stream, title=title, table=table, rows=rows, meta=meta)
        record_export(
            by=self.request.user,
            list_name=title,
            filters=f"{period}; {kind}",
            query=self.request.GET.urlencode(),
            file_format="xlsx",
            rows=len(rows),
        )
        stream.seek(0)
        name = f"{slugify(title, allow_unicode=True)}-{localtime(clock.now()):%Y%m%d}.xlsx"
        return serve_file(stream, name, content_type=MIME["xlsx"])


class EventLog(PermissionRequiredMixin, View):
    """Have the log of events written as a file for process mining, in the background."""

    http_method_names = ["post", "options"]
    permission_required = MAY_ANALYSE
    raise_exception = True

    def post(self, request: HttpRequest) -> HttpResponse:
        form = AnalysisForm(request.POST)
        kind = request.POST.get("format")
        if kind not in eventlog.FORMATS or not form.is_valid():
            messages.error(request, _("Choose the months and the format again."))
            return HttpResponseRedirect(reverse("documents:analysis"))
        chosen = _selection(form.cleaned_data)
        params = {
            "first": chosen.first.isoformat(),
            "last": chosen.last.isoformat(),
            "kind": chosen.kind,
            "departments": None if chosen.departments is None else sorted(chosen.departments),
            "format": kind,
        }
        title = _("Event log %(first)s – %(last)s") % {"first": f"{chosen.first:%Y-%m}", "last": f"{chosen.last:%Y-%m}"}
        job = enqueue(eventlog.EXPORT_JOB, by=request.user, params=params, title=title)
        return HttpResponseRedirect(job.get_absolute_url())


def _usual() -> dict[str, Any]:
    """This month and the two before."""
    last = clock.today().replace(day=1)
    first = (last - dt.timedelta(days=40)).replace(day=1)
    return {"first": first, "last": last, "kind": "", "department": None}


def _selection(given: dict[str, Any]) -> Selection:
    department = given["department"]
    below = Department.objects.tree().descendants(department.pk) if department else None
    return Selection(given["first"], given["last"], given["kind"], below)


def _query(chosen: Selection, given: dict[str, Any]) -> str:
    department = given["department"].pk if given["department"] else ""
    return f"first={chosen.first:%Y-%m}&last={chosen.last:%Y-%m}&kind={chosen.kind}&department={department}"


def _stats(total: Line) -> list[dict[str, Any]]:
    late = "bad" if total.late else ""
    return [
        {"label": _("Decisions"), "value": f"{total.count:,}"},
        {"label": _("Half are made within"), "value": in_words(total.median), "note": _("of working time")},
        {"label": _("90 % are made within"), "value": in_words(total.ninth), "note": _("of working time")},
        {"label": _("After the deadline"), "value": share(total.late_share), "tone": late},
        {"label": _("Returned"), "value": share(total.returned_share)},
    ]


def _charts(found: Figures) -> list[tuple[dict[str, Any], list]]:
    """The course over the months, and the kinds beside each other; none where there is nothing to draw."""
    if not found.total.count:
        return []
    by_month = _chart("waiting-months", _("By month, in working hours"), "line", [
        (f"{month:%Y-%m}", line) for month, line in found.months
    ])  # fmt: skip
    kinds = [(line.label, line) for line in found.kinds[:10]]
    return [by_month, _chart("waiting-kinds", _("By kind, in working hours"), "bar", kinds)]


def _chart(name: str, title: str, sort: str, lines: list[tuple[str, Line]]) -> tuple[dict[str, Any], list]:
    medians = [hours_of(line.median) for _label, line in lines]
    ninths = [hours_of(line.ninth) for _label, line in lines]
    series = [{"label": _("Median"), "data": medians}, {"label": _("90 % within"), "data": ninths}]
    labels = [label for label, _line in lines]
    chart = {"id": name, "title": title, "type": sort, "labels": labels, "series": series, "money": False}
    return chart, [(label, pair) for label, *pair in zip(labels, medians, ninths, strict=True)]
