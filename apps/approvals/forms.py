"""Forms of the route editor."""

from collections.abc import Sequence
from typing import Any

from crispy_forms.layout import HTML
from django import forms
from django.db.models import Case, Value, When
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from apps.approvals.conditions import ORDERINGS, Condition, groups_of, is_number
from apps.approvals.delegating import people_of
from apps.approvals.filed import MAX_BYTES
from apps.approvals.kinds import all_kinds, kind_called
from apps.approvals.models import Delegation, Route, RouteStep, RouteVersion
from apps.approvals.wording import OPERATORS
from apps.core.forms import BaseForm, BaseModelForm
from apps.org.models import User

SEARCHABLE = {"data-searchable": ""}


class RouteForm(BaseModelForm):
    """A route's names and its owner, who decides where nobody else can be found."""

    class Meta:
        model = Route
        fields = ["name", "name_en", "owner", "revocable_days"]
        widgets = {"owner": forms.Select(attrs=SEARCHABLE)}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = User.objects.filter(is_active=True)
        if self.instance.purpose == Route.Purpose.REVOKE:
            del self.fields["revocable_days"]


class StepForm(BaseModelForm):
    """One step of a draft."""

    fact = forms.ChoiceField(label=_("Fact that names the person"), required=False)
    editable = forms.MultipleChoiceField(
        label=_("Parts the approver may change"), required=False, widget=forms.CheckboxSelectMultiple
    )

    watches = forms.MultipleChoiceField(
        label=_("Asked again when an approver changes"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What the conditions of the step ask for is watched in any case."),
    )
    hidden = forms.MultipleChoiceField(
        label=_("Parts hidden from the approver"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Hidden from whoever sees the paper through this step alone."),
    )

    class Meta:
        model = RouteStep
        fields = [
            "name",
            "name_en",
            "with_previous",
            "rule",
            "levels_up",
            "department",
            "role",
            "people",
            "choose_many",
            "fact",
            "mode",
            "needed",
            "pass_percent",
            "reject_percent",
            "when_applicant",
            "when_nobody",
            "deputy",
            "when_duplicate",
            "resubmission",
            "opinion_required",
            "hours",
            "when_late",
            "attachment_required",
            "signature_required",
            "copy_roles",
            "copy_people",
            "editable",
            "hidden",
            "watches",
        ]
        widgets = {
            "people": forms.SelectMultiple(attrs=SEARCHABLE),
            "copy_roles": forms.SelectMultiple(attrs=SEARCHABLE),
            "copy_people": forms.SelectMultiple(attrs=SEARCHABLE),
            "department": forms.Select(attrs=SEARCHABLE),
            "role": forms.Select(attrs=SEARCHABLE),
            "deputy": forms.Select(attrs=SEARCHABLE),
        }
        help_texts = {
            "levels_up": _("For heads of department: 0 is the applicant's own department, 1 the one above."),
            "department": _("For the head of a named department, and for heads of the line: up to which one."),
            "role": _("For a role, and for a choice: from whom. Without role and people, from everybody."),
            "people": _(
                "Named people, or those from whom somebody chooses. The order counts where they are asked in turn."
            ),
            "needed": _("For “a number of them”."),
            "pass_percent": _("For “a percentage of them”: passed as soon as so many have approved."),
            "reject_percent": _(
                "For a number or a percentage: rejections are votes, and so many end it. Empty: one rejection ends it."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        kind = kind_called(self.instance.version.route.kind)
        self.fields["fact"].choices = [("", "—"), *kind.facts.items()]
        self.fields["editable"].choices = kind.editable.items()
        self.fields["when_late"].required = False
        for name in ("pass_percent", "when_applicant", "when_nobody"):
            self.fields[name].required = False
        self.fields["hidden"].choices = kind.hideable.items()
        self.fields["watches"].choices = kind.facts.items()
        parts_of = {"editable": kind.editable, "hidden": kind.hideable, "watches": kind.facts}
        for name, parts in parts_of.items():
            if not parts:
                del self.fields[name]
        active = User.objects.filter(is_active=True)
        self.fields["copy_people"].queryset = self.fields["deputy"].queryset = active
        self.fields["people"].queryset = active.order_by(*self._named_first(), "name", "username")

    def layout(self) -> list[Any]:
        """The fields in parts, each under its heading."""
        parts = {
            _("The step"): ["name", "name_en", "with_previous"],
            _("Who decides"): [
                "rule", "levels_up", "department", "role", "people", "choose_many", "fact", "when_applicant",
                "when_nobody", "deputy",
            ],
            _("How many"): ["mode", "needed", "pass_percent", "reject_percent", "when_duplicate"],
            _("Deadline"): ["hours", "when_late"],
            _("Told afterwards"): ["copy_roles", "copy_people"],
        }  # fmt: skip
        placed = {name for names in parts.values() for name in names}
        parts[_("What the decision takes, and what it opens")] = [name for name in self.fields if name not in placed]
        heading = '<h2 class="form-part span-all">{}</h2>'
        return [row for title, names in parts.items() for row in (HTML(format_html(heading, title)), *names)]

    def _named_first(self) -> list[Case]:
        """Whom the step names comes first, in order, so that the order survives being shown and sent again."""
        named = self.instance.people_in_order if self.instance.pk else []
        places = [When(pk=person.pk, then=Value(place)) for place, person in enumerate(named)]
        return [Case(*places, default=Value(len(named)))] if named else []

    def clean_people(self) -> list[User]:
        """The people in the order in which they were chosen."""
        chosen = {str(person.pk): person for person in self.cleaned_data["people"]}
        return [chosen[key] for key in dict.fromkeys(self.data.getlist(self.add_prefix("people"))) if key in chosen]

    def clean_when_applicant(self) -> str:
        """Left out where nothing is said."""
        return self.cleaned_data["when_applicant"] or RouteStep.WhenApplicant.SKIP

    def clean_when_nobody(self) -> str:
        """Up the line where nothing is said."""
        return self.cleaned_data["when_nobody"] or RouteStep.WhenNobody.UP

    def clean_when_late(self) -> str:
        """A reminder where nothing is said."""
        return self.cleaned_data["when_late"] or RouteStep.WhenLate.REMIND

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        needs = {"role": "role", "named_head": "department", "people": "people", "fact": "fact"}
        field = needs.get(data.get("rule"))
        if field and not data.get(field):
            self.add_error(field, _("This rule needs it."))
        if data.get("when_late", "remind") != "remind" and not data.get("hours") and "hours" not in self.errors:
            self.add_error("hours", _("Say after how many working hours."))
        if data.get("when_nobody") == RouteStep.WhenNobody.DEPUTY and not data.get("deputy"):
            self.add_error("deputy", _("Say who decides where nobody is found."))
        if not data.get("pass_percent") and "pass_percent" not in self.errors:
            if data.get("mode") == RouteStep.Mode.PERCENT:
                self.add_error("pass_percent", _("Enter a percentage."))
            data["pass_percent"] = RouteStep._meta.get_field("pass_percent").default
        if set(data.get("editable", ())) & set(data.get("hidden", ())):
            self.add_error("hidden", _("What the approver may change can't be hidden from them."))
        return data


class ConditionForm(BaseForm):
    """One condition of a step: a fact of the paper, a comparison, a value, and how it is joined to the one above."""

    joined = forms.ChoiceField(
        label=_("Joined"), choices=[("and", _("and")), ("or", _("or"))], required=False, initial="and"
    )
    fact = forms.ChoiceField(label=_("Fact"), required=False)
    op = forms.ChoiceField(label=_("Comparison"), choices=list(OPERATORS.items()), required=False)
    value = forms.CharField(label=_("Value"), max_length=200, required=False)

    def __init__(self, *args: Any, kind: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["fact"].choices = [("", "—"), *kind_called(kind).facts.items()]
        for field in self.fields.values():
            css = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
            field.widget.attrs |= {"class": css, "aria-label": field.label}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("fact") and not data.get("value"):
            self.add_error("value", _("Enter a value."))
        elif data.get("fact") and data.get("op") in ORDERINGS and not is_number(data["value"]):
            self.add_error("value", _("Enter a number."))
        return data

    @property
    def condition(self) -> dict[str, Any] | None:
        """The condition as it is stored; None for an empty row."""
        data = self.cleaned_data
        if not data.get("fact"):
            return None
        value: Any = data["value"].strip()
        if data["op"] == "in":
            value = [part for piece in value.replace("，", ",").split(",") if (part := piece.strip())]
        elif value in ("true", "false"):
            value = value == "true"
        return {"fact": data["fact"], "op": data["op"], "value": value}


class BaseConditionFormSet(forms.BaseFormSet):
    """The conditions of a step in order; one that is joined by "or" begins a further group."""

    def conditions(self) -> list[dict[str, Any]]:
        """The conditions as they are stored, the empty and the removed ones left out."""
        found: list[dict[str, Any]] = []
        group = 1
        for line in self.forms:
            condition = None if line in self.deleted_forms else line.condition
            if condition is None:
                continue
            if found and line.cleaned_data.get("joined") == "or":
                group += 1
            found.append({**condition, "group": group} if group > 1 else condition)
        return found


ConditionFormSet = forms.formset_factory(
    ConditionForm, BaseConditionFormSet, extra=1, can_delete=True, max_num=20, absolute_max=40
)


def condition_initial(step: RouteStep) -> list[dict[str, Any]]:
    """The stored conditions as the form shows them."""
    return [
        {"joined": "and" if number else "or", "fact": condition.fact, "op": condition.op, "value": _typed(condition)}
        for group in groups_of(Condition(**stored) for stored in step.conditions)
        for number, condition in enumerate(group)
    ]


def _typed(condition: Condition) -> str:
    if condition.op == "in":
        return ", ".join(map(str, condition.value))
    return str(condition.value).lower() if isinstance(condition.value, bool) else str(condition.value)


class VersionsForm(BaseForm):
    """Which two versions of a route are compared, by their numbers."""

    def __init__(self, *args: Any, versions: Sequence[RouteVersion], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.versions = {str(version.number): version for version in versions}
        text = _("Version %(number)s (%(state)s)")
        choices = [
            (number, text % {"number": number, "state": version.get_state_display()})
            for number, version in self.versions.items()
        ]
        for name, label in (("from", _("Compare")), ("to", _("with"))):
            self.fields[name] = forms.ChoiceField(label=label, choices=choices)
            self.fields[name].widget.attrs["class"] = "form-select"

    def chosen(self) -> tuple[RouteVersion, RouteVersion]:
        """The two versions."""
        return self.versions[self.cleaned_data["from"]], self.versions[self.cleaned_data["to"]]


class RouteFileForm(BaseForm):
    """The file from which a draft is made."""

    file = forms.FileField(
        label=_("File of a route (.json)"),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )
    replace = forms.BooleanField(label=_("Replace the draft that is being written"), required=False)

    def __init__(self, *args: Any, has_draft: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not has_draft:
            del self.fields["replace"]

    def clean_file(self) -> Any:
        """Not larger than a route can be; what it says is read by the service."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than %(size)s KB.") % {"size": MAX_BYTES // 1024})
        return file


class DelegationForm(BaseModelForm):
    """Who decides for whom, when, and for which kinds of paper; without kinds, for all."""

    kinds = forms.MultipleChoiceField(
        label=_("Only these kinds of documents"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all of them."),
    )

    class Meta:
        model = Delegation
        fields = ["person", "substitute", "starts", "ends", "reason", "kinds"]
        widgets = {
            "person": forms.Select(attrs=SEARCHABLE),
            "substitute": forms.Select(attrs=SEARCHABLE),
            "starts": forms.DateInput,
            "ends": forms.DateInput,
        }

    def __init__(self, *args: Any, by: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people_of(by)
        self.fields["person"].initial = by
        self.fields["substitute"].queryset = User.objects.filter(is_active=True).exclude(pk=by.pk)
        self.fields["kinds"].choices = [(kind.name, str(kind.label).capitalize()) for kind in all_kinds()]
