"""The printed form of a paper, and the page that recognises it."""

import io

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import View

from apps.core.files import MIME, serve_file
from apps.core.pdf import render_print_form
from apps.documents import printing, verification
from apps.documents.forms import VerifyForm
from apps.documents.models import Document
from apps.documents.views.base import PaperView


class Print(PaperView):
    """The paper as a PDF."""

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        self.require("print")
        site = request.build_absolute_uri("/")[:-1]
        form = printing.print_form(self.document, self.kind.print_parts(self.document), by=request.user, base_url=site)
        name = f"{self.document.number or 'draft'}.pdf"
        return serve_file(io.BytesIO(render_print_form(form)), name, inline=True, content_type=MIME["pdf"])


@method_decorator([login_not_required, never_cache], name="dispatch")
class Verify(View):
    """Whether a printed paper is genuine. Only people who may see the document learn more than yes or no."""

    def get(self, request: HttpRequest, code: str = "") -> HttpResponse:
        if not code and "code" not in request.GET:
            return self.page(VerifyForm())
        if code:
            return self.page(VerifyForm(), verification.verify(code), asked=True)
        form = VerifyForm(request.GET)
        if not form.is_valid():
            return self.page(form, status=422)
        given = form.cleaned_data
        return self.page(form, verification.verify(given["code"], given["number"]), asked=True)

    def page(
        self, form: VerifyForm, verdict: verification.Verdict | None = None, *, asked: bool = False, status: int = 200
    ) -> HttpResponse:
        user = self.request.user
        sees = bool(
            verdict
            and user.is_authenticated
            and Document.objects.visible_to(user).filter(pk=verdict.document.pk).exists()
        )
        context = {
            "page_title": _("Verify a printed paper"),
            "form": form,
            "asked": asked,
            "genuine": verdict is not None,
            "verdict": verdict if sees else None,
        }
        return render(self.request, "documents/verify.html", context, status=status)
