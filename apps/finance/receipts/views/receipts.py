"""Pages of one receipt: what it paid, allocating the rest, undoing, voiding, its history."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import View

from apps.core.errors import Refused
from apps.core.money import format_money
from apps.core.refusals import RefusalMixin
from apps.finance.billing.models import SalesInvoice
from apps.finance.receipts import permissions, services
from apps.finance.receipts.forms import Shares
from apps.finance.receipts.models import Receipt, ReceiptAllocation
from apps.finance.receipts.tables import badge_of
from apps.finance.receipts.views.entry import MOST_SHOWN
from apps.org.history import history_of


class ReceiptPage(RefusalMixin, View):
    """A page about one receipt; for others than those who see it, it does not exist."""

    @cached_property
    def receipt(self) -> Receipt:
        rows = Receipt.objects.visible_to(self.request.user).select_related("client", "account", "recorded_by")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def page_after_refusal(self) -> str:
        return self.receipt.get_absolute_url()

    def back(self) -> HttpResponse:
        """On to the page of the receipt."""
        return HttpResponseRedirect(self.receipt.get_absolute_url())


class Detail(ReceiptPage):
    """One receipt with the allocations whose invoices the person may see."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        receipt, user = self.receipt, request.user
        state, words = badge_of(receipt)
        context = {
            "page_title": receipt.number,
            "receipt": receipt,
            "state": state,
            "state_words": words,
            "allocations": self._allocations(),
            "may": {name: permissions.may(user, name, receipt) for name in permissions.ACTIONS},
        }
        return render(request, "finance/receipt/detail.html", context)

    def _allocations(self) -> list[ReceiptAllocation]:
        seen = SalesInvoice.objects.visible_to(self.request.user)
        rows = self.receipt.allocations.filter(invoice__in=seen.values("pk"))
        rows = list(rows.select_related("invoice__receivable__document", "by", "undone_by").order_by("pk"))
        for row in rows:
            row.may_undo = permissions.may_undo(self.request.user, row)
        return rows


class Allocate(ReceiptPage):
    """Put what is unapplied of a receipt to open invoices."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        permissions.require(request.user, "allocate", self.receipt)
        return self.page(self.shares())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        shares, problems = self.shares(), []
        amounts = shares.read(request.POST)
        if shares.errors:
            permissions.require(request.user, "allocate", self.receipt)
            return self.page(shares, status=422)
        try:
            made = services.allocate(self.receipt, by=request.user, amounts=amounts)
        except Refused as refusal:
            if refusal.status != 409:
                raise
            problems = [text for texts in shares.put(refusal.fields).values() for text in texts]
            return self.page(shares, problems or [str(refusal)], status=422)
        total = format_money(sum(row.amount for row in made))
        messages.success(request, _("%(total)s of %(number)s is allocated.") % {"total": total, "number": self.receipt})
        return self.back()

    def shares(self) -> Shares:
        """The open invoices of the client, with a proposal."""
        receipt = self.receipt
        invoices = services.open_invoices(receipt.client_id, receipt.currency, most=MOST_SHOWN)
        return Shares(invoices, amount=receipt.unapplied)

    def page(self, shares: Shares, problems: list[str] | tuple[()] = (), status: int = 200) -> HttpResponse:
        title = _("Allocate %(receipt)s") % {"receipt": self.receipt}
        context = {"page_title": title, "receipt": self.receipt, "shares": shares, "problems": problems}
        return render(self.request, "finance/receipt/allocate.html", context, status=status)


class Void(ReceiptPage):
    """Take a receipt out that should not be there."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        services.void_receipt(self.receipt, by=request.user, reason=request.POST.get("reason", ""))
        messages.success(request, _("%(number)s is voided.") % {"number": self.receipt})
        return self.back()


class Undo(ReceiptPage):
    """Take the money of one allocation off its invoice again."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int, allocation: int) -> HttpResponse:
        seen = SalesInvoice.objects.visible_to(request.user).values("pk")
        row = get_object_or_404(self.receipt.allocations.filter(invoice__in=seen), pk=allocation)
        undone = services.undo_allocation(row, by=request.user, reason=request.POST.get("reason", ""))
        values = {"amount": format_money(-undone.amount), "number": undone.invoice.number}
        messages.success(request, _("%(amount)s is taken off %(number)s again.") % values)
        return self.back()


class History(ReceiptPage):
    """Who changed what of a receipt."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        context = {
            "page_title": _("History of %(record)s") % {"record": self.receipt},
            "record": self.receipt,
            "record_url": self.receipt.get_absolute_url(),
            "entries": history_of(self.receipt, viewer=request.user),
            "list_url": reverse("finance:receipt-list"),
            "list_label": _("Receipts"),
        }
        return render(request, "org/record_history.html", context)
