"""The case on which a route is tried out: an applicant, a department, and what the paper would say."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.approvals.trying import AskedFact
from apps.core.forms import BaseForm, MoneyField
from apps.org.models import Department, User

SEARCHABLE = {"data-searchable": ""}
PREFIX = "fact_"


class TryOutForm(BaseForm):
    """Who applies, for which department, and a field for each fact that the steps read."""

    applicant = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("Applicant"), widget=forms.Select(attrs=SEARCHABLE)
    )
    department = forms.ModelChoiceField(
        Department.objects.none(),
        label=gettext_lazy("Department"),
        required=False,
        widget=forms.Select(attrs=SEARCHABLE),
        help_text=gettext_lazy("Empty: the applicant's own."),
    )

    def __init__(self, data: Any = None, *, asked: Iterable[AskedFact]):
        self.asked = list(asked)
        super().__init__(data)
        self.fields["applicant"].queryset = User.objects.filter(is_active=True).select_related("department")
        self.fields["department"].queryset = Department.objects.filter(active=True)
        for fact in self.asked:
            self.fields[PREFIX + fact.name] = _field_of(fact)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        applicant = data.get("applicant")
        if applicant and not data.get("department") and "department" not in self.errors:
            data["department"] = applicant.department
            if applicant.department is None:
                self.add_error("department", _("The applicant belongs to no department: choose one."))
        return data

    def case(self) -> dict[str, Any]:
        """What routing asks of a paper; what was left empty the paper does not say."""
        data = self.cleaned_data
        facts = {fact.name: _stored(data[PREFIX + fact.name]) for fact in self.asked}
        given = {name: value for name, value in facts.items() if value not in (None, "")}
        return {"applicant": data["applicant"], "department": data["department"], "facts": given}


def _field_of(fact: AskedFact) -> forms.Field:
    """The input of a fact, by its type."""
    options: dict[str, Any] = {"label": fact.label[:1].upper() + fact.label[1:], "required": False}
    if fact.type == "person":
        people = User.objects.filter(is_active=True)
        return forms.ModelChoiceField(people, widget=forms.Select(attrs=SEARCHABLE), **options)
    if fact.type == "number":
        return MoneyField(max_digits=18, decimal_places=4, **options)
    if fact.type == "truth":
        choices = [("", "—"), ("true", _("yes")), ("false", _("no"))]
        return forms.TypedChoiceField(
            choices=choices, coerce=lambda value: value == "true", empty_value=None, **options
        )
    options["help_text"] = _("The steps look for: %(values)s") % {"values": _(", ").join(fact.values)}
    return forms.CharField(max_length=200, **options)


def _stored(value: Any) -> Any:
    """A value as papers hand it to routing: people by id, amounts as text."""
    if isinstance(value, User):
        return value.pk
    return value if value is None or isinstance(value, bool) else str(value)
