"""Pages that cost the same at the first and the millionth row: a cursor instead of an offset, never a COUNT(*)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.core.signing import BadSignature, Signer
from django.db import connection
from django.db.models import Model, Q, QuerySet

PAGE_SIZE = 30
COUNT_CAP = 10_000

_signer = Signer(salt="core.pagination")


@dataclass(frozen=True)
class Page:
    """One page of rows, and the cursors of its neighbours where there are any."""

    rows: list[Any] = field(default_factory=list)
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class CappedCount:
    """A count that stops counting at a cap, shown as `10,000+`."""

    number: int
    more: bool = False

    def __str__(self) -> str:
        return f"{self.number:,}+" if self.more else f"{self.number:,}"


def capped_count(rows: QuerySet, cap: int = COUNT_CAP) -> CappedCount:
    """How many rows there are, looking at no more than `cap` + 1 of them."""
    number = rows.order_by().values("pk")[: cap + 1].count()
    return CappedCount(min(number, cap), number > cap)


def count_together(questions: Mapping[str, QuerySet]) -> dict[str, int]:
    """How many rows each of these has, by name: one query however many they are."""
    counted = dict.fromkeys(questions, 0)
    asked: list[str] = []
    parts: list[str] = []
    params: list[Any] = []
    for name, rows in questions.items():
        try:
            sql, given = rows.query.sql_with_params()
        except EmptyResultSet:
            continue
        asked.append(name)
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) AS counted)")  # noqa: S608 - the ORM wrote it
        params += given
    if asked:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(parts)}", params)
            counted |= dict(zip(asked, cursor.fetchone(), strict=True))
    return counted


def keyset_page(rows: QuerySet, *, sort: str, after: str = "", before: str = "", size: int = PAGE_SIZE) -> Page:
    """The page of `rows` behind (or in front of) a cursor, in the order of `sort` (an ORM field, `-` descends) and pk.

    The sort field must not be null. A cursor that is forged, damaged, or of another order leads to the first page.
    """
    backwards = bool(before)
    cursor = _read_cursor(before or after, sort)
    if cursor is None:
        return _page_from(list(_ordered(rows, sort)[: size + 1]), sort, size, backwards=False, at_edge=True)
    found = list(_ordered(rows, sort, reverse=backwards).filter(_beyond(sort, cursor, backwards))[: size + 1])
    if not found or (backwards and len(found) < size):
        return keyset_page(rows, sort=sort, size=size)
    return _page_from(found, sort, size, backwards=backwards, at_edge=False)


def _page_from(found: list[Model], sort: str, size: int, *, backwards: bool, at_edge: bool) -> Page:
    more = len(found) > size
    rows = found[:size]
    if backwards:
        rows.reverse()
    has_before = more if backwards else not at_edge
    has_after = True if backwards else more
    return Page(
        rows,
        before=_write_cursor(rows[0], sort) if rows and has_before else "",
        after=_write_cursor(rows[-1], sort) if rows and has_after else "",
    )


def _ordered(rows: QuerySet, sort: str, *, reverse: bool = False) -> QuerySet:
    name, descending = sort.lstrip("-"), sort.startswith("-") != reverse
    sign = "-" if descending else ""
    return rows.order_by(f"{sign}pk") if name in ("pk", "id") else rows.order_by(f"{sign}{name}", f"{sign}pk")


def _beyond(sort: str, cursor: tuple[Any, int], backwards: bool) -> Q:
    name, descending = sort.lstrip("-"), sort.startswith("-") != backwards
    value, pk = cursor
    step = "lt" if descending else "gt"
    behind = Q(**{f"pk__{step}": pk})
    if name in ("pk", "id"):
        return behind
    # Says the same as (value beyond) or (same value and pk beyond), in a form an index on the value can serve.
    return Q(**{f"{name}__{step}e": value}) & (Q(**{f"{name}__{step}": value}) | behind)


_WRITERS = {bool: ("b", int), int: ("i", int), float: ("f", float), str: ("s", str), Decimal: ("n", str)}
_READERS = {
    "b": bool,
    "i": int,
    "f": float,
    "s": str,
    "n": Decimal,
    "t": dt.datetime.fromisoformat,
    "d": dt.date.fromisoformat,
}


def _write_cursor(row: Model, sort: str) -> str:
    name = sort.lstrip("-")
    value: Any = 0
    if name not in ("pk", "id"):
        value = row
        for step in name.split("__"):
            value = getattr(value, step)
    kind = "t" if isinstance(value, dt.datetime) else "d" if isinstance(value, dt.date) else ""
    if kind:
        written = value.isoformat()
    else:
        kind, write = next(writer for base, writer in _WRITERS.items() if isinstance(value, base))
        written = write(value)
    return _signer.sign_object([sort, kind, written, row.pk])


def _read_cursor(text: str, sort: str) -> tuple[Any, int] | None:
    if not text:
        return None
    try:
        cursor_sort, kind, written, pk = _signer.unsign_object(text)
    except (BadSignature, ValueError):
        return None
    if cursor_sort != sort:
        return None
    return _READERS[kind](written), pk
