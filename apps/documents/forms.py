"""Forms of documents: the header and the line items; those of the verbs are in `decision_forms`.

A form made with ``draft=True`` keeps what can be kept of half-typed input: what does not fit a field is left out, lines
that are not complete wait in the browser. Autosave, the live preview and a refused form use it, so that nothing typed
is lost.
"""

# ruff: noqa: SLF001 - Django has no public way to put errors on a form that shows stored values

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from crispy_forms.layout import Field
from django import forms
from django.db import models
from django.forms.utils import ErrorDict, ErrorList
from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.core.forms import BaseForm, BaseModelForm, money_formfield
from apps.documents.models import Document
from apps.org.models import User

MOST_LINES = 200


class DocumentForm(BaseModelForm):
    """The header of a paper. ``by`` is the person filling it in."""

    def __init__(self, *args: Any, by: User | None = None, draft: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = 3
        self.by = by
        self.draft = draft
        #: names of fields whose input a draft form could not take
        self.left_out: list[str] = []
        if draft:
            self._before = {name: getattr(self.instance, self._column(name).attname) for name in self._columns()}
            for field in self.fields.values():
                field.required = False

    def layout(self) -> list[Any]:
        """The fields in their order; title and long texts across the page."""
        return [
            Field(name, wrapper_class="span-all")
            if name == "title" or isinstance(field.widget, forms.Textarea)
            else name
            for name, field in self.fields.items()
        ]

    def full_clean(self) -> None:
        super().full_clean()
        if self.draft and self.is_bound:
            self._keep_what_fits()

    @property
    def can_be_kept(self) -> bool:
        """Whether a row of what fits can be stored: nothing is missing that the table demands."""
        return all(
            self._column(name).null or getattr(self.instance, self._column(name).attname) is not None
            for name in self._columns()
        )

    def _keep_what_fits(self) -> None:
        self.left_out = [name for name in self._errors if name in self.fields]
        emptied = [
            name
            for name in self._columns()
            if getattr(self.instance, self._column(name).attname) is None and not self._column(name).null
        ]
        for name in {*self.left_out, *emptied} & set(self._before):
            setattr(self.instance, self._column(name).attname, self._before[name])
        self._errors = ErrorDict()

    def _columns(self) -> list[str]:
        known = {field.name for field in self._meta.model._meta.concrete_fields}
        return [name for name in self.fields if name in known]

    def _column(self, name: str) -> models.Field:
        return self._meta.model._meta.get_field(name)


@dataclass(frozen=True)
class Cell:
    """One field of a line item in the table of the form."""

    name: str
    label: str
    required: bool
    number: bool
    widget: SafeString
    errors: ErrorList


class LineForm(BaseModelForm):
    """One line item: a row of bare fields, whose labels stand in the head of the table."""

    def cells(self) -> Iterator[Cell]:
        """The visible fields in order, each ready to be shown."""
        for bound in self.visible_fields():
            if bound.name == "DELETE":
                continue
            field = bound.field
            attrs = {"class": _css_of(field.widget, bool(bound.errors)), "aria-label": str(bound.label)}
            number = isinstance(field, forms.DecimalField | forms.IntegerField)
            yield Cell(bound.name, str(bound.label), field.required, number, bound.as_widget(attrs=attrs), bound.errors)


def _css_of(widget: forms.Widget, wrong: bool) -> str:
    if isinstance(widget, forms.CheckboxInput):
        css = "form-check-input"
    elif isinstance(widget, forms.Select):
        css = "form-select"
    else:
        css = "form-control"
    return " ".join([css, widget.attrs.get("class", ""), "is-invalid" if wrong else ""]).strip()


class BaseLineFormSet(forms.BaseInlineFormSet):
    """The line items of a paper, posted as a whole: a stored line that does not come back has been removed.

    Lines are told apart by the id they carry, never by their position, so a browser may add, copy and remove freely.
    """

    def __init__(self, data: QueryDict | None = None, files=None, *, draft: bool = False, **kwargs: Any):
        self.draft = draft
        #: number in the browser of each line, in the order of `forms`
        self.typed_as: list[int] = []
        #: numbers (from 1) of lines that a draft form could not take
        self.incomplete: list[int] = []
        instance, queryset = kwargs.get("instance"), kwargs.get("queryset")
        if data is not None:
            rows = queryset if queryset is not None else self.model.objects
            known = rows.filter(**{self.fk.name: instance}).values_list("pk", flat=True) if instance.pk else ()
            data, self.typed_as = _saved_first(data, self.get_default_prefix(), {str(pk) for pk in known})
        super().__init__(data, files, **kwargs)
        if data is None:
            self.extra = 0 if self.initial_form_count() else 1

    @classmethod
    def get_default_prefix(cls) -> str:
        return "lines"

    def full_clean(self) -> None:
        super().full_clean()
        if self.draft and self.is_bound:
            self._leave_incomplete_out()

    @property
    def adds_up(self) -> bool:
        """Whether the lines have an amount to be added up."""
        return "amount" in self.form.base_fields

    def lines(self) -> list[models.Model]:
        """The rows as typed, unsaved, without the removed and the empty ones; incomplete ones with what is readable."""
        self.errors  # noqa: B018 - cleans
        return [form.instance for form in self.forms if self._is_live(form)]

    def rows(self) -> list[dict[str, Any]]:
        """The lines as plain values with the `id` of stored ones, for a service that writes them itself.

        Of a stored line that is not complete the readable part is taken; new lines that are not complete are left out.
        """
        names = [name for name in self.form.base_fields if name != "DELETE"]
        return [
            {"id": form.instance.pk, **{name: getattr(form.instance, name, None) for name in names}}
            for form in self._written()
        ]

    def adopt(self, stored: Iterable[models.Model]) -> None:
        """Learn the ids that a service gave to the lines of `rows`; ``stored`` are all lines of the paper, in order."""
        stored, written = list(stored), self._written()
        if len(stored) == len(written):
            for form, row in zip(written, stored, strict=True):
                form.instance.pk = row.pk

    def _written(self) -> list[forms.ModelForm]:
        """The forms of lines that are stored."""
        self.errors  # noqa: B018 - cleans
        live = [form for form in self.forms if self._is_live(form)]
        return [form for form in live if form.instance.pk or not hasattr(form, "_typed")]

    def save(self, commit: bool = True) -> list[models.Model]:
        """Write the lines, and remove those that did not come back."""
        posted = {form.instance.pk for form in self.initial_forms}
        gone = [row for row in self.get_queryset() if row.pk not in posted]
        saved = super().save(commit=commit)
        if commit:
            for row in gone:
                row.delete()
        return saved

    def stored_ids(self) -> dict[str, str]:
        """Hidden inputs of the browser's form → ids that its lines have got by being saved."""
        return {
            f"{self.prefix}-{typed}-id": str(form.instance.pk)
            for typed, form in zip(self.typed_as, self.forms, strict=False)
            if form.instance.pk
        }

    def data_with_ids(self) -> QueryDict:
        """What was posted, with the ids its lines have got by being saved; for showing the form again."""
        data = self.data.copy()
        for form in self.forms:
            if form.instance.pk:
                data[form.add_prefix("id")] = str(form.instance.pk)
        return data

    def _is_live(self, form: forms.ModelForm) -> bool:
        if self.can_delete and self._should_delete_form(form):
            return False
        return bool(form.instance.pk) or "_typed" in form.__dict__ or form.has_changed()

    def _leave_incomplete_out(self) -> None:
        self._non_form_errors = self.error_class()
        for number, form in enumerate(self.forms, 1):
            if form.is_valid() or self._should_delete_form(form):
                continue
            self.incomplete.append(number)
            form._typed = True
            form._errors = ErrorDict()
            form.__dict__["changed_data"] = []  # saving passes over lines that have not changed
        self._errors = [form._errors for form in self.forms]


def line_formset(parent: type[Document], model: type[models.Model], form: type[LineForm], **kwargs: Any):
    """The formset class of a kind's line items."""
    options = {"max_num": MOST_LINES, "absolute_max": MOST_LINES + 100, "validate_max": True, **kwargs}
    return forms.inlineformset_factory(
        parent,
        model,
        form=form,
        formset=options.pop("formset", BaseLineFormSet),
        extra=1,
        can_delete=True,
        formfield_callback=money_formfield,
        **options,
    )


def _saved_first(data: QueryDict, prefix: str, known: set[str]) -> tuple[QueryDict, list[int]]:
    """The posted lines renumbered: first those that stand for stored rows, then the new ones, each as they stood.

    Ids that are not of this paper count as new lines; new lines marked as removed are dropped.
    """
    rows: dict[int, dict[str, list[str]]] = {}
    rest = QueryDict(mutable=True)
    pattern = re.compile(rf"{re.escape(prefix)}-(\d{{1,6}})-(.+)")
    for key, values in data.lists():
        if found := pattern.fullmatch(key):
            rows.setdefault(int(found[1]), {})[found[2]] = values
        else:
            rest.setlist(key, values)
    stored, new = [], []
    for number in sorted(rows):
        row = rows[number]
        if (row.get("id") or [""])[-1] in known:
            stored.append(number)
        elif not any(row.get("DELETE", [])):
            row.pop("id", None)
            new.append(number)
    order = stored + new
    for position, number in enumerate(order):
        for name, values in rows[number].items():
            rest.setlist(f"{prefix}-{position}-{name}", values)
    rest[f"{prefix}-TOTAL_FORMS"] = str(len(order))
    rest[f"{prefix}-INITIAL_FORMS"] = str(len(stored))
    return rest, order


def add_problems(
    form: forms.BaseForm, formset: BaseLineFormSet | None, problems: dict[str, Iterable[str]]
) -> list[str]:
    """Put a refusal's messages to the fields they are about (`amount`, `lines-0-amount`).

    Answers those about attachments, which belong to no field of these forms.
    """
    attachments: list[str] = []
    for name, messages in problems.items():
        messages = [str(message) for message in messages]
        if name == "attachments":
            attachments += messages
        elif (name := name.removeprefix(f"{form.prefix}-")) in form.fields:
            _errors_of(form).setdefault(name, form.error_class()).extend(messages)
        elif line := _line_field(formset, name):
            _errors_of(line[0]).setdefault(line[1], form.error_class()).extend(messages)
        else:
            _errors_of(form).setdefault("__all__", form.error_class(error_class="nonfield")).extend(messages)
    if formset is not None and not formset.is_bound:
        formset._non_form_errors = formset.error_class()
        formset._errors = [line._errors or ErrorDict() for line in formset.forms]
    return attachments


def _line_field(formset: BaseLineFormSet | None, name: str) -> tuple[forms.BaseForm, str] | None:
    found = re.fullmatch(r"lines-(\d+)(?:-(\w+))?", name)
    if formset is None or found is None or int(found[1]) >= len(formset.forms):
        return None
    line = formset.forms[int(found[1])]
    field = found[2] or "__all__"
    return line, field if field in line.fields else "__all__"


def _errors_of(form: forms.BaseForm) -> ErrorDict:
    """The errors of a form, also of one that shows stored values and was never posted."""
    if form._errors is None:
        form._errors = form.errors if form.is_bound else ErrorDict()
    return form._errors


class VerifyForm(BaseForm):
    """The number and the check code printed on a paper."""

    number = forms.CharField(label=_("Number"), max_length=30, help_text=_("As printed, such as FYBX-2026-0001."))
    code = forms.CharField(label=_("Check code"), max_length=60)
