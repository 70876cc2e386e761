"""Lists: what is to be invoiced, the invoice register, the receivables with their posting."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.core.errors import Refused
from apps.documents.views.lists import LoggedList
from apps.finance.billing import permissions
from apps.finance.billing.filters import (
    InvoiceFilterSet,
    ReceivableFilterSet,
    RequestedFilterSet,
    ToRequestFilterSet,
)
from apps.finance.billing.forms import PostForm
from apps.finance.billing.models import Receivable, SalesInvoice
from apps.finance.billing.services import post_receivable
from apps.finance.billing.tables import InvoiceTable, PostingTable, ReceivableTable, RequestedTable, ToRequestTable

MOST_AT_ONCE = 500


class QueuePage(LoggedList):
    """The two halves of what is to be invoiced, side by side."""

    title = gettext_lazy("To invoice")
    template_name = "finance/salesinvoice/queue.html"
    half = ""

    def export_title(self) -> str:
        return str(self.table_class.caption)

    def extra_context(self) -> dict[str, Any]:
        halves = {"salesinvoice-queue": _("Requested"), "receivable-queue": _("Not requested yet")}
        return {
            "tabs": [
                {"label": label, "url": reverse(f"finance:{name}"), "current": name == self.half}
                for name, label in halves.items()
            ]
        }


class RequestedList(QueuePage):
    """Requests that wait for Finance, the oldest first."""

    half = "salesinvoice-queue"
    table_class = RequestedTable
    filterset_class = RequestedFilterSet

    def queryset(self) -> QuerySet:
        rows = SalesInvoice.objects.visible_to(self.request.user).filter(status=SalesInvoice.Status.REQUESTED)
        return rows.select_related("client", "receivable__document", "requested_by")


class ToRequestList(QueuePage):
    """Receivables of which something stands on no request yet."""

    half = "receivable-queue"
    table_class = ToRequestTable
    filterset_class = ToRequestFilterSet

    def queryset(self) -> QuerySet:
        rows = Receivable.objects.visible_to(self.request.user).to_invoice().with_sums()
        return rows.select_related("document", "client", "manager")


class InvoiceList(LoggedList):
    """The invoice register: everything issued, red invoices among it."""

    title = gettext_lazy("Invoice register")
    table_class = InvoiceTable
    filterset_class = InvoiceFilterSet

    def queryset(self) -> QuerySet:
        rows = SalesInvoice.objects.visible_to(self.request.user).issued().with_open()
        return rows.select_related("client", "receivable__document", "red_of", "issued_by")


class ReceivableList(LoggedList):
    """What clients owe, by settlement; several are posted with one voucher."""

    title = gettext_lazy("Receivables")
    filterset_class = ReceivableFilterSet
    template_name = "finance/receivable/list.html"
    form: PostForm | None = None
    refused: list[tuple[Receivable, str]] = []

    @property
    def table_class(self) -> type[ReceivableTable]:
        return PostingTable if self.request.user.has_perm(permissions.POST) else ReceivableTable

    def queryset(self) -> QuerySet:
        rows = Receivable.objects.visible_to(self.request.user).with_sums()
        return rows.select_related("document", "client", "department", "manager")

    def extra_context(self) -> dict[str, Any]:
        return {"form": self.form or PostForm(), "refused": self.refused}

    def posted(self) -> HttpResponse:
        """Post the chosen receivables; those that can't be posted are listed with the reason."""
        self.form = PostForm(self.request.POST)
        chosen = [pk for pk in self.request.POST.getlist("receivables") if pk.isdecimal() and len(pk) < 19]
        rows = list(self.queryset().filter(pk__in=chosen[:MOST_AT_ONCE]).order_by("pk"))
        if not rows:
            self.form.add_error(None, _("Choose the receivables to post first."))
        if not self.form.is_valid():
            return self._again()
        done = self._post_each(rows, self.form.cleaned_data["voucher_ref"])
        if not done:
            return self._again()
        text = ngettext("%(number)s receivable is posted.", "%(number)s receivables are posted.", done)
        messages.success(self.request, text % {"number": done})
        for row, why in self.refused:
            messages.warning(self.request, _("Not posted: %(paper)s. %(why)s") % {"paper": row, "why": why})
        return HttpResponseRedirect(self.request.get_full_path())

    def _post_each(self, rows: list[Receivable], voucher_ref: str) -> int:
        done, self.refused = 0, []
        for row in rows:
            try:
                post_receivable(row, by=self.request.user, voucher_ref=voucher_ref)
            except Refused as refusal:
                self.refused.append((row, str(refusal)))
            else:
                done += 1
        return done

    def _again(self) -> HttpResponse:
        response = self.render_to_response(self.get_context_data())
        response.status_code = 422
        return response
