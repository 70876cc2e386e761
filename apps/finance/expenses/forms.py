"""Forms of expense claims: the header, the lines, the review by Finance."""

from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.forms import BaseForm, MoneyField
from apps.documents.forms import BaseLineFormSet, DocumentForm, LineForm, line_formset
from apps.documents.models import Document
from apps.finance.expenses import charging
from apps.finance.expenses.models import City, ExpenseCategory, ExpenseClaim, ExpenseLine, ReturnReason

#: the fields of a line as they stand on the page
ORDER = [
    "category",
    "date",
    "description",
    "amount",
    "city",
    "city_text",
    "days",
    "people",
    "tax",
    "invoice_kind",
    "invoice_code",
    "invoice_number",
    "invoice_date",
    "invoice_total",
    "seller_name",
    "over_reason",
]


class ChargedToField(forms.ModelChoiceField):
    """A choice among papers, each with its number and what it is about."""

    def label_from_instance(self, obj: Document) -> str:
        return f"{obj.number} {obj.title}"


class ClaimForm(DocumentForm):
    """The header of a claim. The engagement is asked for where this person may charge any."""

    charged_to = ChargedToField(
        Document.objects.none(),
        label=_("Charged to engagement"),
        required=False,
        empty_label=_("None: an expense of the department"),
        widget=forms.Select(attrs={"data-searchable": ""}),
    )

    class Meta:
        model = ExpenseClaim
        fields = ["title", "claim_type", "charged_to", "project", "payee_bank", "payee_account", "voucher_count"]
        labels = {"title": _("Purpose")}
        help_texts = {
            "title": _("What the money was spent for, in one line."),
            "voucher_count": _("Paper invoices and vouchers handed in; counted from the attachments when left empty."),
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        papers = charging.papers_for(self.by) if self.by else Document.objects.none()
        self.fields["charged_to"].queryset = papers
        if not (self.instance.charged_to_id or papers.exists()):
            del self.fields["charged_to"]


class KnownChoiceField(forms.ModelChoiceField):
    """A choice among rows that were read once for all lines of a form."""

    def know(self, rows: dict[str, models.Model], choices: list[tuple[str, str]]) -> None:
        """These rows can be chosen."""
        self.known = rows
        self.choices = choices

    def to_python(self, value: Any) -> models.Model | None:
        if value in self.empty_values:
            return None
        try:
            return self.known[str(value)]
        except KeyError:
            raise ValidationError(
                self.error_messages["invalid_choice"], code="invalid_choice", params={"value": value}
            ) from None


class ClaimLineForm(LineForm):
    """One expense. Nothing is demanded here: drafts may be unfinished, `submission` says what is missing."""

    category = KnownChoiceField(ExpenseCategory.objects.none(), label=_("Category"), required=False)
    city = KnownChoiceField(City.objects.none(), label=_("City"), required=False)

    class Meta:
        model = ExpenseLine
        fields = ORDER
        widgets = {
            "description": forms.TextInput(),
            "people": forms.NumberInput(attrs={"min": 1, "max": 999}),
            "days": forms.NumberInput(attrs={"min": "0.5", "max": 365, "step": "0.5"}),
            "invoice_number": forms.TextInput(attrs={"autocomplete": "off", "data-nocopy": ""}),
            "invoice_code": forms.TextInput(attrs={"autocomplete": "off"}),
        }

    def __init__(self, *args: Any, known: "KnownRows", **kwargs: Any):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False
        for name, choices in (("category", known.categories), ("city", known.cities)):
            self.fields[name].know(*choices)


class KnownRows:
    """Categories and cities that may be chosen: those in use, and those the claim names already. Two queries."""

    def __init__(self, claim: ExpenseClaim):
        self.claim = claim

    @cached_property
    def categories(self) -> tuple[dict[str, models.Model], list[tuple[str, str]]]:
        return self._rows(ExpenseCategory)

    @cached_property
    def cities(self) -> tuple[dict[str, models.Model], list[tuple[str, str]]]:
        return self._rows(City)

    def _rows(self, model: type[models.Model]) -> tuple[dict[str, models.Model], list[tuple[str, str]]]:
        wanted = Q(active=True)
        if self.claim.pk:
            wanted |= Q(pk__in=model.objects.filter(lines__claim=self.claim).values("pk"))
        rows = {str(row.pk): row for row in model.objects.filter(wanted)}
        return rows, [("", "—"), *((pk, str(row)) for pk, row in rows.items())]


class ClaimLines(BaseLineFormSet):
    """The lines of a claim."""

    @cached_property
    def known(self) -> KnownRows:
        return KnownRows(self.instance)

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "known": self.known}


ClaimLineFormSet = line_formset(ExpenseClaim, ExpenseLine, ClaimLineForm, formset=ClaimLines)


class RulingForm(BaseForm):
    """What Finance rules on one line."""

    ruling = forms.ChoiceField(label=_("Ruling"), choices=ExpenseLine.Ruling.choices)
    approved_amount = MoneyField(label=_("Approved amount"), required=False, min_value=0)
    reason = forms.CharField(label=_("Reason"), required=False, max_length=300)
    return_reason = forms.ModelChoiceField(
        ReturnReason.objects.none(), label=_("Return reason"), required=False, empty_label="—"
    )

    cells = LineForm.cells

    def __init__(self, *args: Any, reasons: list[ReturnReason], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.helper.form_show_labels = False
        self.fields["return_reason"].queryset = ReturnReason.objects.all()
        self.fields["return_reason"].choices = [("", "—"), *((reason.pk, str(reason)) for reason in reasons)]


class ReviewForms:
    """One `RulingForm` per line of a claim, under the names `lines-<index>-<field>`."""

    def __init__(self, claim: ExpenseClaim, data: Any = None):
        reasons = list(ReturnReason.objects.filter(active=True))
        self.rows = [
            (line, RulingForm(data, prefix=f"lines-{index}", initial=_initial(line), reasons=reasons))
            for index, line in enumerate(claim.ordered_lines)
        ]
        self.errors: list[str] = []

    def is_valid(self) -> bool:
        return sum(not form.is_valid() for _line, form in self.rows) == 0

    def rulings(self) -> dict[int, dict[str, Any]]:
        """What was ruled, by line, for `review_lines`."""
        return {line.pk: form.cleaned_data for line, form in self.rows}

    def add_problems(self, problems: dict[str, list[str]]) -> None:
        """Put a refusal's messages to their fields; the rest stands above the table."""
        by_name = {f"{form.prefix}-{name}": (form, name) for _line, form in self.rows for name in form.fields}
        for name, texts in problems.items():
            if name in by_name:
                form, field = by_name[name]
                form.add_error(field, texts)
            else:
                self.errors += texts


def _initial(line: ExpenseLine) -> dict[str, Any]:
    return {
        "ruling": line.ruling,
        "approved_amount": line.approved_amount,
        "reason": line.ruling_reason,
        "return_reason": line.return_reason_id,
    }
