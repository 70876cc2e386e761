"""The arithmetic of a settlement: every amount includes tax, and is rounded half up at the line (domain.md §1.8)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from apps.core.money import quantize

ZERO = Decimal("0.00")
#: the most a column of money holds
LARGEST = Decimal("999999999999.99")


@dataclass(frozen=True)
class Totals:
    """`gross` − `deduction` = `total` = `net` + `tax`."""

    gross: Decimal
    deduction: Decimal
    total: Decimal
    net: Decimal
    tax: Decimal


def line_amount(quantity: Decimal, price: Decimal) -> Decimal:
    """Quantity × price, in whole cents."""
    return quantize(quantity * price)


def net_and_tax(total: Decimal, rate: Decimal) -> tuple[Decimal, Decimal]:
    """A total with tax taken apart: the net amount rounded half up, the tax is what is left."""
    net = quantize(total / (1 + rate))
    return net, total - net


def totals_of(amounts: Iterable[Decimal], *, deduction: Decimal, rate: Decimal) -> Totals:
    """What a settlement comes to."""
    gross = sum(amounts, ZERO)
    total = gross - deduction
    net, tax = net_and_tax(total, rate)
    return Totals(gross, deduction, total, net, tax)
