"""Pages of an engagement's file: the checklist, its files, what is done without."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import View

from apps.business.engagements import services
from apps.business.engagements.forms import ReceiveForm
from apps.business.engagements.models import DossierEntry, DossierFile
from apps.business.engagements.services.rows import refused
from apps.business.engagements.views.base import Deed, EngagementPage, Tab
from apps.business.engagements.wording import completeness, state_of_entry
from apps.core import clock
from apps.core.files import MIME, serve_file
from apps.org.models import Company


class File(Tab):
    """The checklist with what is there, missing, or waived."""

    tab = "file"
    template_name = "business/engagement_file.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.engagement.dossier.select_related("item", "waived_by").prefetch_related("files__uploaded_by")
        entries = list(rows)
        return super().get_context_data(
            entries=[{"entry": entry, "state": state_of_entry(entry)} for entry in entries],
            missing=sum(entry.is_missing for entry in entries),
            next_entry=next((entry for entry in entries if entry.is_missing), None),
            complete=completeness(entries),
            today=clock.today(),
            max_mb=Company.current().max_attachment_mb,
            **kwargs,
        )


class EntryDeed(Deed):
    """Something done to a line of the checklist."""

    row_model = DossierEntry
    back_to = "file"

    def done(self, text: str) -> HttpResponse:
        """Back to the line."""
        messages.success(self.request, text)
        return redirect(f"{self.page('file')}#entry-{self.kwargs['pk']}")


class Receive(EntryDeed):
    """Put files to a line."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = ReceiveForm(request.POST)
        if not form.is_valid():
            raise refused("on", _("Enter the day as year-month-day."))
        files, day = request.FILES.getlist("files"), form.cleaned_data["on"]
        entry = services.receive(self.row, by=request.user, files=files, on=day)
        return self.done(_("“%(name)s” is in the file.") % {"name": entry})


class Waive(EntryDeed):
    """Do without a document."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        entry = services.waive(self.row, by=request.user, reason=request.POST.get("reason", ""))
        return self.done(_("“%(name)s” is waived.") % {"name": entry})


class Unwaive(EntryDeed):
    """It is needed after all."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        entry = services.unwaive(self.row, by=request.user)
        return self.done(_("“%(name)s” is needed again.") % {"name": entry})


class RemoveEntry(EntryDeed):
    """Strike a line that was added by hand."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        entry = self.row
        services.remove_entry(entry, by=request.user)
        messages.success(request, _("“%(name)s” is struck from the checklist.") % {"name": entry})
        return redirect(self.page("file"))


class AddEntry(Deed):
    """A further line of the checklist."""

    back_to = "file"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        name, required = request.POST.get("name", "")[:120], "required" in request.POST
        entry = services.add_entry(self.engagement, by=request.user, name=name, required=required)
        messages.success(request, _("“%(name)s” is on the checklist.") % {"name": entry})
        return redirect(f"{self.page('file')}#entry-{entry.pk}")


class FilePage(EngagementPage):
    """One file of the engagement's file."""

    def engagement_pk(self) -> int:
        row = DossierFile.objects.filter(pk=self.kwargs["pk"]).values_list("entry__engagement", flat=True).first()
        if row is None:
            raise Http404
        return row

    @cached_property
    def file(self) -> DossierFile:
        """The row, after the engagement has been found among those the person sees."""
        rows = DossierFile.objects.select_related("entry__engagement")
        return get_object_or_404(rows, pk=self.kwargs["pk"], entry__engagement=self.engagement)

    def page_after_refusal(self) -> str:
        return self.page("file")


class ShowFile(FilePage, View):
    """The file itself: inside the page with `?inline=1` where it is a PDF or a picture, else as a download."""

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        row = self.file
        try:
            content = row.file.open("rb")
        except FileNotFoundError:
            raise Http404(_("The file is no longer there.")) from None
        return serve_file(content, row.name, inline="inline" in request.GET, content_type=MIME[row.file_type])


class RemoveFile(FilePage, View):
    """Take a wrong file off its line."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = self.file
        entry = services.remove_file(row, by=request.user)
        messages.success(request, _("%(name)s is removed.") % {"name": row.name})
        return redirect(f"{self.page('file')}#entry-{entry.pk}")
