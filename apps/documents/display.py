"""How the columns of a paper are shown: labels and values on its page, in print and in its history."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.money import format_money
from apps.core.tables import Column, Table

#: longer texts go across the whole width
WIDE = 60


@dataclass(frozen=True)
class Fact:
    """One label and its value. ``wide``: across the page; ``number``: figures."""

    label: Any
    value: Any
    wide: bool = False
    number: bool = False
    #: the column it is, where it is one
    name: str = ""


def of_form(document: models.Model, form_class: type) -> list[Fact]:
    """The paper's columns in the order of its form, without the title and amount that stand in the heading."""
    names = [name for name in form_class.base_fields if name not in ("title", "amount")]
    return of_fields(document, names)


def of_fields(document: models.Model, names: Iterable[str]) -> list[Fact]:
    """These columns with their own labels."""
    return [fact_of(document, name) for name in names if _is_column(type(document), name)]


def without(facts: Iterable[Fact], hidden: Collection[str]) -> list[Fact]:
    """Only what is not hidden from the reader."""
    return [fact for fact in facts if fact.name not in hidden]


def labels_of(model: type[models.Model], names: Iterable[str]) -> set[str]:
    """The labels under which these columns are shown."""
    return {_capitalised(model._meta.get_field(name).verbose_name) for name in names if _is_column(model, name)}


def fact_of(row: models.Model, name: str) -> Fact:
    """One column of a row."""
    field = row._meta.get_field(name)
    value = shown(field, getattr(row, name))
    wide = isinstance(field, models.TextField) or len(str(value)) > WIDE
    return Fact(_capitalised(field.verbose_name), value, wide, _is_number(field), name)


def shown(field: models.Field, value: Any) -> str:
    """A value of a column in words."""
    if value is None or value == "":
        return ""
    if field.flatchoices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, Decimal):
        return format_money(value) if field.decimal_places == 2 else f"{value.normalize():f}"
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).isoformat(" ", "minutes")[:16]
    return str(value)


def lines_of(document: models.Model, formset_class: type) -> list[models.Model]:
    """The stored line items of a paper with the rows they point at; kept on the paper for whoever asks next."""
    accessor = formset_class.fk.remote_field.get_accessor_name()
    names = [field.name for field in _columns(formset_class) if field.is_relation]
    rows = formset_class.model.objects.all()
    rows = rows.select_related(*names) if names else rows
    models.prefetch_related_objects([document], models.Prefetch(accessor, rows))
    return list(getattr(document, accessor).all())


def line_table(formset_class: type) -> type[Table]:
    """A table made from the columns of the line form."""
    columns = [_column(field) for field in _columns(formset_class)]
    return type("LineTable", (LineTable,), {"columns": columns, "caption": _("Line items")})


class LineTable(Table):
    """Line items on a page; they lead nowhere."""

    def row_url(self, row: Any) -> str:
        return ""


def _columns(formset_class: type) -> list[models.Field]:
    model = formset_class.model
    names = [name for name in formset_class.form.base_fields if _is_column(model, name)]
    return [model._meta.get_field(name) for name in names]


def _column(field: models.Field) -> Column:
    header = _capitalised(field.verbose_name)
    if isinstance(field, models.DecimalField) and field.decimal_places == 2:
        return Column(field.name, header, kind="money", total=field.name == "amount")
    if isinstance(field, models.DecimalField | models.IntegerField) and not field.choices:
        return Column(field.name, header, kind="number")
    if isinstance(field, models.DateTimeField):
        return Column(field.name, header, kind="datetime")
    if isinstance(field, models.DateField):
        return Column(field.name, header, kind="date")
    if isinstance(field, models.TextField):
        return Column(field.name, header, kind="longtext")
    if field.choices or isinstance(field, models.BooleanField):
        return Column(field.name, header, accessor=lambda row: shown(field, getattr(row, field.name)))
    return Column(field.name, header)


def _is_column(model: type[models.Model], name: str) -> bool:
    return any(field.name == name for field in model._meta.concrete_fields)


def _is_number(field: models.Field) -> bool:
    return isinstance(field, models.DecimalField | models.IntegerField) and not field.choices


def _capitalised(label: Any) -> str:
    label = str(label)
    return label[:1].upper() + label[1:]
