"""Forms of contracts: the terms, the payment schedule, supplements, signature, end."""

from collections.abc import Iterator
from typing import Any

from crispy_forms.layout import Field
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.business.catalogue.models import ContractTemplate
from apps.business.contracts.models import AgencyContract, ContractSupplement, PaymentScheduleLine
from apps.business.contracts.services import open_contracts, open_intakes
from apps.business.intake.models import EngagementIntake
from apps.core import clock
from apps.core.forms import BaseForm, money_formfield
from apps.core.money import format_money
from apps.documents.forms import BaseLineFormSet, DocumentForm, LineForm, line_formset

#: the fields of a contract as they stand on the page: heading → names
GROUPS = (
    (_("Contract"), ("intake", "template", "title")),
    (
        _("Parties"),
        ("party_a", "party_a_uscc", "party_a_signatory", "party_b", "party_b_signatory"),
    ),
    (_("What is agreed"), ("scope", "rights_duties", "effective_from", "effective_to")),
    (_("Fee and payment"), ("fee_basis", "fee_terms", "fee", "tax_rate", "payment_term_days", "due_base")),
)
FIELDS = [name for _heading, names in GROUPS for name in names]


class IntakeField(forms.ModelChoiceField):
    """An intake is told by its client and what it is about."""

    def label_from_instance(self, intake: EngagementIntake) -> str:
        return f"{intake} · {intake.client.name} · {intake.title} · {format_money(intake.amount)}"


class ContractField(forms.ModelChoiceField):
    """A contract is told by its client and what it is about."""

    def label_from_instance(self, contract: AgencyContract) -> str:
        return f"{contract} · {contract.party_a} · {contract.title}"


class ContractForm(DocumentForm):
    """What a contract says besides its payments. Nothing but the title is demanded: the submission says what lacks."""

    class Meta:
        model = AgencyContract
        fields = FIELDS
        field_classes = {"intake": IntakeField}
        formfield_callback = money_formfield
        widgets = {
            "intake": forms.Select(attrs={"data-searchable": ""}),
            "party_a_uscc": forms.TextInput(attrs={"autocomplete": "off"}),
        }
        help_texts = {
            "intake": _("Client and service come from it. Only approved ones without a contract can be chosen."),
            "template": _("The text is filled from what is typed here, and kept as it is when you submit."),
            "tax_rate": _("0.06 is 6 %."),
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in ("scope", "rights_duties"):
            self.fields[name].widget.attrs["rows"] = 5
        self.fields["intake"].required = False
        self.fields["intake"].queryset = open_intakes(self.by, besides=self.instance.intake_id)
        known = Q(active=True) | Q(pk=self.instance.template_id)
        self.fields["template"].queryset = ContractTemplate.objects.filter(known)

    def groups(self) -> Iterator[tuple[Any, list[tuple[forms.BoundField, str]]]]:
        """Heading → fields, each with the class that says how wide it is."""
        for heading, names in GROUPS:
            fields = [self[name] for name in names]
            yield heading, [(field, _width(field)) for field in fields]


def _width(field: forms.BoundField) -> str:
    if field.name in ("title", "intake") or isinstance(field.field.widget, forms.Textarea):
        return "span-all"
    return "span-2" if field.name == "template" else ""


class PaymentForm(LineForm):
    """One scheduled payment. Drafts may be unfinished."""

    class Meta:
        model = PaymentScheduleLine
        fields = ["milestone", "due", "due_on", "amount"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False


class PaymentLines(BaseLineFormSet):
    """The payment schedule; a new contract begins with that of its intake."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        planned = getattr(self.instance, "planned", None)
        if not self.is_bound and planned:
            self.initial_extra, self.extra = planned, len(planned)


Payments = line_formset(AgencyContract, PaymentScheduleLine, PaymentForm, formset=PaymentLines)


class SupplementForm(DocumentForm):
    """What a supplement changes."""

    class Meta:
        model = ContractSupplement
        fields = ["contract", "title", "change", "effective_to", "milestone", "due_on", "scope_change", "reason"]
        field_classes = {"contract": ContractField}
        formfield_callback = money_formfield
        widgets = {"contract": forms.Select(attrs={"data-searchable": ""})}
        help_texts = {
            "milestone": _("An additional amount becomes one more scheduled payment."),
            "effective_to": _("Only where the period changes."),
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["contract"].required = False
        self.fields["contract"].queryset = open_contracts(self.by, besides=self.instance.contract_id)

    def layout(self) -> list[Any]:
        """The contract across the page, too: it is told by its client and title."""
        return [Field("contract", wrapper_class="span-all"), *super().layout()[1:]]


class SignForm(BaseForm):
    """When it was signed, with which seal, and the scan."""

    signed_on = forms.DateField(label=_("Signed on"))
    seal = forms.CharField(
        label=_("Seal used"), max_length=60, required=False, help_text=_("Contract seal, company seal.")
    )
    original = forms.FileField(
        label=_("Scanned original"), required=False, help_text=_("PDF or picture. It may also follow later.")
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, initial={"signed_on": clock.today()}, **kwargs)


class OriginalForm(BaseForm):
    """The scan that follows a signature."""

    file = forms.FileField(label=_("Scanned original"))


class CompleteForm(BaseForm):
    """When a contract was fulfilled."""

    on = forms.DateField(label=_("Fulfilled on"))

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, initial={"on": clock.today()}, **kwargs)


class TerminateForm(BaseForm):
    """When and why a contract ends before it is fulfilled."""

    on = forms.DateField(label=_("Ends on"))
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, initial={"on": clock.today()}, **kwargs)


class WordingForm(BaseForm):
    """Which template is tried out."""

    template = forms.ModelChoiceField(
        ContractTemplate.objects.filter(active=True), label=_("Template"), required=False, empty_label="—"
    )


class VersionsForm(BaseForm):
    """Which two versions are compared."""

    before = forms.TypedChoiceField(label=_("Earlier version"), coerce=int)
    after = forms.TypedChoiceField(label=_("Later version"), coerce=int)

    def __init__(self, *args: Any, versions: list, **kwargs: Any):
        super().__init__(*args, **kwargs)
        choices = [(version.number, f"v{version.number}") for version in versions]
        self.fields["before"].choices = self.fields["after"].choices = choices
