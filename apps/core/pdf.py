"""Printed papers: the layout of a Chinese company form, from one description, by one of two engines.

WeasyPrint sets the better page; where its native libraries (Pango) are missing, ReportLab prints the same content.
Both use only the embedded typeface, and neither ever opens a network connection.
"""

import base64
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache, cached_property
from importlib import import_module
from typing import Any

from django.utils.translation import gettext
from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

from apps.core.exports import clean_text
from apps.core.money import in_capitals, quantize

ENGINE_VARIABLE = "AGENCYOPS_PDF_ENGINE"
#: WeasyPrint needs about 10 ms for a table row; beyond this many the other engine prints.
WEASYPRINT_ROWS = 400


@dataclass(frozen=True)
class PrintTable:
    """A table of the form: line items, payments. `aligns` and `widths` (shares) go by column."""

    headers: Sequence[str]
    rows: Sequence[Sequence[Any]]
    totals: Sequence[Any] = ()
    aligns: Sequence[str] = ()
    widths: Sequence[float] = ()
    title: str = ""

    def align(self, index: int) -> str:
        """left, right or center."""
        return self.aligns[index] if index < len(self.aligns) else "left"

    @property
    def shares(self) -> list[float]:
        """The width of each column as a part of one."""
        widths = list(self.widths) or [1.0] * len(self.headers)
        return [width / sum(widths) for width in widths]


@dataclass(frozen=True)
class Signature:
    """A signature drawn by hand: whose it is, and the picture, a PNG."""

    label: str
    picture: bytes

    @property
    def address(self) -> str:
        """The picture itself as an address."""
        return f"data:image/png;base64,{base64.b64encode(self.picture).decode()}"


@dataclass(frozen=True)
class PrintForm:
    """Everything a printed paper says. Texts come ready to print, in the reader's language.

    `chain` holds (step, person, decision, time, comment) of what was decided, in order; `annex` are tables after it.
    """

    company: str
    title: str
    number: str
    subtitle: str = ""
    date: str = ""
    fields: Sequence[tuple[str, str]] = ()
    tables: Sequence[PrintTable] = ()
    amount: Decimal | None = None
    amount_words: str = ""
    vouchers: int | None = None
    chain: Sequence[tuple[str, str, str, str, str]] = ()
    footer: Sequence[str] = ()
    check_code: str = ""
    verify_url: str = ""
    watermark: str = ""
    notes: Sequence[tuple[str, str]] = field(default_factory=tuple)
    annex: Sequence[PrintTable] = ()
    signatures: Sequence[Signature] = ()

    @property
    def capitals(self) -> str:
        """The amount in formal numerals, computed unless it was given."""
        if self.amount_words or self.amount is None:
            return self.amount_words
        return in_capitals(self.amount)

    @property
    def digits(self) -> str:
        """`¥12,345.60`, with the sign in front."""
        return "" if self.amount is None else f"¥{quantize(self.amount):,}"

    @cached_property
    def qr(self) -> list[list[bool]]:
        """The squares of the code that leads to the page where the paper is verified."""
        return qr_squares(self.verify_url) if self.verify_url else []

    @property
    def pairs(self) -> list[tuple[tuple[str, str], tuple[str, str]]]:
        """The fields two by two, as they stand beside each other."""
        fields = [*self.fields, ("", "")] if len(self.fields) % 2 else list(self.fields)
        return list(zip(fields[::2], fields[1::2], strict=True))

    @property
    def number_of_rows(self) -> int:
        return sum(len(table.rows) for table in (*self.tables, *self.annex)) + len(self.chain)


def qr_squares(text: str) -> list[list[bool]]:
    """The modules of a QR code, row by row."""
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    size = code.getModuleCount()
    return [[bool(code.isDark(row, column)) for column in range(size)] for row in range(size)]


def pdf_engine() -> str:
    """`weasyprint`, or `reportlab` where Pango is missing or the environment asks for it."""
    wanted = os.environ.get(ENGINE_VARIABLE, "")
    if wanted in ("weasyprint", "reportlab"):
        return wanted
    return "weasyprint" if _weasyprint_works() else "reportlab"


@cache
def _weasyprint_works() -> bool:
    try:
        import_module("weasyprint")
    except (ImportError, OSError):
        return False
    return True


def render_print_form(form: PrintForm) -> bytes:
    """One paper as a PDF, A4 upright."""
    return render_print_forms([form])


def render_print_forms(forms: Sequence[PrintForm]) -> bytes:
    """Several papers in one PDF, each with its own page numbers."""
    if not forms:
        raise ValueError(gettext("There is nothing to print."))
    heavy = sum(form.number_of_rows for form in forms) > WEASYPRINT_ROWS
    engine = "reportlab" if heavy else pdf_engine()
    # A slow import: half a second that only printing pays for.
    return import_module(f"apps.core.pdf_{engine}").render([_cleaned(form) for form in forms])


def _cleaned(form: PrintForm) -> PrintForm:
    """The form with control characters taken out of everything people typed."""
    values = {name: _clean(getattr(form, name)) for name in form.__dataclass_fields__}
    return PrintForm(**values)


def _clean(value: Any) -> Any:
    if isinstance(value, PrintTable):
        return PrintTable(**{name: _clean(getattr(value, name)) for name in value.__dataclass_fields__})
    if isinstance(value, Signature):
        return replace(value, label=clean_text(value.label))
    if isinstance(value, list | tuple):
        return tuple(_clean(item) for item in value)
    if value is None or isinstance(value, int | float | Decimal):
        return value
    return clean_text(value)
