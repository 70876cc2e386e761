"""Checking a row before a service writes it."""

from collections.abc import Collection

from django.db.models import Model


def check(row: Model, *, exclude: Collection[str] = ()) -> None:
    """`full_clean` without asking the database for every row that this one refers to.

    Services are handed rows that were read a moment ago, and the foreign keys of the database hold in any case. Fields
    named in `exclude` are left out. Raises `ValidationError` with messages by field.
    """
    referring = {
        field.name for field in row._meta.concrete_fields if field.is_relation and field.value_from_object(row)
    }
    row.clean_fields(exclude={*exclude, *referring})
    row.clean()
    row.validate_unique(exclude=set(exclude))
    row.validate_constraints(exclude=set(exclude))
