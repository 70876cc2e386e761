"""Codes and numbers of invoices: cleaned, checked by kind, and reduced to the one key that tells two invoices apart."""

import re
import unicodedata

from django.utils.translation import gettext as _

from apps.finance.invoices.models import InvoiceKind

DIGITAL = {InvoiceKind.DIGITAL_SPECIAL, InvoiceKind.DIGITAL_ORDINARY, InvoiceKind.DIGITAL_TICKET}
LEGACY = {InvoiceKind.VAT_SPECIAL, InvoiceKind.VAT_ORDINARY}

_DIGITAL_NUMBER = re.compile(r"[0-9]{20}")
_LEGACY_CODE = re.compile(r"[0-9]{10}|[0-9]{12}")
_LEGACY_NUMBER = re.compile(r"[0-9]{8}")


def clean(text: str) -> str:
    """Half-width, upper case, without blanks: what somebody typed or pasted as the tax office would write it."""
    return "".join(unicodedata.normalize("NFKC", text or "").split()).upper()


def canonical_key(kind: str, code: str, number: str, seller: str = "") -> str:
    """The key that is the same exactly when the invoice is the same; empty where there is no number.

    A 20-digit number identifies by itself, whatever kind was chosen. Free-text vouchers are told apart by kind, and
    vouchers of no known kind by seller as well, because shops number their slips as they like.
    """
    code, number = clean(code), clean(number)
    if not number:
        return ""
    if _DIGITAL_NUMBER.fullmatch(number):
        return number
    if kind in LEGACY:
        return f"{code}:{number}"
    if kind == InvoiceKind.OTHER:
        return f"{kind}:{clean(seller)}:{code}:{number}"
    return f"{kind}:{code}:{number}"


def problems(kind: str, code: str, number: str) -> dict[str, str]:
    """What is wrong with the format, by field (`kind`, `code`, `number`); empty when nothing is."""
    code, number = clean(code), clean(number)
    if not number:
        return {"number": _("Enter the invoice number.")} if code or kind else {}
    if not kind:
        return {"kind": _("Choose the kind of invoice.")}
    if kind in DIGITAL:
        return _digital_problems(code, number)
    if kind in LEGACY:
        return _legacy_problems(code, number)
    return {}


def _digital_problems(code: str, number: str) -> dict[str, str]:
    found = {}
    if not _DIGITAL_NUMBER.fullmatch(number):
        found["number"] = _("A digital invoice has a number of 20 digits.")
    if code:
        found["code"] = _("A digital invoice has no code; leave it empty.")
    return found


def _legacy_problems(code: str, number: str) -> dict[str, str]:
    found = {}
    if not _LEGACY_CODE.fullmatch(code):
        found["code"] = _("The code of this kind of invoice has 10 or 12 digits.")
    if not _LEGACY_NUMBER.fullmatch(number):
        found["number"] = _("The number of this kind of invoice has 8 digits.")
    return found
