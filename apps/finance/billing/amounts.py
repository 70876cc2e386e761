"""What an invoice comes to and when it is due: arithmetic alone, no rows (domain.md §3.17)."""

import calendar
import datetime as dt
from decimal import Decimal

from apps.core.money import quantize
from apps.finance.billing.models import DueBase


def split(total: Decimal, *, rate: Decimal, net_left: Decimal, tax_left: Decimal) -> tuple[Decimal, Decimal]:
    """Net and tax of an amount that includes tax, half-up by the rate, within what is left of both.

    The part that takes all that is left (`total` = `net_left` + `tax_left`) takes exactly both remainders, so that the
    parts of a whole always add up to its net and its tax.
    """
    tax = total - quantize(total / (1 + rate))
    tax = min(max(tax, total - net_left), tax_left)
    return total - tax, tax


def due_date(issued_on: dt.date, *, approved_on: dt.date, term_days: int, due_base: str) -> dt.date:
    """When an invoice has to be paid: the term counts from its date, the approval, or the end of its month."""
    start = issued_on
    if due_base == DueBase.SETTLEMENT:
        start = approved_on
    elif due_base == DueBase.MONTH_END:
        start = issued_on.replace(day=calendar.monthrange(issued_on.year, issued_on.month)[1])
    return start + dt.timedelta(days=term_days)
