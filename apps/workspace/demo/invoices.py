"""Numbers of invoices as the tax office gives them: unique, well-formed, of a kind that fits year and expense."""

import datetime as dt
from decimal import Decimal
from random import Random
from typing import Any

from apps.finance.invoices.models import InvoiceKind

PROVINCES = {"SHANGHAI": "31", "BEIJING": "11", "GUANGZHOU": "44", "SHENZHEN": "44", "HANGZHOU": "33", "NANJING": "32"}
TAX_RATES = {
    "TRANSPORT": "0.09",
    "HOTEL": "0.06",
    "LOCAL": "0.03",
    "OFFICE": "0.13",
    "TELECOM": "0.06",
    "TRAINING": "0.06",
    "MEETING": "0.06",
    "VEHICLE": "0.13",
    "PROMOTION": "0.06",
}
CENT = Decimal("0.01")


class Numbers:
    """Gives invoice numbers, none twice."""

    def __init__(self):
        self._given: set[str] = set()

    def digital(self, rng: Random, day: dt.date, place: str = "SHANGHAI") -> str:
        """20 digits: year, province, channel, sequence."""
        number = f"{day:%y}{PROVINCES.get(place, '31')}{rng.choice('1234')}{rng.randrange(10**15):015d}"
        return self._once(number) or self.digital(rng, day, place)

    def paper(self, rng: Random, day: dt.date) -> tuple[str, str]:
        """Code of 12 digits and number of 8, as printed on paper."""
        code, number = f"0310{day:%y}00{rng.choice(('0211', '0311', '0411'))}", f"{rng.randrange(10**7, 10**8)}"
        return (code, number) if self._once(code + number) else self.paper(rng, day)

    def _once(self, number: str) -> str:
        if number in self._given:
            return ""
        self._given.add(number)
        return number


def invoice_of(
    numbers: Numbers, rng: Random, *, category: str, day: dt.date, amount: Decimal, seller: str, place: str = ""
) -> dict[str, Any]:
    """The invoice part of an expense line."""
    values: dict[str, Any] = {
        "invoice_date": day,
        "invoice_total": amount,
        "seller_name": seller,
        "tax": _tax(category, amount),
    }
    if category == "TRANSPORT":
        return values | {
            "invoice_kind": InvoiceKind.DIGITAL_TICKET,
            "invoice_number": numbers.digital(rng, day, place),
        }
    if category in ("LOCAL", "ENTERTAIN", "OTHER", "OFFICE") and rng.random() < (0.3 if day.year < 2025 else 0.1):
        code, number = numbers.paper(rng, day)
        return values | {"invoice_kind": InvoiceKind.VAT_ORDINARY, "invoice_code": code, "invoice_number": number}
    special = category in TAX_RATES and rng.random() < 0.5
    kind = InvoiceKind.DIGITAL_SPECIAL if special else InvoiceKind.DIGITAL_ORDINARY
    return values | {"invoice_kind": kind, "invoice_number": numbers.digital(rng, day, place)}


def _tax(category: str, amount: Decimal) -> Decimal:
    rate = Decimal(TAX_RATES.get(category, "0"))
    return (amount / (1 + rate) * rate).quantize(CENT)
