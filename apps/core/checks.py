"""Checking a row before a service writes it."""

from collections.abc import Collection

from django.db import DEFAULT_DB_ALIAS
from django.db.models import BaseConstraint, CheckConstraint, Model

UNSAID = BaseConstraint.default_violation_error_message


def check(row: Model, *, exclude: Collection[str] = ()) -> None:
    """`full_clean` without the questions whose answer is known: every row this one refers to, every check constraint.

    Services are handed rows that were read a moment ago; check constraints without a sentence of their own guard
    against mistakes of the program. The database holds both in any case. Fields named in `exclude` are left out.
    Raises `ValidationError` with messages by field.
    """
    fields = row._meta.concrete_fields
    referring = {field.name for field in fields if field.is_relation and field.value_from_object(row) is not None}
    row.clean_fields(exclude={*exclude, *referring})
    row.clean()
    row.validate_unique(exclude=set(exclude))
    check_constraints(row, exclude=exclude)


def check_constraints(row: Model, *, exclude: Collection[str] = ()) -> None:
    """The constraints that have something to say to a person: unique ones, and checks with a sentence of their own."""
    for constraint in row._meta.constraints:
        if not isinstance(constraint, CheckConstraint) or constraint.violation_error_message != UNSAID:
            constraint.validate(type(row), row, exclude=set(exclude), using=DEFAULT_DB_ALIAS)
