"""The text of a contract on the page and as a PDF, a template tried out on it, and its versions compared."""

import io
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from apps.business.contracts import printing, versions
from apps.business.contracts.forms import VersionsForm, WordingForm
from apps.core.errors import Refused
from apps.core.files import MIME, serve_file
from apps.core.pdf import render_print_form
from apps.documents.views.base import PaperView
from apps.documents.views.lists import site


class TextPage(PaperView):
    """What the pages about the text share."""

    def page(self, template: str, title: str, **more: Any) -> HttpResponse:
        """Render one of them."""
        context = {
            "page_title": title,
            "document": self.document,
            "list_url": self.kind.url("list"),
            "list_label": self.model._meta.verbose_name_plural,
            **more,
        }
        return render(self.request, f"business/agencycontract/{template}.html", context)


class Wording(TextPage):
    """The text as it was frozen; while the contract can be changed, what a template would say."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require("view")
        document, form, template = self.document, None, self.document.template
        if document.is_open_for_correction:
            form = WordingForm(request.GET if "template" in request.GET else None, initial={"template": template})
            if form.is_bound and form.is_valid():
                template = form.cleaned_data["template"]
        text = printing.text_of(document, template)
        title = _("Text of %(paper)s") % {"paper": document}
        return self.page("wording", title, text=text, form=form, text_url=document.url("text"))


class Text(PaperView):
    """The text as a PDF under the head of the company."""

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        self.require("print")
        form = printing.text_form(self.document, base_url=site(request))
        if not form.notes[0][1]:
            raise Refused(_("This contract has no text from a template; its text is among the attachments."))
        name = _("%(number)s-contract.pdf") % {"number": self.document.number or "draft"}
        return serve_file(io.BytesIO(render_print_form(form)), name, inline=True, content_type=MIME["pdf"])


class Versions(TextPage):
    """Two versions side by side: what the later one says differently."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require("view")
        document = self.document
        known = list(document.versions.select_related("by", "supplement").order_by("number"))
        given = request.GET if {"before", "after"} <= set(request.GET) else _latest(known)
        form = VersionsForm(given, versions=known)
        differences = None
        if form.is_valid():
            by_number = {version.number: version for version in known}
            before, after = (by_number[form.cleaned_data[name]] for name in ("before", "after"))
            differences = versions.differences(document, before.terms, after.terms)
        title = _("Versions of %(paper)s") % {"paper": document}
        return self.page("versions", title, versions=known[::-1], form=form, differences=differences)


def _latest(known: list) -> dict[str, int]:
    """The last two versions."""
    if not known:
        return {}
    return {"before": known[-2 if len(known) > 1 else -1].number, "after": known[-1].number}
