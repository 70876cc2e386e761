"""When a step applies: conditions as data, joined by "and" inside a group, by "or" between groups (approvals.md 4.15).

Pure: nothing here reads the database, and nothing stored is ever run as code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import groupby
from operator import attrgetter
from typing import Any

ORDERINGS = {
    "gt": lambda left, right: left > right,
    "gte": lambda left, right: left >= right,
    "lt": lambda left, right: left < right,
    "lte": lambda left, right: left <= right,
}
OPERATORS = (*ORDERINGS, "eq", "ne", "in", "contains")


@dataclass(frozen=True)
class Condition:
    """``fact operator value``. Amounts are compared as Decimal. ``group``: which conditions must hold together."""

    fact: str
    op: str
    value: Any
    group: int = 1

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether the fact is known and as the condition wants it; what is not a number is never more or less."""
        left = facts.get(self.fact)
        if left is None:
            return False
        if self.op in ORDERINGS:
            left, right = _number(left), _number(self.value)
            return left is not None and right is not None and ORDERINGS[self.op](left, right)
        if self.op == "contains" and isinstance(left, str):
            return str(self.value) in left
        if self.op == "in":
            return _among(left, self.value)
        if self.op == "contains":
            return str(self.value) in left if isinstance(left, str) else _among(self.value, left)
        return _same(left, self.value) == (self.op == "eq")


def groups_of(conditions: Iterable[Condition]) -> list[list[Condition]]:
    """The conditions by group, in order: all of one group hold together, any group is enough."""
    by_group = attrgetter("group")
    return [list(group) for _number, group in groupby(sorted(conditions, key=by_group), by_group)]


def hold(conditions: Iterable[Condition], facts: Mapping[str, Any]) -> bool:
    """Whether all conditions of some group hold; without conditions, always."""
    groups = groups_of(conditions)
    return not groups or any(all(condition.holds(facts) for condition in group) for group in groups)


def _number(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _among(one: Any, many: Any) -> bool:
    return isinstance(many, list | tuple) and any(_same(one, choice) for choice in many)


def _same(left: Any, right: Any) -> bool:
    """Equal, or the same number written in two ways (`"5000.00"` and `5000`)."""
    if left == right:
        return True
    number = _number(left)
    return number is not None and number == _number(right)


def is_number(value: Any) -> bool:
    """Whether a condition's value can be compared as an amount."""
    return _number(value) is not None
