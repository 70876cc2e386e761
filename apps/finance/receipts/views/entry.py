"""Recording a receipt: choose the client, see the open invoices with a proposal, change it, record."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from apps.core.errors import Refused
from apps.core.forms import MoneyField
from apps.core.money import format_money
from apps.core.refusals import RefusalMixin
from apps.finance.billing.models import SalesInvoice
from apps.finance.payments.models import FundAccount
from apps.finance.receipts import permissions, services
from apps.finance.receipts.forms import ReceiptForm, Shares

MOST_SHOWN = 200


class Entry(RefusalMixin, View):
    """What the form and its fragment share."""

    def page_after_refusal(self) -> str:
        return reverse("finance:receipt-list")

    def shares(self, data: Any) -> Shares:
        """The open invoices of the client in the form, in the currency of the account."""
        return Shares(_open_of(data), amount=_amount(data.get("amount", "")))


class Record(Entry):
    """Record a receipt. Without scripts the button "Show the open invoices" brings them in a second step."""

    def get(self, request: HttpRequest) -> HttpResponse:
        permissions.require_record(request.user)
        form = ReceiptForm(initial={"client": _client(request.GET)})
        return self.page(form, self.shares(request.GET))

    def post(self, request: HttpRequest) -> HttpResponse:
        permissions.require_record(request.user)
        shares = self.shares(request.POST)
        if "show" in request.POST:
            return self.page(ReceiptForm(initial=request.POST.dict() | {"client": _client(request.POST)}), shares)
        form = ReceiptForm(request.POST)
        amounts = shares.read(request.POST)
        if not form.is_valid() or shares.errors:
            return self.page(form, shares, status=422)
        try:
            receipt = services.record_receipt(by=request.user, amounts=amounts or None, **form.cleaned_data)
        except Refused as refusal:
            if refusal.status != 409:
                raise
            for name, texts in shares.put(refusal.fields or {"": [str(refusal)]}).items():
                form.add_error(name if name in form.fields else None, texts)
            return self.page(form, shares, status=422)
        values = {"number": receipt.number, "amount": format_money(receipt.amount)}
        values["left"] = format_money(receipt.unapplied)
        messages.success(request, _("%(number)s is recorded: %(amount)s, %(left)s of it unapplied.") % values)
        return HttpResponseRedirect(receipt.get_absolute_url())

    def page(self, form: ReceiptForm, shares: Shares, status: int = 200) -> HttpResponse:
        context = {
            "page_title": _("Record a receipt"),
            "form": form,
            "shares": shares,
            "invoices_url": reverse("finance:receipt-invoices"),
            "cancel_url": reverse("finance:receipt-list"),
        }
        return render(self.request, "finance/receipt/form.html", context, status=status)


class Invoices(Entry):
    """The open invoices of the client just chosen, with a proposal; a fragment."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        permissions.require_record(request.user)
        return render(request, "finance/receipt/_shares.html", {"shares": self.shares(request.POST)})


def _key(data: Any, name: str) -> int:
    text = data.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _client(data: Any) -> int | None:
    client = ReceiptForm().fields["client"].chosen_in(data, "client")
    return client and client.pk


def _open_of(data: Any) -> Iterator[SalesInvoice]:
    """Looked for when they are shown; a receipt that is recorded at once shows none."""
    client, account = _client(data), _key(data, "account")
    currency = FundAccount.objects.filter(pk=account).values_list("currency", flat=True).first() or "CNY"
    yield from services.open_invoices(client, currency, most=MOST_SHOWN) if client else []


def _amount(text: str) -> Decimal:
    try:
        return MoneyField(required=False).clean(text) or Decimal("0.00")
    except ValidationError:
        return Decimal("0.00")
