"""Rows in memory, written a table at a time by the fastest way the database has.

Ids are given here, so that nothing has to be read back; sequences are set at the end.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache

from django.core.management.color import no_style
from django.db import connection, models

from apps.approvals.models import Approval
from apps.documents.grants import APPROVE, VIEW, Grant
from apps.documents.models import Document


class Rows:
    """What has been built and not yet written, and the last id of every table."""

    def __init__(self):
        self.waiting: dict[type[models.Model], list[models.Model]] = defaultdict(list)
        self.ids: dict[type[models.Model], int] = defaultdict(int)
        rights = Grant._meta.get_field("permission").related_model.objects.filter(codename__in=(APPROVE, VIEW))
        self.rights = dict(rights.values_list("codename", "pk"))

    def next_id(self, model: type[models.Model]) -> int:
        """The id of the next row of a table."""
        self.ids[model] += 1
        return self.ids[model]

    def put(self, row: models.Model) -> models.Model:
        """Keep a row that has its id."""
        self.waiting[type(row)].append(row)
        return row

    def add(self, model: type[models.Model], **values) -> models.Model:
        """A new row of a table."""
        return self.put(model(pk=self.next_id(model), **values))

    def remember(self, row: models.Model, *, at, by) -> None:
        """The row of the history that saving leaves."""
        history, columns = history_of(type(row))
        stamps = {"created_at": at, "updated_at": at}
        self.add(
            history,
            **{name: stamps.get(name) or getattr(row, name) for name in columns},
            history_date=at,
            history_type="~",
            history_user=by,
            history_change_reason="bench",
        )

    def grant(self, user_id: int, codename: str, document_id: int, reason: str) -> None:
        """A right on a paper."""
        permission = self.rights[codename]
        self.add(Grant, user_id=user_id, permission_id=permission, content_object_id=document_id, reason=reason)

    def write(self) -> None:
        """Write what has gathered. A kind of paper is two tables, which bulk_create does not know."""
        store(Approval, self.waiting.pop(Approval, []))
        kinds = [model for model in self.waiting if issubclass(model, Document)]
        store(Document, [row for model in kinds for row in self.waiting[model]])
        for model in [*kinds, *(model for model in self.waiting if model not in kinds)]:
            store(model, self.waiting[model])
        self.waiting.clear()

    def finish(self) -> None:
        """Sequences past the ids given, statistics for the planner."""
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), [Approval, *self.ids]):
                cursor.execute(statement)
            cursor.execute("ANALYZE")


@cache
def history_of(model: type[models.Model]) -> tuple[type[models.Model], list[str]]:
    """The table of a model's history, and the columns that it copies."""
    history = model.history.model
    known = {field.attname for field in history._meta.concrete_fields}
    return history, [field.attname for field in model._meta.concrete_fields if field.attname in known]


def store(model: type[models.Model], rows: list[models.Model]) -> None:
    """One table's own columns of these rows."""
    if not rows:
        return
    fields = model._meta.local_concrete_fields
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    prepared = ([field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields] for row in rows)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN") as copy:
                for values in prepared:
                    copy.write_row(values)
        else:
            places = ", ".join(["%s"] * len(fields))
            statement = f"INSERT INTO {model._meta.db_table} ({columns}) VALUES ({places})"  # noqa: S608  our own names
            cursor.executemany(statement, list(prepared))
