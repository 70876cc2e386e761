"""The history of a paper as differences a person can read: who changed what from what to what."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from apps.documents import display
from apps.documents.models import Document

#: rows written by one click have slightly different times
TOGETHER = dt.timedelta(seconds=2)
_OWN = {"state", "number"}
_SILENT = {"id", "created_at", "updated_at", "revision", "kind", "form_key", "document_ptr", "approval", "currency"}


@dataclass(frozen=True)
class Change:
    """One column that changed. ``where``: the line item it belongs to, empty for the header."""

    label: str
    before: str
    after: str
    where: str = ""
    name: str = ""


@dataclass
class Entry:
    """What one person changed at one moment."""

    at: dt.datetime
    person: Any
    created: bool = False
    changes: list[Change] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)


def history_of(
    document: Document,
    line_model: type | None = None,
    *,
    since: dt.datetime | None = None,
    hidden: Collection[str] = (),
) -> list[Entry]:
    """Everything that changed, latest first; ``since`` leaves out what is older, ``hidden`` columns of the paper."""
    records = list(document.history.select_related("history_user").order_by("history_date", "history_id"))
    lines = _line_records(document, line_model)
    names = _Names(type(document), records, line_model, lines)
    entries = [*_of_header(records, names, hidden), *_of_lines(lines, names)]
    grouped = _together(sorted(entries, key=lambda entry: entry.at))
    shown = [entry for entry in grouped if entry.created or entry.changes or entry.added or entry.removed]
    return [entry for entry in reversed(shown) if since is None or entry.at > since]


def _line_records(document: Document, line_model: type | None) -> list[Any]:
    if line_model is None or not hasattr(line_model, "history"):
        return []
    parent = next(f.name for f in line_model._meta.concrete_fields if _points_at(f, document))
    records = line_model.history.filter(**{f"{parent}_id": document.pk}).select_related("history_user")
    return list(records.order_by("history_date", "history_id"))


def _points_at(column: models.Field, document: Document) -> bool:
    return column.is_relation and isinstance(document, column.related_model)


def _of_header(records: list[Any], names: "_Names", hidden: Collection[str]) -> Iterator[Entry]:
    before = None
    for record in records:
        entry = Entry(record.history_date, record.history_user, created=before is None)
        if before is not None:
            entry.changes = [change for change in _changes(before, record, names) if change.name not in hidden]
        yield entry
        before = record


def _of_lines(records: list[Any], names: "_Names") -> Iterator[Entry]:
    last: dict[int, Any] = {}
    for record in records:
        entry = Entry(record.history_date, record.history_user)
        before = last.get(record.id)
        if record.history_type == "-":
            entry.removed = [names.summary(record)]
        elif before is None:
            entry.added = [names.summary(record)]
        else:
            entry.changes = list(_changes(before, record, names, where=names.summary(before)))
        last[record.id] = record
        yield entry


def _changes(before: Any, after: Any, names: "_Names", where: str = "") -> Iterator[Change]:
    for column in _columns(type(after).instance_type):
        old, new = getattr(before, column.attname), getattr(after, column.attname)
        if old != new:
            label = str(column.verbose_name)
            yield Change(
                label[:1].upper() + label[1:], names.shown(column, old), names.shown(column, new), where, column.name
            )


def _columns(model: type[models.Model]) -> list[models.Field]:
    return [
        column
        for column in model._meta.concrete_fields
        if column.name not in _SILENT and (column.editable or column.name in _OWN or _is_money(column))
    ]


def _is_money(column: models.Field) -> bool:
    return isinstance(column, models.DecimalField)


class _Names:
    """What the foreign keys in old rows point at: one query for each table that is pointed at, when it is needed."""

    def __init__(self, model: type, records: list[Any], line_model: type | None, lines: list[Any]):
        self._wanted: dict[type, set[Any]] = {}
        self._found: dict[type, dict[Any, str]] = {}
        for of, rows in ((model, records), (line_model, lines)):
            for column in _columns(of) if of and rows else ():
                if column.is_relation:
                    keys = {getattr(row, column.attname) for row in rows} - {None}
                    self._wanted.setdefault(column.related_model, set()).update(keys)

    def shown(self, column: models.Field, value: Any) -> str:
        if not column.is_relation or value is None:
            return display.shown(column, value)
        model = column.related_model
        if model not in self._found:
            rows = model.objects.filter(pk__in=self._wanted.get(model, ()))
            self._found[model] = {row.pk: str(row) for row in rows}
        return self._found[model].get(value, str(value))

    def summary(self, record: Any) -> str:
        """A line item in a few words."""
        columns = [
            c
            for c in _columns(record.instance_type)
            if not (_is_parent(c) or isinstance(c, models.IntegerField)) and (c.editable or c.name == "amount")
        ]
        words = [self.shown(column, getattr(record, column.attname)) for column in columns]
        return " · ".join([word for word in words if word][:4]) or _("empty line")


def _is_parent(column: models.Field) -> bool:
    return column.is_relation and issubclass(column.related_model, Document)


def _together(entries: Iterable[Entry]) -> list[Entry]:
    """Entries of one person within a moment as one."""
    grouped: list[Entry] = []
    for entry in entries:
        last = grouped[-1] if grouped else None
        if last and last.person == entry.person and entry.at - last.at <= TOGETHER:
            last.changes += entry.changes
            last.added += entry.added
            last.removed += entry.removed
            last.created = last.created or entry.created
        else:
            grouped.append(entry)
    return grouped
