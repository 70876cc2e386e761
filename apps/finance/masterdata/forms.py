"""Forms of what the company decides about expenses beforehand (clause 6.2.1). Each change asks for its reason."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.forms import MoneyField
from apps.finance.expenses.models import City, CityTier, ExpenseCategory, ExpenseStandard, ReturnReason
from apps.finance.payments.models import FundAccount
from apps.org.forms import RecordForm
from apps.org.models import JobGrade


class ExpenseCategoryForm(RecordForm):
    """What money may be spent on."""

    class Meta:
        model = ExpenseCategory
        fields = [
            "code",
            "name",
            "name_en",
            "account",
            "scope",
            "requires_invoice",
            "deductible_vat",
            "unit",
            "order",
            "active",
        ]
        widgets = {"scope": forms.Textarea(attrs={"rows": 2})}


class CityTierForm(RecordForm):
    """A class of cities."""

    class Meta:
        model = CityTier
        fields = ["code", "name", "name_en", "order", "is_default"]


class CityForm(RecordForm):
    """A city and its tier."""

    class Meta:
        model = City
        fields = ["code", "name", "name_en", "tier", "active"]


class ExpenseStandardForm(RecordForm):
    """A limit with its validity; grades are chosen by name and kept by level."""

    limit = MoneyField(label=_("Limit"), min_value=0)
    grade_from = forms.TypedChoiceField(label=_("From grade"), required=False, coerce=int, empty_value=None)
    grade_to = forms.TypedChoiceField(label=_("To grade"), required=False, coerce=int, empty_value=None)

    class Meta:
        model = ExpenseStandard
        fields = [
            "category",
            "unit",
            "limit",
            "control",
            "grade_from",
            "grade_to",
            "tier",
            "city",
            "valid_from",
            "valid_to",
            "is_demo_value",
            "active",
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        levels = {}
        for grade in JobGrade.objects.order_by("level", "code"):
            levels.setdefault(grade.level, []).append(str(grade))
        for level in (self.instance.grade_from, self.instance.grade_to):
            if level is not None:
                levels.setdefault(level, [])
        named = [(level, f"{level} · {' / '.join(names)}" if names else str(level)) for level, names in levels.items()]
        for name in ("grade_from", "grade_to"):
            self.fields[name].choices = [("", _("All")), *sorted(named)]


class ReturnReasonForm(RecordForm):
    """Why lines come back, and what to do better."""

    class Meta:
        model = ReturnReason
        fields = ["code", "name", "name_en", "hint", "hint_en", "order", "active"]


class FundAccountForm(RecordForm):
    """An account of the company."""

    class Meta:
        model = FundAccount
        fields = ["code", "name", "name_en", "bank", "account_number", "currency", "active"]
