"""Official codes and numbers of the invoices the company issues, checked by kind (domain.md §3.5)."""

import datetime as dt
import re

from django.utils.translation import gettext as _

from apps.finance.billing.models import SalesInvoiceKind
from apps.finance.invoices.numbers import clean

_DIGITAL_NUMBER = re.compile(r"[0-9]{20}")
_PAPER_CODE = re.compile(r"[0-9]{10}|[0-9]{12}")
_PAPER_NUMBER = re.compile(r"[0-9]{8}")


def problems(kind: str, code: str, number: str) -> dict[str, list[str]]:
    """What is wrong with the format of a cleaned code and number, by field (`code`, `invoice_number`)."""
    if not number:
        return {"invoice_number": [_("Enter the invoice number.")]}
    found = {}
    if SalesInvoiceKind(kind).is_digital:
        if not _DIGITAL_NUMBER.fullmatch(number):
            found["invoice_number"] = [_("A digital invoice has a number of 20 digits.")]
        if code:
            found["code"] = [_("A digital invoice has no code; leave it empty.")]
        return found
    if not _PAPER_CODE.fullmatch(code):
        found["code"] = [_("The code of this kind of invoice has 10 or 12 digits.")]
    if not _PAPER_NUMBER.fullmatch(number):
        found["invoice_number"] = [_("The number of this kind of invoice has 8 digits.")]
    return found


def year_remark(kind: str, number: str, issued_on: dt.date | None) -> str:
    """A remark where the year in a digital number is not that of the date; it never blocks."""
    number = clean(number)
    if issued_on is None or not SalesInvoiceKind(kind).is_digital or not _DIGITAL_NUMBER.fullmatch(number):
        return ""
    year = f"{issued_on.year % 100:02d}"
    if number[:2] == year:
        return ""
    values = {"found": number[:2], "expected": year}
    return _("The number begins with %(found)s; invoices of this year begin with %(expected)s.") % values
