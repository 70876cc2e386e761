"""Filters of lists: the base set with its bar, ranges that check their order, and the words of what is active."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import django_filters
from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_filters.fields import RangeField
from django_filters.widgets import RangeWidget

from apps.core.forms import DateInput, MoneyField, MoneyInput, form_helper
from apps.core.money import format_money


@dataclass(frozen=True)
class ActiveFilter:
    """One filter somebody has set: what it is called, what it says, and which parameters to drop to remove it."""

    label: str
    value: str
    parameters: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.label}{gettext(': ')}{self.value}"


class _DateRangeWidget(RangeWidget):
    template_name = "core/range_widget.html"
    suffixes = ["from", "to"]

    def __init__(self, attrs: dict | None = None):
        super(RangeWidget, self).__init__((DateInput(), DateInput()), attrs)


class _MoneyRangeWidget(RangeWidget):
    template_name = "core/range_widget.html"
    suffixes = ["min", "max"]

    def __init__(self, attrs: dict | None = None):
        super(RangeWidget, self).__init__((MoneyInput(), MoneyInput()), attrs)


class _OrderedRangeField(RangeField):
    """A range whose end lies before its beginning is a slip of the hand; say so."""

    def compress(self, data_list: list[Any]) -> slice | None:
        if data_list and None not in data_list and data_list[0] > data_list[1]:
            raise ValidationError(_("The end lies before the beginning."), code="order")
        return super().compress(data_list)


class _DateRangeField(_OrderedRangeField):
    widget = _DateRangeWidget

    def __init__(self, *args: Any, **kwargs: Any):
        fields = [forms.DateField(validators=[_check_plausible_year]) for _bound in range(2)]
        super().__init__(fields, *args, **kwargs)


class _MoneyRangeField(_OrderedRangeField):
    widget = _MoneyRangeWidget

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__((MoneyField(), MoneyField()), *args, **kwargs)


class DateRangeFilter(django_filters.RangeFilter):
    """`<name>_from` and `<name>_to`, whole days in the company's time zone, both included.

    Works for dates and for moments: `DateRangeFilter("submitted_at", label=_("Submitted"))`.
    """

    field_class = _DateRangeField

    def __init__(self, field_name: str, **kwargs: Any):
        super().__init__(field_name=field_name, **kwargs)

    def filter(self, qs: QuerySet, value: slice | None) -> QuerySet:
        if value and _is_moment(qs.model, self.field_name):
            value = slice(_moment(value.start, dt.time.min), _moment(value.stop, dt.time.max))
        return super().filter(qs, value)


class MoneyRangeFilter(django_filters.RangeFilter):
    """`<name>_min` and `<name>_max`, both included."""

    field_class = _MoneyRangeField

    def __init__(self, field_name: str, **kwargs: Any):
        super().__init__(field_name=field_name, **kwargs)


class _YesNoSelect(forms.NullBooleanSelect):
    def __init__(self, attrs: dict | None = None):
        super().__init__(attrs)
        self.choices = [("unknown", _("All")), ("true", _("Yes")), ("false", _("No"))]


class YesNoFilter(django_filters.BooleanFilter):
    """All, yes or no."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, widget=_YesNoSelect, **kwargs)


class SearchFilter(django_filters.CharFilter):
    """One box over several text fields: every word must occur in one of them."""

    def __init__(self, fields: Sequence[str], **kwargs: Any):
        kwargs.setdefault("label", _("Search"))
        super().__init__(max_length=100, widget=forms.TextInput(attrs={"type": "search"}), **kwargs)
        self.search_fields = fields

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        for word in (value or "").split()[:5]:
            condition = Q()
            for name in self.search_fields:
                condition |= Q(**{f"{name}__icontains": word})
            qs = qs.filter(condition)
        return qs


class BaseFilterSet(django_filters.FilterSet):
    """The base of every list's filters. A set with an error finds nothing and says at the field what is wrong.

    A long set names in `first` the filters of daily use; the bar shows these and whatever is set, the others on demand
    (``?more=1``).
    """

    first: Sequence[str] = ()

    @property
    def qs(self) -> QuerySet:
        if self.is_bound and not self.form.is_valid():
            return self.queryset.none()
        return super().qs

    def narrowed(self, rows: QuerySet) -> QuerySet:
        """Other rows of the same table, under the same filters."""
        if not self.is_bound:
            return rows
        return self.filter_queryset(rows) if self.form.is_valid() else rows.none()

    @property
    def helper(self) -> FormHelper:
        """The crispy helper of the bar; the page owns the form tag because it sends with GET."""
        helper = form_helper(*self.shown)
        helper.form_id = "filters"
        helper.include_media = False
        return helper

    @property
    def shown(self) -> list[str]:
        """Names of the filters the bar shows."""
        names = list(self.form.fields)
        if not self.first or self.data.get("more"):
            return names
        return [name for name in names if name in self.first or self._is_given(name)]

    @property
    def has_more(self) -> bool:
        """Whether the bar leaves some out."""
        return len(self.shown) < len(self.form.fields)

    def _is_given(self, name: str) -> bool:
        return any(self.data.get(parameter) for parameter in _parameters(name, self.form.fields[name].widget))

    def active(self) -> list[ActiveFilter]:
        """What somebody has set, in words, in the order of the bar."""
        return list(self._active()) if self.is_bound else []

    def _active(self) -> Iterator[ActiveFilter]:
        self.form.is_valid()
        for name, value in self.form.cleaned_data.items():
            if value is None or value == "" or value == [] or (isinstance(value, QuerySet) and not value):
                continue
            field = self.form.fields[name]
            yield ActiveFilter(str(field.label or name), _in_words(field, value), _parameters(name, field.widget))


def _parameters(name: str, widget: forms.Widget) -> tuple[str, ...]:
    suffixes = getattr(widget, "suffixes", None)
    return tuple(f"{name}_{suffix}" for suffix in suffixes) if suffixes else (name,)


def _in_words(field: forms.Field, value: Any) -> str:
    if isinstance(value, slice):
        show = format_money if isinstance(field, _MoneyRangeField) else str
        return " – ".join("…" if bound is None else show(bound) for bound in (value.start, value.stop))
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, QuerySet | list | tuple | set):
        return gettext(", ").join(_in_words(field, item) for item in value)
    if isinstance(value, Model):
        return str(value)
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        return _choice_label(field, value)
    return str(value)


def _choice_label(field: forms.ChoiceField, value: Any) -> str:
    for key, label in field.choices:
        if isinstance(label, list | tuple):
            for inner, inner_label in label:
                if str(inner) == str(value):
                    return str(inner_label)
        elif str(key) == str(value):
            return str(label)
    return str(value)


def _is_moment(model: type[Model], path: str) -> bool:
    *relations, name = path.split("__")
    for relation in relations:
        model = model._meta.get_field(relation).related_model
    return model._meta.get_field(name).get_internal_type() == "DateTimeField"


def _moment(date: dt.date | None, time: dt.time) -> dt.datetime | None:
    return date and timezone.make_aware(dt.datetime.combine(date, time))


def _check_plausible_year(date: dt.date) -> None:
    if not 1900 <= date.year < 3000:
        raise ValidationError(_("Enter a date between 1900 and 2999."), code="year")
