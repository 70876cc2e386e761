"""Rows of the ageing that stand for several invoices: those of a client, of a manager, of a department."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.finance.receivables.ageing import Sums

ZERO = Decimal("0.00")


@dataclass
class Group:
    """One row. `subject` is the client, person or department; `url` leads to its invoices."""

    sums: Sums
    subject: Any
    as_of: dt.date
    unapplied: Decimal = ZERO
    url: str = ""
    reminder: Any = None

    @property
    def pk(self) -> int:
        return self.subject.pk

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What the row is called."""
        return getattr(self.subject, "label", "") or str(self.subject)

    def get_absolute_url(self) -> str:
        """The invoices behind the row."""
        return self.url

    @property
    def owed(self) -> Decimal:
        return self.sums.owed

    @property
    def overdue(self) -> Decimal:
        return self.sums.overdue

    @property
    def invoices(self) -> int:
        return self.sums.invoices

    @property
    def net(self) -> Decimal:
        """What is owed less what came in and stands on no invoice."""
        return self.owed - self.unapplied

    @property
    def days_overdue(self) -> int:
        """How late the oldest invoice is; 0 where none is."""
        return max((self.as_of - self.sums.oldest).days, 0) if self.sums.oldest else 0

    def part(self, bucket: int) -> Decimal:
        """The amount in a bucket."""
        return self.sums.parts[bucket]


class GroupRows(list):
    """Groups in the order of the page, as exports take them."""

    model = None

    def __init__(self, rows: Iterable[Group]):
        super().__init__(rows)

    def count(self) -> int:  # as a query set answers
        """How many there are."""
        return len(self)
