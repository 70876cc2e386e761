"""The history of a record in words: who changed what, when, why, from which value to which.

Works for every table with `history = HistoricalRecords()`; a page of a hundred changes costs one query, plus one per
table that the changed fields point at.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import Field, Model
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.org.models import User
from apps.org.permissions import may_see_bank_account
from apps.org.wording import permission_label

LIMIT = 100
SILENT = {"created_at", "updated_at", "date_joined", "password", "last_login", "language", "theme"}
EMPTY = "–"
LABELS = {"groups": gettext_lazy("Role groups"), "username": gettext_lazy("User name")}


@dataclass(frozen=True)
class Change:
    """One field of one change."""

    label: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.label}{_(': ')}{self.old} → {self.new}"


@dataclass(frozen=True)
class Entry:
    """One change of a record."""

    when: dt.datetime
    who: User | None
    action: str
    reason: str
    version: dt.datetime | None = None
    changes: list[Change] = field(default_factory=list)


def history_of(record: Model, *, viewer: User, limit: int = LIMIT, first: bool = True) -> list[Entry]:
    """The latest changes of a record, newest first, with nothing in them that this viewer may not see.

    Without `first` it is not said what was filled in when the record was begun.
    """
    rows = list(record.history.select_related("history_user").order_by("-history_date", "-history_id")[: limit + 1])
    return _entries(record, rows, viewer, first=first)[:limit]


def changes_since(record: Model, moment: dt.datetime, *, viewer: User) -> list[Entry]:
    """What others changed after the version that was saved at `moment`, newest first."""
    entries = history_of(record, viewer=viewer, limit=10)
    return [entry for entry in entries if entry.version and entry.version > moment and entry.changes]


def _entries(record: Model, rows: list, viewer: User, *, first: bool) -> list[Entry]:
    words = _Words(record, rows, viewer, first=first)
    found = []
    for new, old in pairwise([*rows, None]):
        changes = words.differences(old, new) if first or old is not None else []
        if old is None or changes or new.history_change_reason:
            found.append(_entry(new, changes))
    return found


def _entry(row: Any, changes: list[Change]) -> Entry:
    actions = {"+": _("Created"), "~": _("Changed"), "-": _("Deleted")}
    reason = row.history_change_reason or ""
    version = getattr(row, "updated_at", None)
    return Entry(row.history_date, row.history_user, actions[row.history_type], reason, version, changes)


class _Words:
    """Turns stored values into words, with everything looked up beforehand."""

    def __init__(self, record: Model, rows: list, viewer: User, *, first: bool):
        self.record = record
        self.hidden = set()
        if isinstance(record, User) and not may_see_bank_account(viewer, record):
            self.hidden.add("bank_account")
        tracked = record.history.model.tracked_fields
        self.fields = [item for item in tracked if item.name not in SILENT and not _is_key(item)]
        self.labels = self._related_labels(rows, first)
        self.members = self._many_to_many(record, rows)

    def differences(self, old: Any, new: Any) -> list[Change]:
        """What differs between two rows of the history; a first row differs in everything that is filled in."""
        changes = []
        for item in self.fields:
            before = getattr(old, item.attname) if old is not None else None
            after = getattr(new, item.attname)
            if _plain(before) != _plain(after) and not (old is None and after is False):
                changes.append(Change(_label(item), self._shown(item, before), self._shown(item, after)))
        for name, (label, per_row) in self.members.items():
            before = per_row[old.pk] if old is not None else frozenset()
            after = per_row[new.pk]
            if before != after:
                changes.append(_membership_change(label, self.labels[name], before, after))
        return changes

    def _shown(self, item: Field, value: Any) -> str:
        if value is None or value == "":
            return EMPTY
        if item.name in self.hidden:
            return f"**** {value[-4:]}"
        if item.is_relation:
            return self.labels[item.name].get(value, str(value))
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if isinstance(value, dt.datetime):
            return date_format(localtime(value), "Y-m-d H:i")
        if hasattr(item, "in_words"):
            return item.in_words(value)
        choices = dict(item.flatchoices) if item.choices else {}
        return str(choices.get(value, value))

    def _related_labels(self, rows: list, first: bool) -> dict[str, dict[Any, str]]:
        """Names of what columns point at, of those alone that differ somewhere."""
        found = {}
        for item in self.fields:
            if item.is_relation:
                values = [getattr(row, item.attname) for row in rows]
                ids = {value for pair in pairwise(values) if pair[0] != pair[1] for value in pair}
                ids = (ids | set(values[-1:] if first else ())) - {None}
                rows_of = item.related_model._base_manager  # noqa: SLF001  documented
                found[item.name] = {row.pk: str(row) for row in rows_of.filter(pk__in=ids)} if ids else {}
        return found

    def _many_to_many(self, record: Model, rows: list) -> dict[str, tuple[str, dict]]:
        found = {}
        for item in getattr(record.history.model, "_history_m2m_fields", ()):
            per_row = defaultdict(frozenset)
            if rows:
                column = f"{item.m2m_reverse_field_name()}_id"
                through = getattr(rows[0], item.name).model
                for history_id, target in through.objects.filter(history__in=rows).values_list("history_id", column):
                    per_row[history_id] |= {target}
            found[item.name] = (_label(item), per_row)
            self.labels[item.name] = _target_labels(item.related_model, frozenset().union(*per_row.values()))
        return found


def _target_labels(model: type[Model], ids: Iterable) -> dict[Any, str]:
    rows = model.objects.filter(pk__in=ids)
    if model is Permission:
        return {row.pk: permission_label(row) for row in rows.select_related("content_type")}
    return {row.pk: str(getattr(row, "role", row)) for row in rows.select_related("role")}


def _membership_change(label: str, names: dict[Any, str], before: frozenset, after: frozenset) -> Change:
    def shown(ids: frozenset) -> str:
        return _(", ").join(sorted(names.get(pk, str(pk)) for pk in ids)) or EMPTY

    return Change(label, shown(before - after), shown(after - before))


def _is_key(item: Field) -> bool:
    return item.primary_key or (item.is_relation and item.remote_field.parent_link)


def _plain(value: Any) -> Any:
    return None if value == "" else value


def _label(item: Field) -> str:
    words = str(LABELS.get(item.name, item.verbose_name))
    return f"{words[:1].upper()}{words[1:]}"
