"""Forms of leads and opportunities."""

from typing import Any

from crispy_forms.layout import Field
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.business.catalogue.models import LostReason, OpportunityStage, ServiceType
from apps.business.leads import permissions
from apps.business.leads.models import Activity, Lead, Opportunity
from apps.core import clock
from apps.core.forms import BaseForm, MoneyField, form_helper, money_formfield
from apps.org.forms import RecordForm, active_people
from apps.org.models import User
from apps.service.clients.duplicates import Suspect, suspects
from apps.service.clients.fields import ClientField
from apps.service.clients.models import Client


def visible_clients(viewer: User, *, and_also: int | None = None):
    """Clients one may choose; the one already chosen stays visible."""
    seen = Client.objects.visible_to(viewer).live()
    return (seen | Client.objects.filter(pk=and_also)) if and_also else seen


def in_use(model, *, and_also: int | None = None):
    """Rows of a list that are in use, and the one already chosen."""
    return model.objects.filter(active=True) | model.objects.filter(pk=and_also)


class OwnedForm(RecordForm):
    """What the forms of leads and opportunities share: who may be in charge of a new one, and the lists in use."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        row = self.instance
        for name in ("service_type", "source", "stage"):
            if name in self.fields:
                self.fields[name].queryset = in_use(
                    self.fields[name].queryset.model, and_also=getattr(row, f"{name}_id")
                )
        if row.pk:
            del self.fields["owner"]
        else:
            self._offer_owners()
        self.helper = form_helper(*self.layout())

    def _offer_owners(self) -> None:
        """Heads put anybody in charge, sellers themselves; everybody may leave it to the pool."""
        owner = self.fields["owner"]
        owner.empty_label = _("nobody: in the shared pool")
        works = self.viewer.has_perm(permissions.ADD_OPPORTUNITY)
        if self.viewer.has_perm(permissions.ASSIGN):
            owner.queryset = active_people()
        else:
            owner.queryset = User.objects.filter(pk=self.viewer.pk) if works else User.objects.none()
        if works:
            owner.initial = self.viewer.pk

    def layout(self) -> list[Any]:
        """Long texts across the page."""
        wide = {"need", "next_step"}
        return [Field(name, wrapper_class="span-all") if name in wide else name for name in self.fields]


class LeadForm(OwnedForm):
    """A lead."""

    client = ClientField(label=gettext_lazy("Client"), required=False, empty_label=gettext_lazy("not in the file yet"))
    referred_by = ClientField(label=gettext_lazy("Referred by client"), required=False)

    class Meta:
        model = Lead
        fields = [
            "company_name",
            "contact_name",
            "phone",
            "email",
            "source",
            "source_detail",
            "referred_by",
            "client",
            "service_type",
            "owner",
            "need",
            "next_step",
            "next_step_on",
        ]
        widgets = {"need": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        lead = self.instance
        self.fields["client"].queryset = visible_clients(self.viewer, and_also=lead.client_id)
        self.fields["referred_by"].queryset = visible_clients(self.viewer, and_also=lead.referred_by_id)


class OpportunityForm(OwnedForm):
    """An opportunity. Stages are changed on the board and on its page."""

    client = ClientField(label=gettext_lazy("Client"))

    probability = forms.IntegerField(
        label=gettext_lazy("Probability in %"),
        required=False,
        min_value=0,
        max_value=100,
        help_text=gettext_lazy("Empty: that of the stage."),
    )

    class Meta:
        model = Opportunity
        fields = [
            "client",
            "title",
            "service_type",
            "stage",
            "owner",
            "expected_amount",
            "probability",
            "expected_on",
            "competitor",
            "next_step",
            "next_step_on",
        ]
        formfield_callback = money_formfield

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        row = self.instance
        self.fields["client"].queryset = visible_clients(self.viewer, and_also=row.client_id)
        self.fields["expected_amount"].min_value = 0
        if row.pk is None:
            self.fields["stage"].initial = OpportunityStage.objects.filter(active=True).first()
            self.initial["probability"] = None

    def clean_expected_amount(self):
        """Nothing is expected below zero."""
        amount = self.cleaned_data["expected_amount"]
        if amount is not None and amount < 0:
            raise ValidationError(_("An amount can't be negative."))
        return amount

    def clean(self) -> dict[str, Any]:
        """Without a probability that of the stage holds."""
        cleaned = super().clean()
        stage = cleaned.get("stage")
        if cleaned.get("probability") is None:
            cleaned["probability"] = stage.probability if stage else 0
        return cleaned


class QualifyForm(BaseForm):
    """Turning a lead into an opportunity: of a client in the file, or of a new one."""

    client = ClientField(label=gettext_lazy("Client"), required=False, empty_label=gettext_lazy("begin a new file"))
    confirm_new = forms.BooleanField(label=gettext_lazy("This is another client than those named."), required=False)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    service_type = forms.ModelChoiceField(
        label=gettext_lazy("Service type"), queryset=ServiceType.objects.none(), required=False
    )
    expected_amount = MoneyField(label=gettext_lazy("Expected amount"), min_value=0)
    expected_on = forms.DateField(label=gettext_lazy("Expected signature"), required=False)

    def __init__(self, *args: Any, lead: Lead, viewer: User, **kwargs: Any):
        self.lead, self.viewer = lead, viewer
        super().__init__(*args, **kwargs)
        self.fields["client"].queryset = visible_clients(viewer, and_also=lead.client_id)
        self.fields["service_type"].queryset = in_use(ServiceType, and_also=lead.service_type_id)
        self.suspects: list[Suspect] = []
        if lead.client_id is None:
            self.suspects = suspects(viewer=viewer, name=lead.company_name, phones=[lead.phone])
        if not self.suspects or not self.is_bound:
            self.fields["confirm_new"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        """A new file for what looks like a client in the file is asked about once."""
        cleaned = super().clean()
        if cleaned.get("client") is None and self.suspects and not cleaned.get("confirm_new"):
            said = _(
                "A client like this is in the file already. Choose it above; if yours is another one, say so here."
            )
            self.add_error("confirm_new", ValidationError(said, code="unconfirmed"))
        return cleaned


class ActivityForm(BaseForm):
    """What was done, and what comes next."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[choice for choice in Activity.Kind.choices if choice[0] != Activity.Kind.CHANGE],
    )
    at = forms.DateTimeField(label=gettext_lazy("When"))
    text = forms.CharField(
        label=gettext_lazy("What was done"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    next_step = forms.CharField(label=gettext_lazy("Next step"), max_length=200, required=False)
    next_step_on = forms.DateField(label=gettext_lazy("Next step on"), required=False)

    def __init__(self, *args: Any, row: Lead | Opportunity, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("at", clock.local_now().replace(second=0, microsecond=0, tzinfo=None))
        self.initial.setdefault("next_step", row.next_step)
        self.initial.setdefault("next_step_on", row.next_step_on)

    def layout(self) -> list[Any]:
        """The text across the page, the next step with room."""
        wide = {"text": "span-all", "next_step": "span-2"}
        return [Field(name, wrapper_class=wide[name]) if name in wide else name for name in self.fields]


class ClosingForm(forms.Form):
    """Why a lead is discarded or an opportunity lost."""

    reason = forms.ModelChoiceField(queryset=LostReason.objects.filter(active=True), required=False)
    note = forms.CharField(max_length=300, required=False)


class AssignForm(forms.Form):
    """Whom to put in charge, and why."""

    to = forms.ModelChoiceField(queryset=User.objects.none())
    reason = forms.CharField(max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = active_people()


class LeadSuggestionForm(forms.Form):
    """What of a half-typed lead is looked up; nothing in it can be wrong."""

    company_name = forms.CharField(required=False, max_length=120)
    phone = forms.CharField(required=False, max_length=40)
    email = forms.CharField(required=False, max_length=254)
