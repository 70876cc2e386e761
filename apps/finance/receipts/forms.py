"""Forms of receipts: the money that came in, and how much of it goes to which invoice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.forms import BaseForm, MoneyField
from apps.finance.billing.models import PaymentMethod, SalesInvoice
from apps.finance.payments.models import FundAccount
from apps.finance.receipts.services import oldest_first
from apps.service.clients.fields import ClientField
from apps.service.clients.models import Client

ZERO = Decimal("0.00")


class ClientChoice(ClientField):
    """Any client in the file; who works with receipts need not see it."""

    source = reverse_lazy("finance:client-choices")


class ReceiptForm(BaseForm):
    """What the bank's statement says; `record_receipt` checks it."""

    client = ClientChoice(label=_("Client"))
    amount = MoneyField(label=_("Amount"))
    account = forms.ModelChoiceField(FundAccount.objects.none(), label=_("Fund account"))
    received_on = forms.DateField(label=_("Received on"))
    method = forms.ChoiceField(label=_("Payment method"), choices=PaymentMethod)
    bank_reference = forms.CharField(label=_("Bank reference"), max_length=60, required=False)
    payer_name = forms.CharField(
        label=_("Payer"), max_length=120, required=False, help_text=_("The client's name where it is left empty.")
    )
    remark = forms.CharField(label=_("Remark"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["client"].queryset = Client.objects.live()
        accounts = FundAccount.objects.filter(active=True)
        self.fields["account"].queryset = accounts
        if not self.is_bound and len(accounts) == 1:
            self.fields["account"].initial = accounts[0]
        self.fields["received_on"].initial = clock.today


@dataclass
class Share:
    """One open invoice and how much of the receipt goes to it, as typed or proposed."""

    invoice: SalesInvoice
    value: str
    error: str = ""

    @property
    def name(self) -> str:
        return f"amount-{self.invoice.pk}"


class Shares:
    """The open invoices of a client beside each other, with amounts that may be changed."""

    def __init__(self, invoices: Iterable[SalesInvoice], *, amount: Decimal = ZERO):
        self._found = invoices
        self.amount = amount
        self.typed: Mapping[str, str] | None = None
        self.errors: dict[str, str] = {}

    @cached_property
    def invoices(self) -> list[SalesInvoice]:
        return list(self._found)

    def read(self, data: Mapping[str, str]) -> dict[int, Decimal]:
        """The amounts somebody typed, by invoice; what makes no sense is an error at its field."""
        self.typed, amounts, field = data, {}, MoneyField(required=False)
        names = [name for name in data if name.startswith("amount-") and name[7:].isdecimal() and len(name) < 26]
        for name in names:
            try:
                amount = field.clean(data[name])
            except ValidationError as error:
                self.errors[name] = " ".join(error.messages)
            else:
                if amount:
                    amounts[int(name[7:])] = amount
        return amounts

    def put(self, fields: Mapping[str, list[str]]) -> dict[str, list[str]]:
        """Keep the messages that are about amounts; answers the others."""
        shown = {f"amount-{invoice.pk}" for invoice in self.invoices}
        for name, texts in fields.items():
            if name in shown:
                self.errors[name] = " ".join(texts)
        return {name: texts for name, texts in fields.items() if name not in shown}

    @cached_property
    def rows(self) -> list[Share]:
        """The invoices with what was typed, else with the proposal: the earliest due first."""
        proposed = oldest_first(self.invoices, self.amount)
        rows = []
        for invoice in self.invoices:
            name, share = f"amount-{invoice.pk}", proposed.get(invoice.pk)
            value = f"{share:.2f}" if share else ""
            if self.typed is not None:
                value = self.typed.get(name, "")
            rows.append(Share(invoice, value, self.errors.get(name, "")))
        return rows

    @property
    def open_total(self) -> Decimal:
        return sum((invoice.open_amount for invoice in self.invoices), ZERO)

    @property
    def allocated(self) -> Decimal:
        """What the amounts shown add up to, as far as they are amounts."""
        field, total = MoneyField(required=False), ZERO
        for row in self.rows:
            try:
                total += field.clean(row.value) or ZERO
            except ValidationError:
                continue
        return total

    @property
    def left(self) -> Decimal:
        return self.amount - self.allocated
