"""Files of a paper: shown and handed out only after the question whether this person may see the paper."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from apps.core.errors import Refused
from apps.core.files import MIME, serve_file
from apps.documents import services
from apps.documents.models import Attachment, Enclosure
from apps.documents.models.parts import StoredFile
from apps.documents.views.base import PaperView


class FileView(PaperView):
    """One attachment of one paper."""

    @cached_property
    def attachment(self) -> Attachment:
        return get_object_or_404(Attachment, pk=self.kwargs["file"], document=self.document)


def serve(stored: StoredFile, *, inline: bool) -> FileResponse:
    """The file itself: inside the page where it is a PDF or a picture and that is asked for, else as a download."""
    try:
        content = stored.file.open("rb")
    except FileNotFoundError:
        raise Http404(_("The file is no longer there.")) from None
    return serve_file(content, stored.name, inline=inline, content_type=MIME[stored.file_type])


class Show(FileView):
    """An attachment; with `?inline=1` inside the page."""

    def get(self, request: HttpRequest, pk: int, file: int) -> FileResponse:
        self.require("view")
        if "attachments" in self.access.hidden:
            raise Http404(_("This step does not show the attachments."))
        return serve(self.attachment, inline="inline" in request.GET)


class ShowEnclosure(PaperView):
    """A file that goes with a decision or a comment."""

    def get(self, request: HttpRequest, pk: int, file: int) -> FileResponse:
        self.require("view")
        return serve(get_object_or_404(Enclosure, pk=file, document=self.document), inline="inline" in request.GET)


class Attach(PaperView):
    """Add files to a paper from its page."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require("attach")
        files = request.FILES.getlist("attachments")
        if not files:
            raise Refused(_("Choose a file first."))
        taken = [file.name for file in files if self._take(file)]
        if taken:
            messages.success(request, _("Attached: %(names)s") % {"names": _(", ").join(taken)})
        return HttpResponseRedirect(f"{self.document.url('detail')}#files")

    def _take(self, file: Any) -> bool:
        try:
            services.attach(self.document, by=self.request.user, file=file)
        except Refused as refusal:
            if refusal.status in (403, 404):
                raise
            messages.error(self.request, str(refusal))
            return False
        return True


class Detach(FileView):
    """Take a file off a paper that may still be changed."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int, file: int) -> HttpResponse:
        name = self.attachment.name
        services.detach(self.attachment, by=request.user)
        messages.success(request, _("%(name)s is removed.") % {"name": name})
        back = "update" if request.POST.get("back") == "update" else "detail"
        return HttpResponseRedirect(f"{self.document.url(back)}#files")
