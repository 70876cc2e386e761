"""Pages of one invoice: the request, the invoice itself, issuing, reversing, its original, its history."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from apps.core.files import MIME, serve_file, sniff
from apps.core.money import format_money
from apps.finance.billing import numbers, permissions, services
from apps.finance.billing.forms import IssueForm, RequestForm, ReverseForm
from apps.finance.billing.models import SalesInvoice
from apps.finance.billing.services.issuing import due_on, number_problems
from apps.finance.billing.tables import badge_of
from apps.finance.billing.views.base import FormPage, InvoicePage, ReceivablePage, history_page
from apps.finance.invoices.numbers import clean
from apps.org.models import Company

#: what a paper may say about how it wants to be invoiced, and what else is taken from the client's last invoice
WISHES = {"kind": "invoice_kind", "buyer_name": "buyer_name", "buyer_uscc": "buyer_uscc"}
REPEATED = ("kind", "buyer_name", "buyer_uscc", "buyer_address", "buyer_bank", "item")


class Request(ReceivablePage, FormPage):
    """Ask for an invoice over a receivable: `?receivable=<key>`."""

    action = "request"
    template_name = "finance/salesinvoice/request.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        asked = request.GET.get("receivable", "")
        self.kwargs["pk"] = int(asked) if asked.isdecimal() and len(asked) < 19 else 0

    def get(self, request: HttpRequest) -> HttpResponse:
        if not request.GET.get("receivable"):
            return HttpResponseRedirect(reverse("finance:receivable-queue"))
        return super().get(request, self.kwargs["pk"])

    def post(self, request: HttpRequest) -> HttpResponse:
        return super().post(request, self.kwargs["pk"])

    def form(self, *args: Any) -> RequestForm:
        return RequestForm(*args, receivable=self.row, initial=self._initial())

    def _initial(self) -> dict[str, Any]:
        """What the paper says, else what the client's last invoice said."""
        last = SalesInvoice.objects.filter(client_id=self.row.client_id).order_by("-pk").first()
        initial = {name: getattr(last, name) for name in REPEATED} if last else {}
        paper = self.row.document.specific
        wishes = {name: getattr(paper, theirs, "") for name, theirs in WISHES.items()}
        initial |= {name: wish for name, wish in wishes.items() if wish}
        initial.setdefault("buyer_name", self.row.client.name[:120])
        initial.setdefault("buyer_uscc", self.row.client.uscc)
        return initial

    def run(self, values: dict[str, Any]) -> SalesInvoice:
        return services.request_invoice(self.row, by=self.request.user, **values)

    def said(self, done: SalesInvoice) -> str:
        values = {"number": done.number, "amount": format_money(done.total)}
        return _("%(number)s is requested: %(amount)s. Finance issues it.") % values

    def context(self) -> dict[str, Any]:
        title = _("Request an invoice for %(paper)s") % {"paper": self.row.document}
        return {"page_title": title, "receivable": self.row}


