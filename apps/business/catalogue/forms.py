"""Forms of what Business decides beforehand. Each change may give its reason; the settings ask for it."""

from typing import Any

from crispy_forms.layout import Field
from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from apps.business.catalogue.models import (
    BusinessSettings,
    ContractTemplate,
    DossierItem,
    LostReason,
    OpportunityStage,
    ServiceType,
)
from apps.business.catalogue.places import wording
from apps.core.forms import form_helper
from apps.org.forms import RecordForm

NAMED = ["code", "name", "name_en"]


class ServiceTypeForm(RecordForm):
    """A kind of agency service."""

    class Meta:
        model = ServiceType
        fields = [*NAMED, "report_days", "order", "active"]


class DossierItemForm(RecordForm):
    """One document of the file of an engagement."""

    class Meta:
        model = DossierItem
        fields = ["service_type", "name", "name_en", "required", "order", "active"]


class OpportunityStageForm(RecordForm):
    """A column of the board."""

    class Meta:
        model = OpportunityStage
        fields = [*NAMED, "probability", "stale_days", "order", "active"]


class LostReasonForm(RecordForm):
    """Why a sale was lost or a lead discarded."""

    class Meta:
        model = LostReason
        fields = [*NAMED, "order", "active"]


class ContractTemplateForm(RecordForm):
    """The text of a contract; the places it may use stand below it."""

    class Meta:
        model = ContractTemplate
        fields = [*NAMED, "service_type", "order", "active", "body"]
        widgets = {"body": forms.Textarea(attrs={"rows": 24, "spellcheck": "false"})}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["service_type"].empty_label = _("for every service type")
        body = self.fields["body"]
        body.help_text = format_html(
            '{}<ul class="places">{}</ul>',
            _("Places that are filled from the contract:"),
            format_html_join("", "<li><code>{{{{ {} }}}}</code> {}</li>", wording.places.items()),
        )
        self.helper = form_helper(*self.layout())

    def layout(self) -> list[Any]:
        """The text across the page."""
        return [Field(name, wrapper_class="span-all") if name == "body" else name for name in self.fields]

    def clean_body(self) -> str:
        """Only places that there are."""
        body = self.cleaned_data["body"].replace("\r\n", "\n")
        if problems := wording.check(body):
            raise ValidationError(problems)
        return body


class BusinessSettingsForm(RecordForm):
    """Periods and tolerances; a change says why."""

    reason_required = True

    class Meta:
        model = BusinessSettings
        fields = [
            "pool_days",
            "intake_lapse_days",
            "fee_tolerance",
            "term_tolerance_days",
            "expiry_reminders",
            "is_demo_value",
        ]
