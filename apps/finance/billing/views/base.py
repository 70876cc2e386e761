"""What the pages of one receivable or invoice share."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.functional import cached_property
from django.views.generic import View

from apps.core.errors import Refused
from apps.core.refusals import RefusalMixin
from apps.documents.models import Document
from apps.finance.billing import permissions
from apps.finance.billing.models import Receivable, SalesInvoice
from apps.org.history import history_of


class RowPage(RefusalMixin, View):
    """A page about the row whose key is in the address; for others than those who see it, it does not exist."""

    #: asked before the page opens, in `permissions.may`
    action = ""

    def queryset(self) -> QuerySet:
        """The rows this person sees, joined with what the page shows."""
        raise NotImplementedError

    @cached_property
    def row(self) -> Any:
        return get_object_or_404(self.queryset(), pk=self.kwargs["pk"])

    def require_action(self) -> None:
        """404 for whom the row does not exist, 403 with the reason for who may not do this."""
        permissions.require(self.request.user, self.action, self.row)

    def page_after_refusal(self) -> str:
        return self.row.get_absolute_url()

    def back(self) -> HttpResponse:
        """On to the page of the row."""
        return HttpResponseRedirect(self.row.get_absolute_url())

    def links(self, document: Document) -> dict[str, str]:
        """The address of the paper, for those who may open it."""
        seen = Document.objects.visible_to(self.request.user).filter(pk=document.pk).exists()
        return {"paper_url": document.get_absolute_url() if seen else ""}


class ReceivablePage(RowPage):
    """A page about one receivable."""

    def queryset(self) -> QuerySet:
        rows = Receivable.objects.visible_to(self.request.user)
        return rows.select_related("document__applicant", "client", "department", "manager", "posted_by")


class InvoicePage(RowPage):
    """A page about one invoice."""

    def queryset(self) -> QuerySet:
        rows = SalesInvoice.objects.visible_to(self.request.user)
        return rows.select_related(
            "receivable__document__applicant",
            "receivable__department",
            "receivable__manager",
            "client",
            "red_of",
            "requested_by",
            "issued_by",
        )


class FormPage(RowPage):
    """A form that a service answers; what the service refuses is shown at the field it is about."""

    form_class: type[Form]
    template_name = ""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require_action()
        return self.page(self.form())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = self.form(request.POST, request.FILES)
        if form.is_valid():
            try:
                done = self.run(form.cleaned_data)
            except Refused as refusal:
                if refusal.status != 409:
                    raise
                put_errors(form, refusal)
            else:
                messages.success(request, self.said(done))
                return HttpResponseRedirect(done.get_absolute_url())
        else:
            self.require_action()
        return self.page(form, status=422)

    def form(self, *args: Any) -> Form:
        """The form of this row, bound or not."""
        raise NotImplementedError

    def run(self, values: dict[str, Any]) -> Any:
        """Let the service do it; answers the row to go on to."""
        raise NotImplementedError

    def said(self, done: Any) -> str:
        """What was done, in words."""
        raise NotImplementedError

    def context(self) -> dict[str, Any]:
        """What the page shows beside the form."""
        return {}

    def page(self, form: Form, status: int = 200) -> HttpResponse:
        context = {"form": form, "cancel_url": self.row.get_absolute_url(), **self.context()}
        return render(self.request, self.template_name, context, status=status)


def put_errors(form: Form, refusal: Refused) -> None:
    """Show a refusal at its fields, or on top."""
    for name, texts in (refusal.fields or {None: [str(refusal)]}).items():
        form.add_error(name if name in form.fields else None, texts)


def history_page(request: HttpRequest, row: Any, **words: Any) -> HttpResponse:
    """Who changed what of a row."""
    context = {"record": row, "record_url": row.get_absolute_url(), "entries": history_of(row, viewer=request.user)}
    return render(request, "org/record_history.html", context | words)
