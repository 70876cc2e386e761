"""Forms of credit: the assessment, the policy, and the scoring model with its questions, answers and bands."""

from typing import Any

from crispy_forms.layout import Field
from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from apps.core.forms import BaseModelForm, money_formfield
from apps.documents.forms import BaseLineFormSet, DocumentForm, LineForm, line_formset
from apps.org.forms import RecordForm
from apps.risk.credit.models import (
    CreditAssessment,
    CreditBand,
    CreditPolicy,
    FactorOption,
    ScoringFactor,
    ScoringModel,
)
from apps.risk.credit.permissions import clients_to_assess
from apps.risk.credit.services.assessments import model_for
from apps.service.clients.fields import ClientField


class AssessmentForm(DocumentForm):
    """Client, proposal, and one answer with its evidence per question of the scoring model."""

    client = ClientField(label=_("Client"), source=reverse_lazy("risk:client-options"))

    class Meta:
        model = CreditAssessment
        fields = ["client", "amount", "term_days", "valid_until", "reason"]
        labels = {"amount": _("Proposed limit")}
        help_texts = {"reason": _("Needed where more is proposed than the score is worth.")}
        formfield_callback = money_formfield

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.scoring = model_for(self.instance)
        self.factors = list(self.scoring.factors.prefetch_related("options")) if self.scoring else []
        self._offer_clients()
        stored = {row.factor_id: row for row in self.instance.answers.all()} if self.instance.pk else {}
        for factor in self.factors:
            self._add_question(factor, stored.get(factor.pk))

    def _offer_clients(self) -> None:
        """Any client may be named."""
        field = self.fields["client"]
        field.queryset = clients_to_assess(self.by)
        field.required = not self.draft

    def _add_question(self, factor: ScoringFactor, stored: Any) -> None:
        options = [(option.pk, f"{option.label} ({option.points})") for option in factor.options.all()]
        answer = forms.TypedChoiceField(
            label=factor.label,
            choices=[("", "—"), *options],
            coerce=int,
            empty_value=None,
            required=False,
            initial=stored.option_id if stored else None,
            widget=forms.Select(attrs={"class": "form-select"}),
        )
        note = forms.CharField(
            label=_("Evidence"),
            max_length=200,
            required=False,
            initial=stored.note if stored else "",
            widget=forms.TextInput(attrs={"class": "form-control"}),
        )
        self.fields[f"answer_{factor.pk}"], self.fields[f"note_{factor.pk}"] = answer, note

    def full_clean(self) -> None:
        super().full_clean()
        self.instance.typed_answers = self.answers()

    def layout(self) -> list[Any]:
        """The header; the page shows the questions as a table."""
        return [Field(name, wrapper_class="span-all") if name == "reason" else name for name in self.Meta.fields]

    @property
    def questions(self) -> list[dict[str, Any]]:
        """One row per question: the factor and its two fields."""
        return [
            {"factor": factor, "answer": self[f"answer_{factor.pk}"], "note": self[f"note_{factor.pk}"]}
            for factor in self.factors
        ]

    def answers(self) -> dict[int, tuple[int | None, str]]:
        """What was answered, as `save_assessment` takes it."""
        typed = getattr(self, "cleaned_data", {})
        return {
            factor.pk: (typed.get(f"answer_{factor.pk}"), typed.get(f"note_{factor.pk}") or "")
            for factor in self.factors
        }


class PolicyForm(RecordForm):
    """What holds for clients nobody has assessed, and when the gate closes."""

    class Meta:
        model = CreditPolicy
        fields = [
            "default_limit",
            "default_term_days",
            "inclusion_rate",
            "grace_days",
            "overdue_threshold",
            "waiver_days",
            "valid_months",
            "is_demo_value",
        ]
        formfield_callback = money_formfield
        help_texts = {"is_demo_value": _("Untick once the company has decided on these figures.")}


class ScoringModelForm(BaseModelForm):
    """What a version is called."""

    class Meta:
        model = ScoringModel
        fields = ["name", "name_en", "note"]


class FactorForm(BaseModelForm):
    """One question."""

    class Meta:
        model = ScoringFactor
        fields = ["name", "name_en", "code", "weight"]


class OptionForm(LineForm):
    """One answer."""

    class Meta:
        model = FactorOption
        fields = ["name", "name_en", "points"]


class BandForm(LineForm):
    """One band."""

    class Meta:
        model = CreditBand
        fields = ["minimum", "grade", "limit", "term_days"]

    def validate_unique(self) -> None:
        """The service refuses two bands of one minimum, with a sentence."""


class Rows(BaseLineFormSet):
    """Rows of a model that are written by a service."""

    def validate_unique(self) -> None:
        """The service refuses doubles with a sentence."""


OptionFormSet = line_formset(ScoringFactor, FactorOption, OptionForm, formset=Rows)
BandFormSet = line_formset(ScoringModel, CreditBand, BandForm, formset=Rows)
