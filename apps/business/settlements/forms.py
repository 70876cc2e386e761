"""Forms of settlements: the header and the lines."""

from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.business.contracts.models import PaymentScheduleLine
from apps.business.engagements.models import Engagement
from apps.business.settlements.models import Settlement, SettlementLine
from apps.business.settlements.parties import PHASES, engagements_of
from apps.business.settlements.services import default_lines
from apps.core.money import format_money
from apps.documents.forms import BaseLineFormSet, DocumentForm, LineForm, line_formset
from apps.finance.expenses.forms import KnownChoiceField

#: what the client confirmed, what is deducted, and what stands on the invoice, as the form shows it
CONFIRMED = ("title", "engagement", "confirmed_by", "confirmed_on")
TERMS = ("payment_method", "payment_term_days", "due_base", "deduction", "deduction_reason")
INVOICE = ("invoice_kind", "buyer_name", "buyer_uscc")


class SettlementForm(DocumentForm):
    """The header of a settlement. The engagement was chosen before the form opened and stays."""

    engagement = forms.ModelChoiceField(Engagement.objects.none(), label=_("Engagement"))

    class Meta:
        model = Settlement
        fields = [*CONFIRMED, *TERMS, *INVOICE]
        labels = {"title": _("What is settled")}
        help_texts = {
            "confirmed_by": _("Name and position of the person at the client who agreed to amount and payment method."),
            "deduction": _("What the client does not pay of the lines; taken off before tax is reckoned."),
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field = self.fields["engagement"]
        if self.instance.pk:
            field.queryset = Engagement.objects.filter(pk=self.instance.engagement_id)
        else:
            field.queryset = engagements_of(self.by).filter(phase__in=PHASES)
            chosen = self.data.get("engagement") if self.is_bound else self.instance.engagement_id
            rows = field.queryset.filter(pk=chosen) if str(chosen or "").isdecimal() else field.queryset.none()
            field.widget.choices = [("", "—"), *((row.pk, str(row)) for row in rows)]
        for name in ("confirmed_by", "confirmed_on", "buyer_name"):
            self.fields[name].required = False


class SettlementLineForm(LineForm):
    """One item. Nothing is demanded here: drafts may be unfinished, `submission` says what is missing."""

    schedule_line = KnownChoiceField(PaymentScheduleLine.objects.none(), label=_("Scheduled payment"), required=False)

    class Meta:
        model = SettlementLine
        fields = ["schedule_line", "description", "quantity", "price"]
        widgets = {
            "description": forms.TextInput(),
            "quantity": forms.NumberInput(attrs={"min": "0.01", "step": "0.01"}),
        }

    def __init__(self, *args: Any, known: tuple[dict[str, PaymentScheduleLine], list], **kwargs: Any):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False
        self.fields["schedule_line"].know(*known)


class SettlementLines(BaseLineFormSet):
    """The lines of a settlement; a new one starts with a line per scheduled payment that is open."""

    def __init__(self, data: Any = None, files: Any = None, **kwargs: Any):
        super().__init__(data, files, **kwargs)
        if data is None and self.instance.pk is None and self.instance.engagement_id:
            lines = default_lines(self.instance.engagement)
            self.initial_extra = [{**line, "schedule_line": line["schedule_line"].pk} for line in lines]
            self.extra = len(lines) or 1

    @cached_property
    def known(self) -> tuple[dict[str, PaymentScheduleLine], list[tuple[str, str]]]:
        """The payments of the contract, read once for all lines."""
        rows = PaymentScheduleLine.objects.filter(contract=self._contract_id()).order_by("order", "pk")
        by_key = {str(row.pk): row for row in rows}
        return by_key, [("", "—"), *((key, _label(row)) for key, row in by_key.items())]

    def _contract_id(self) -> int | None:
        if self.instance.engagement_id:
            return self.instance.engagement.contract_id
        chosen = self.data.get("engagement", "") if self.is_bound else ""
        if not str(chosen).isdecimal():
            return None
        contracts = engagements_of(self.instance.applicant).filter(pk=chosen)
        return contracts.values_list("contract", flat=True).first()

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "known": self.known}


def _label(payment: PaymentScheduleLine) -> str:
    return f"{payment.order}. {payment.milestone} · {format_money(payment.unsettled)}"


SettlementLineFormSet = line_formset(Settlement, SettlementLine, SettlementLineForm, formset=SettlementLines)
