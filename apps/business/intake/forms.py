"""Forms of preliminary assessments and intake applications."""

from collections.abc import Iterator
from typing import Any

from crispy_forms.layout import Field
from django import forms
from django.core.validators import MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.business.catalogue.models import ServiceType
from apps.business.intake import permissions
from apps.business.intake.models import EngagementIntake, IntakeAssessment
from apps.business.leads.models import Opportunity
from apps.core.forms import BaseForm, form_helper, money_formfield
from apps.documents.forms import DocumentForm
from apps.org.forms import RecordForm


class AssessmentForm(RecordForm):
    """A preliminary assessment. The opportunity is chosen once."""

    class Meta:
        model = IntakeAssessment
        fields = [
            "opportunity",
            "service_type",
            "needs",
            "scale",
            "expected_revenue",
            "expected_cost",
            "feasibility",
            "feasibility_note",
            "conflict_of_interest",
            "conflict_note",
        ]
        formfield_callback = money_formfield
        widgets = {
            "needs": forms.Textarea(attrs={"rows": 4}),
            "feasibility_note": forms.Textarea(attrs={"rows": 2}),
            "conflict_note": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in ("expected_revenue", "expected_cost"):
            self.fields[name].validators.append(MinValueValidator(0))
        known = ServiceType.objects.filter(pk=self.instance.service_type_id)
        self.fields["service_type"].queryset = ServiceType.objects.filter(active=True) | known
        if self.instance.pk:
            del self.fields["opportunity"]
        else:
            self.fields["opportunity"].queryset = assessable(self.viewer)
        self.helper = form_helper(*self.layout())

    def layout(self) -> list[Any]:
        """Long texts and the project's size across the page."""
        wide = ("opportunity", "needs", "scale", "feasibility_note", "conflict_of_interest", "conflict_note")
        return [Field(name, wrapper_class="span-all") if name in wide else name for name in self.fields]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("conflict_of_interest") and not cleaned.get("conflict_note", "").strip():
            self.add_error("conflict_note", _("Say with whom, and how it is dealt with."))
        return cleaned


def assessable(user) -> Any:
    """The open opportunities this person may assess."""
    seen = Opportunity.objects.visible_to(user).filter(state=Opportunity.State.OPEN, owner__isnull=False)
    seen = seen.select_related("owner", "client").order_by("-pk")
    keys = [row.pk for row in seen[:1000] if permissions.may_assess(user, row)]
    return Opportunity.objects.filter(pk__in=keys).order_by("-pk")


class VerdictForm(BaseForm):
    """The verdict on an assessment, with its reasons."""

    verdict = forms.ChoiceField(choices=IntakeAssessment.Verdict.choices[1:])
    note = forms.CharField(
        label=gettext_lazy("Reasons"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


#: the parts of the paper form, in its order
GROUPS = (
    (gettext_lazy("Business"), ("title", "scope")),
    (gettext_lazy("Term, fee and cost"), ("term_from", "term_to", "fee_basis", "amount", "estimated_cost")),
    (gettext_lazy("Payment and risks"), ("payment_term_days", "risk_note")),
)
WIDE = ("title", "scope", "risk_note")


class IntakeForm(DocumentForm):
    """An intake application. The assessment comes along hidden; client and service type are those of it."""

    class Meta:
        model = EngagementIntake
        fields = ["assessment", *(name for _title, names in GROUPS for name in names)]
        formfield_callback = money_formfield
        labels = {
            "title": gettext_lazy("Business in one line"),
            "amount": gettext_lazy("Estimated fee, tax included"),
            "term_from": gettext_lazy("Term from"),
            "term_to": gettext_lazy("Term to"),
        }
        widgets = {"assessment": forms.HiddenInput}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["scope"].widget.attrs["rows"] = 5
        for name in ("amount", "estimated_cost"):
            self.fields[name].validators.append(MinValueValidator(0))
        seen = IntakeAssessment.objects.visible_to(self.by) if self.by else IntakeAssessment.objects.none()
        known = IntakeAssessment.objects.filter(pk=self.instance.assessment_id)
        self.fields["assessment"].queryset = (seen | known).select_related("opportunity__client", "service_type")
        self.fields["assessment"].error_messages["required"] = _("Choose a preliminary assessment that has passed.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first, last = cleaned.get("term_from"), cleaned.get("term_to")
        if first and last and last < first:
            self.add_error("term_to", _("The end lies before the beginning."))
        return cleaned

    def groups(self) -> Iterator[dict[str, Any]]:
        """The fields in the parts of the paper form."""
        for title, names in GROUPS:
            fields = [{"field": self[name], "wide": name in WIDE} for name in names]
            yield {"title": title, "fields": fields}
