"""What every form shares: ISO dates, money as people type it, and the crispy helper that leaves the tag to the page."""

import unicodedata
from decimal import Decimal
from functools import partial
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms

from apps.core.checks import check_constraints
from apps.core.errors import Refused
from apps.core.models import SavedView


class DateInput(forms.DateInput):
    """The browser's own date picker, which speaks ISO."""

    input_type = "date"

    def __init__(self, attrs: dict | None = None):
        super().__init__(attrs, format="%Y-%m-%d")


class DateTimeInput(forms.DateTimeInput):
    """The browser's own picker for a moment, in the company's time zone."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict | None = None):
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class MoneyInput(forms.TextInput):
    """A number pad on phones, right-aligned everywhere, and no spin buttons that change an amount by accident."""

    def __init__(self, attrs: dict | None = None):
        super().__init__({"inputmode": "decimal", "autocomplete": "off", "class": "money-input", **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        return f"{value:.2f}" if isinstance(value, Decimal) else super().format_value(value)


class MoneyField(forms.DecimalField):
    """An amount as people type or paste it: `12,345.6`, `¥ 80`, `１２０．５０`."""

    widget = MoneyInput

    def __init__(self, *, max_digits: int = 14, decimal_places: int = 2, **kwargs):
        super().__init__(max_digits=max_digits, decimal_places=decimal_places, **kwargs)

    def to_python(self, value: Any) -> Decimal | None:
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).strip().lstrip("¥").replace(",", "").strip()
        return super().to_python(value)

    def widget_attrs(self, widget: forms.Widget) -> dict:
        return {}


def form_helper(*fields: Any) -> FormHelper:
    """A crispy helper that renders the fields alone: the page owns the tag, the buttons and the CSRF token."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.form_show_errors = True
    if fields:
        helper.layout = Layout(*fields)
    return helper


class PlainFormMixin:
    """Gives a form its helper and every date and amount in it the same input. List the layout in `layout()`."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            _use_house_widget(field)
        self.helper = form_helper(*self.layout())

    def layout(self) -> list[Any]:
        """Fields and crispy layout objects in the order of the page; empty for the order of the form."""
        return []

    def show_refusal(self, refusal: Refused) -> None:
        """Put what a service refused at the fields it is about, or above the form."""
        for name, text in (refusal.fields or {None: str(refusal)}).items():
            self.add_error(name if name in self.fields else None, text)


def _use_house_widget(field: forms.Field) -> None:
    if type(field.widget) is forms.DateInput:
        field.widget = DateInput(field.widget.attrs)
    elif type(field.widget) is forms.DateTimeInput:
        field.widget = DateTimeInput(field.widget.attrs)


class BaseForm(PlainFormMixin, forms.Form):
    """The base of forms that are not about one row."""


class BaseModelForm(PlainFormMixin, forms.ModelForm):
    """The base of forms about one row."""

    def _post_clean(self) -> None:
        """Check constraints without a sentence are left to the services, which say at which field what is wrong."""
        self.instance.validate_constraints = partial(check_constraints, self.instance)
        try:
            super()._post_clean()
        finally:
            del self.instance.validate_constraints


def money_formfield(db_field: Any, **kwargs: Any) -> forms.Field:
    """Makes a ModelForm's decimals amounts: `class Meta: formfield_callback = money_formfield`."""
    if db_field.get_internal_type() == "DecimalField" and db_field.decimal_places == 2:
        kwargs.setdefault("form_class", MoneyField)
    return db_field.formfield(**kwargs)


class SavedViewForm(forms.ModelForm):
    """The name under which a person keeps the filters of a list."""

    class Meta:
        model = SavedView
        fields = ["name", "query"]

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())
