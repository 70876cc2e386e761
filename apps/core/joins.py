"""Sums of another table joined once, instead of being looked up row by row.

A sum as a `Subquery` is reckoned anew for each row of the outer query. That is right for a page of rows in the order of
an index; where the rows are ordered by the sum, the other table is read through for every row there is. Joined, it is
added up in one pass.

Whether there is another row at all is the other way round: `ExistsByRow` is asked of the rows of a page alone.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Aggregate, Exists, Expression, F, Field, QuerySet
from django.db.models.sql.constants import LOUTER


class _GroupJoin:
    """LEFT OUTER JOIN (SELECT key, sums … GROUP BY key) alias ON alias.key = parent.id

    Has what `django.db.models.sql.Query` asks of its joins.
    """

    join_type = LOUTER
    nullable = True
    filtered_relation = None
    join_field = None
    table_alias = ""

    def __init__(self, groups: QuerySet, key: str, name: str, parent_alias: str, parent_column: str) -> None:
        self.groups, self.key, self.table_name = groups, key, name
        self.parent_alias, self.parent_column = parent_alias, parent_column

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        inner, params = self.groups.query.get_compiler(connection=connection).as_sql(with_col_aliases=False)
        quote = connection.ops.quote_name
        on = f"{quote(self.table_alias)}.{quote(self.key)} = {quote(self.parent_alias)}.{quote(self.parent_column)}"
        return f"LEFT OUTER JOIN ({inner}) {quote(self.table_alias)} ON ({on})", tuple(params)

    def relabeled_clone(self, change_map: dict[str, str]) -> _GroupJoin:
        parent = change_map.get(self.parent_alias, self.parent_alias)
        clone = _GroupJoin(self.groups, self.key, self.table_name, parent, self.parent_column)
        clone.table_alias = change_map.get(self.table_alias, self.table_alias)
        return clone

    def promote(self) -> _GroupJoin:
        return self

    def demote(self) -> _GroupJoin:
        """An inner join would lose the rows that have no group."""
        return self


def join_sums(rows: QuerySet, others: QuerySet, key: str, *, name: str, **sums: Aggregate) -> QuerySet:
    """`rows` with sums of `others`, whose path `key` leads to the row they belong to; None where there are no others.

    `name` is what the joined sums are called in the statement; each join of a query needs another one.
    """
    key_name, columns = f"{name}_key", {sum_: f"{name}_{sum_}" for sum_ in sums}
    groups = others.order_by().annotate(**{key_name: F(key)}).values(key_name)
    groups = groups.annotate(**{columns[sum_]: aggregate for sum_, aggregate in sums.items()})
    rows = rows.all()
    join = _GroupJoin(groups, key_name, name, rows.query.get_initial_alias(), rows.model._meta.pk.column)
    alias = rows.query.join(join)
    kinds = groups.query.annotations
    return rows.annotate(
        **{sum_: _Column(alias, column, kinds[column].output_field) for sum_, column in columns.items()}
    )


class _Column(Expression):
    """A column of what was joined."""

    def __init__(self, alias: str, column: str, output_field: Field) -> None:
        super().__init__(output_field=output_field)
        self.alias, self.column = alias, column

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        quote = connection.ops.quote_name
        return f"{quote(self.alias)}.{quote(self.column)}", []

    def relabeled_clone(self, change_map: dict[str, str]) -> _Column:
        return _Column(change_map.get(self.alias, self.alias), self.column, self.output_field)


class ExistsByRow(Exists):
    """`Exists` that is answered for each row from an index, as a list needs it that shows the first few rows.

    PostgreSQL may answer a plain EXISTS by gathering the other table whole, or turn it into a join, because it plans
    for all the rows of a list and not for those of its page. A scalar subquery it leaves alone.
    """

    template = "((%(subquery)s) IS NOT NULL)"
