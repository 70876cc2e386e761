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
from apps.documents import attempts, evidence, printing, verification
from apps.documents.forms import VerifyForm
from apps.documents.models import Document
from apps.documents.services import record_export
from apps.documents.views.base import PaperView


class Print(PaperView):
    """The paper as a PDF."""

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        self.require("print")
        site = request.build_absolute_uri("/")[:-1]
        form = printing.print_form(self.document, self.kind.print_parts(self.document), by=request.user, base_url=site)
        name = f"{self.document.number or 'draft'}.pdf"
        return serve_file(io.BytesIO(render_print_form(form)), name, inline=True, content_type=MIME["pdf"])


class Evidence(PaperView):
    """The evidence pack as a PDF; who took it is noted in the log of exports."""

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        self.require("evidence")
        evidence.refuse_veiled(self.access)
        paper = self.document
        parts = evidence.pack_parts(paper, self.kind.print_parts(paper), self.kind.evidence_tables(paper))
        site = request.build_absolute_uri("/")[:-1]
        pdf = render_print_form(printing.print_form(paper, parts, by=request.user, base_url=site))
        record_export(
            by=request.user, list_name=_("Evidence pack"), filters=paper.number, query="", file_format="pdf", rows=1
        )
        return serve_file(io.BytesIO(pdf), f"{paper.number}-evidence.pdf", inline=True, content_type=MIME["pdf"])


@method_decorator([login_not_required, never_cache], name="dispatch")
class Verify(View):
    """Whether a printed paper is genuine. Only people who may see the document learn more than yes or no."""

    def get(self, request: HttpRequest, code: str = "") -> HttpResponse:
        if not code and "code" not in request.GET:
            return self.page(VerifyForm())
        if not attempts.may_try(request):
            return self.page(VerifyForm(request.GET if not code else None), status=429)
        if code:
            return self.answer(VerifyForm(), code)
        form = VerifyForm(request.GET)
        if not form.is_valid():
            return self.page(form, status=422)
        return self.answer(form, form.cleaned_data["code"], form.cleaned_data["number"])

    def answer(self, form: VerifyForm, code: str, number: str = "") -> HttpResponse:
        """Yes or no; the same page for every code that is not known, whatever is wrong with it."""
        verdict = verification.verify(code, number)
        if verdict is None:
            attempts.note_unknown(self.request)
        return self.page(form, verdict, asked=True)

    def page(
        self, form: VerifyForm, verdict: verification.Verdict | None = None, *, asked: bool = False, status: int = 200
    ) -> HttpResponse:
        context = {
            "page_title": _("Verify a printed paper"),
            "form": form,
            "asked": asked,
            "too_many": status == 429,
            "genuine": verdict is not None,
            "verdict": verdict if verdict and self.sees(verdict.document) else None,
        }
        return render(self.request, "documents/verify.html", context, status=status)

    def sees(self, document: Document) -> bool:
        """Whether the person who asks is signed in and may see the paper."""
        user = self.request.user
        return user.is_authenticated and Document.objects.visible_to(user).filter(pk=document.pk).exists()
