"""The fields in which somebody chooses who decides: the applicant on the paper's form, an approver when approving."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from apps.approvals import choosing
from apps.approvals.models import Step
from apps.approvals.routing import StepRule
from apps.approvals.turn import label_of, steps_of
from apps.approvals.wording import conditions_in_words
from apps.core.forms import BaseForm
from apps.documents.models import Document
from apps.org.models import User

PREFIX = "choice"


class ChoicesForm(BaseForm):
    """One field for each step whose people are chosen, named by the key of the step.

    None is required here: a draft may be kept without, and the service says what is missing.
    """

    prefix = PREFIX

    def __init__(
        self,
        data: Any = None,
        *,
        rules: Iterable[StepRule],
        applicant: int,
        labels: Mapping[str, Any],
        chosen: choosing.Choices,
    ):
        super().__init__(data)
        for rule in rules:
            told = conditions_in_words(rule.conditions, labels)
            self.fields[rule.key] = _field(
                rule,
                list(chosen.get(rule.key, ())),
                queryset=choosing.options(rule, applicant),
                label=_("Who decides the step “%(step)s”") % {"step": label_of(rule)},
                help_text=_("Needed only if %(conditions)s.") % {"conditions": told} if told else "",
            )

    def chosen(self) -> dict[str, list[User]]:
        """The people of each step, without what does not fit its field."""
        self.is_valid()
        return {name: _people(value) for name, value in self.cleaned_data.items()}

    def as_fields(self) -> dict[str, forms.Field]:
        """The fields by the names they are sent under, to stand in another form."""
        return {self.add_prefix(name): field for name, field in self.fields.items()}


def _field(rule: StepRule, chosen: list[int], **options: Any) -> forms.Field:
    """A field for one person, or for several where the step takes them."""
    attrs = {"data-searchable": "", "class": "form-select"}
    if rule.choose_many:
        widget: forms.Widget = forms.SelectMultiple(attrs=attrs)
        return forms.ModelMultipleChoiceField(initial=chosen, widget=widget, required=False, **options)
    widget = forms.Select(attrs=attrs)
    return forms.ModelChoiceField(initial=next(iter(chosen), None), widget=widget, required=False, **options)


def next_choices(document: Document, deciding: Step, steps: Iterable[Step] | None = None) -> ChoicesForm:
    """The fields in which whoever approves a step chooses who decides the next; mostly none."""
    approval = document.approval
    steps = steps_of(approval) if steps is None else steps
    return ChoicesForm(
        rules=choosing.asked_of_approver(steps, approval.facts, deciding=deciding),
        applicant=approval.applicant_id,
        labels=document.FACTS,
        chosen=approval.choices,
    )


def _people(value: Any) -> list[User]:
    return [value] if isinstance(value, User) else list(value or ())


def choices_in(data: Mapping[str, Any]) -> dict[str, list[int]]:
    """The people chosen in a form that was sent, by key of the step; what is no number is left out."""
    sent = {name.removeprefix(f"{PREFIX}-"): data.getlist(name) for name in data if name.startswith(f"{PREFIX}-")}
    return {key: [int(one) for one in people if one.isdecimal() and len(one) < 10] for key, people in sent.items()}
