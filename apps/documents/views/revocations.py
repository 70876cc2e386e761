"""The pages of revocations."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from apps.documents import display
from apps.documents.forms import DocumentForm
from apps.documents.models import Document, Revocation
from apps.documents.permissions import Access
from apps.documents.views.base import KindView
from apps.documents.views.wiring import DocumentViews

#: so many papers are offered, the latest first
MOST = 50


class RevocationForm(DocumentForm):
    """A returned application is corrected; what it is about stays."""

    class Meta:
        model = Revocation
        fields = ["title", "reason"]


class Choose(KindView):
    """Which paper is to be revoked: the person's own ones that may be."""

    def get(self, request: HttpRequest) -> HttpResponse:
        own = Document.objects.filter(applicant=request.user, state=Document.State.APPROVED)
        papers = own.filter(approval__route_version__route__revocable_days__isnull=False)
        context = {
            "page_title": _("Which paper is to be revoked?"),
            "list_url": self.kind.url("list"),
            "list_label": self.model._meta.verbose_name_plural,
            "papers": papers.exclude(kind=self.model.KIND).order_by("-closed_at", "-pk")[:MOST],
        }
        return render(request, "documents/revocation/choose.html", context)


class RevocationViews(DocumentViews):
    """Applications to revoke approved papers. They begin on the page of the paper."""

    model = Revocation
    form_class = RevocationForm
    create_view = Choose
    icon = "slash-circle"
    select_related = ("of",)
    return_reasons = (_("Please explain why it has to be revoked."),)
    reject_reasons = (_("It has been acted on already."), _("Change it instead."))
    help_text = _("The paper stays in force until this is approved.")

    def shown(self, document: Revocation) -> list[display.Fact]:
        facts = [display.Fact(_("Paper to revoke"), f"{document.of} · {document.of.title}", wide=True)]
        return [*facts, *display.of_fields(document, ["reason"])]

    def context(self, document: Revocation, access: Access) -> dict[str, Any]:
        return {"of": document.of}
