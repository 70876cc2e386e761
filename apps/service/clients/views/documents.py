"""Pages of the files in a client's file: put in, correct or replace, take off, show."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import View

from apps.core.files import MIME, serve_file
from apps.org.pages import RecordCreate, RecordHistory, RecordUpdate
from apps.service.clients import services
from apps.service.clients.forms import DocumentForm
from apps.service.clients.models import ClientDocument
from apps.service.clients.views.base import ClientRecordPage, RowPage


class DocumentFormPage:
    """What putting in and replacing share."""

    model = ClientDocument
    form_class = DocumentForm
    template_name = "service/document_form.html"

    def get_success_url(self) -> str:
        """The documents on the client's page."""
        return f"{self.client.get_absolute_url()}#documents"


class DocumentCreate(DocumentFormPage, ClientRecordPage, RecordCreate):
    """Put a file to a client."""

    action = "log"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": ClientDocument(client=self.client)}

    def save(self, form: DocumentForm) -> ClientDocument:
        return services.add_document(form.instance, by=self.request.user, file=form.cleaned_data["file"])


class DocumentUpdate(DocumentFormPage, RowPage, RecordUpdate):
    """Correct what is said about a file, or replace it by a newer one."""

    action = "change"
    history_url = "service:clientdocument-history"

    def save(self, form: DocumentForm) -> ClientDocument:
        values = form.cleaned_data
        return services.save_document(
            form.instance, by=self.request.user, file=values["file"], reason=values["change_reason"]
        )


class DocumentHistory(RowPage, RecordHistory):
    """Who put in, replaced and corrected a file."""

    model = ClientDocument
    template_name = "service/row_history.html"


class DocumentPage(RowPage):
    """One file of a client."""

    model = ClientDocument

    @cached_property
    def document(self) -> ClientDocument:
        """The row, after the client has been found among those the person sees."""
        return get_object_or_404(ClientDocument, pk=self.kwargs["pk"], client=self.client)


class DocumentFile(DocumentPage, View):
    """The file itself: inside the page with `?inline=1` where it is a PDF or a picture, else as a download."""

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        row = self.document
        try:
            content = row.file.open("rb")
        except FileNotFoundError:
            raise Http404(_("The file is no longer there.")) from None
        return serve_file(content, row.file_name, inline="inline" in request.GET, content_type=MIME[row.file_type])


class DocumentRemove(DocumentPage, View):
    """Take a file off a client."""

    http_method_names = ["post", "options"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return self.http_method_not_allowed(request)
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = self.document
        services.remove_document(row, by=request.user, reason=request.POST.get("reason", ""))
        messages.success(request, _("%(record)s is removed.") % {"record": row})
        return redirect(f"{self.client.get_absolute_url()}#documents")