class Detail(InvoicePage):
    """One invoice with everything that belongs to it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        invoice = self.row
        state, words = badge_of(invoice)
        allocations = invoice.allocations.select_related("receipt", "by").order_by("pk")
        context = {
            "page_title": invoice.number,
            "invoice": invoice,
            "receivable": invoice.receivable,
            "state": state,
            "state_words": words,
            "allocations": list(allocations),
            "red_invoices": list(invoice.red_invoices.order_by("pk")),
            "original": original_of(invoice),
            "may": {name: permissions.may(request.user, name, invoice) for name in permissions.OF_INVOICE},
            "max_mb": Company.current().max_attachment_mb,
            **self.links(invoice.receivable.document),
        }
        return render(request, "finance/salesinvoice/detail.html", context)


def original_of(invoice: SalesInvoice) -> dict[str, str] | None:
    """The stored original as components/file_preview.html takes it."""
    if not invoice.file:
        return None
    url = reverse("finance:salesinvoice-original", args=[invoice.pk])
    return {"name": invoice.file_name, "format": invoice.file_name.rpartition(".")[2].lower(), "url": url}


class Issue(InvoicePage, FormPage):
    """Enter the official number of a requested invoice."""

    action = "issue"
    template_name = "finance/salesinvoice/issue.html"

    def form(self, *args: Any) -> IssueForm:
        return IssueForm(*args, invoice=self.row)

    def run(self, values: dict[str, Any]) -> SalesInvoice:
        done = services.issue_invoice(self.row, by=self.request.user, **values)
        remark = numbers.year_remark(done.kind, done.invoice_number, done.issued_on)
        if remark:
            messages.warning(self.request, remark)
        return done

    def said(self, done: SalesInvoice) -> str:
        values = {"number": done.number, "official": done.invoice_number, "due": done.due_on.isoformat()}
        return _("%(number)s is issued as %(official)s, due on %(due)s.") % values

    def context(self) -> dict[str, Any]:
        check_url = reverse("finance:salesinvoice-check", args=[self.row.pk])
        title = _("Issue %(invoice)s") % {"invoice": self.row}
        return {"page_title": title, "invoice": self.row, "receivable": self.row.receivable, "check_url": check_url}


class Check(InvoicePage):
    """What is to be said about a number while it is typed; a fragment."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        invoice = self.row
        number, code = clean(request.POST.get("invoice_number", "")), clean(request.POST.get("code", ""))
        day = _date(request.POST.get("issued_on", ""))
        problems = number_problems(invoice.kind, code, number) if number else {}
        context = {
            "number": number,
            "problems": [text for texts in problems.values() for text in texts],
            "remark": numbers.year_remark(invoice.kind, number, day),
            "due_on": due_on(invoice, day) if day and invoice.status == SalesInvoice.Status.REQUESTED else None,
        }
        return render(request, "finance/salesinvoice/_check.html", context)


def _date(text: str) -> dt.date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


class Reverse(InvoicePage, FormPage):
    """Reverse an invoice with a red one, wholly or in part."""

    action = "reverse"
    template_name = "finance/salesinvoice/reverse.html"

    def form(self, *args: Any) -> ReverseForm:
        return ReverseForm(*args, invoice=self.row)

    def run(self, values: dict[str, Any]) -> SalesInvoice:
        return services.reverse_invoice(self.row, by=self.request.user, **values)

    def said(self, done: SalesInvoice) -> str:
        values = {"number": done.number, "amount": format_money(-done.total), "of": done.red_of.number}
        return _("%(number)s reverses %(amount)s of %(of)s; it may be invoiced again.") % values

    def context(self) -> dict[str, Any]:
        check_url = reverse("finance:salesinvoice-check", args=[self.row.pk])
        title = _("Reverse %(invoice)s") % {"invoice": self.row}
        return {"page_title": title, "invoice": self.row, "receivable": self.row.receivable, "check_url": check_url}


class Withdraw(InvoicePage):
    """Take a request back."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        services.withdraw_request(self.row, by=request.user, reason=request.POST.get("reason", ""))
        messages.success(request, _("The request %(number)s is withdrawn.") % {"number": self.row.number})
        return self.back()


class Attach(InvoicePage):
    """Store the original of an issued invoice."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            services.attach_original(self.row, by=request.user, file=request.FILES.get("file"))
        except services.BillingError as refusal:
            messages.error(request, " ".join(text for texts in refusal.fields.values() for text in texts))
        else:
            messages.success(request, _("The original is stored."))
        return self.back()


class Original(InvoicePage):
    """The original: inside the page with `?inline=1` where it is a PDF, else as a download."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        invoice = self.row
        if not invoice.file:
            raise Http404
        try:
            content = invoice.file.open("rb")
        except FileNotFoundError:
            raise Http404(_("The file is no longer there.")) from None
        content_type = MIME[sniff(content) or "xml"]
        return serve_file(content, invoice.file_name, inline="inline" in request.GET, content_type=content_type)


class History(InvoicePage):
    """Who changed what of an invoice."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        title = _("History of %(record)s") % {"record": self.row}
        list_url = reverse("finance:salesinvoice-list")
        return history_page(request, self.row, page_title=title, list_url=list_url, list_label=_("Invoices"))


def invoices_of(rows: QuerySet) -> list[SalesInvoice]:
    """Invoices as a page lists them, each with its state."""
    invoices = list(rows.select_related("red_of").order_by("pk"))
    for invoice in invoices:
        invoice.badge = badge_of(invoice)
    return invoices
