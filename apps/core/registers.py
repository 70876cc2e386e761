"""Lists as printed registers: A4 across, heading on every page, totals at the end, "page x / y"."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import IO, Any
from xml.sax.saxutils import escape

from django.utils import timezone
from django.utils.translation import gettext
from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, LongTable, PageTemplate, Paragraph, Spacer, TableStyle

from apps.core.exports import WIDTHS, Meta, clean_text, streamed
from apps.core.fonts import register_fonts
from apps.core.tables import Column, Table

PAGE = landscape(A4)
MARGIN = 12 * mm
SIZES = (8, 7.5, 7, 6.5, 6, 5.5)
#: Longer texts are cut off: a register is an overview, and a row must fit on its page.
LONGEST_TEXT = 300
#: More do not fit on a page across; the workbook has them all.
MOST_COLUMNS = 16
_DIGIT = 0.57  # width of a digit, in the size of the type
_PADDING = 3
# Characters that must fit on one line; other columns share the room that is left.
_FIXED = {"date": 10, "datetime": 16, "money": 13, "number": 8, "link": 15}
_RIGHT = frozenset({"money", "number"})


class NumberedCanvas(Canvas):
    """A canvas that knows on every page how many there are."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pages: list[dict] = []
        self.footer_left = ""

    def showPage(self) -> None:  # noqa: N802 - ReportLab's name
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        count = len(self._pages)
        for page, state in enumerate(self._pages, 1):
            self.__dict__.update(state)
            self._write_footer(page, count)
            super().showPage()
        super().save()

    def _write_footer(self, page: int, count: int) -> None:
        width = self._pagesize[0]
        self.setFont(register_fonts()[0], 7.5)
        self.setFillColor(colors.HexColor("#5a6470"))
        self.drawString(MARGIN, 7 * mm, self.footer_left)
        text = gettext("Page %(page)s / %(pages)s") % {"page": page, "pages": count}
        self.drawRightString(width - MARGIN, 7 * mm, text)


def printed_columns(table: type[Table] | Table) -> list[Column]:
    """All columns as long as they can be read side by side; of wider tables those that the screen shows."""
    columns = table.export_columns()
    if len(columns) <= MOST_COLUMNS:
        return columns
    return [column for column in columns if not column.export_only] or columns


def register_pdf(stream: IO[bytes], *, title: str, table: type[Table] | Table, rows: Iterable[Any], meta: Meta) -> int:
    """Print the rows as a register and say how many there were."""
    columns = printed_columns(table)
    size, widths = _fit(columns)
    model = getattr(rows, "model", None)
    writers = [_writer(column, width, size, model) for column, width in zip(columns, widths, strict=True)]
    sums = {index: Decimal(0) for index, column in enumerate(columns) if column.total}
    header = [_heading(column, size) for column in columns]
    lines, number = [], 0
    for number, row in enumerate(streamed(rows), 1):  # noqa: B007 - counted for the totals
        cells = [write(row) for write in writers]
        for index in sums:
            sums[index] += columns[index].read(row) or 0
        lines.append(cells)
    if sums and number:
        lines.append(_totals(columns, sums, number))
    grid = LongTable([header, *lines], colWidths=widths, repeatRows=1)
    grid.setStyle(_style(columns, size))
    if sums and number:
        grid.setStyle(_total_style(size))
    _build(stream, title, [*_head(title, meta), grid])
    return number


def _build(stream: IO[bytes], title: str, story: list[Any]) -> None:
    template = BaseDocTemplate(
        stream,
        pagesize=PAGE,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=12 * mm,
        bottomMargin=13 * mm,
        title=title,
        author="AgencyOps",
    )
    frame = Frame(MARGIN, 13 * mm, PAGE[0] - 2 * MARGIN, PAGE[1] - 25 * mm, 0, 0, 0, 0)

    def name_page(canvas: NumberedCanvas, _template: BaseDocTemplate) -> None:
        canvas.footer_left = title

    template.addPageTemplates(PageTemplate(frames=[frame], onPage=name_page))
    template.build(story, canvasmaker=NumberedCanvas)


def _head(title: str, meta: Meta) -> list[Any]:
    regular, bold = register_fonts()
    big = ParagraphStyle("title", fontName=bold, fontSize=14, leading=18, spaceAfter=4, wordWrap="CJK")
    small = ParagraphStyle("meta", fontName=regular, fontSize=8, leading=11, textColor="#3c4650", wordWrap="CJK")
    colon = gettext(": ")
    line = " · ".join(f"{escape(clean_text(label))}{colon}{escape(clean_text(value))}" for label, value in meta)
    return [Paragraph(escape(clean_text(title)), big), Paragraph(line, small), Spacer(0, 3 * mm)]


def _style(columns: Sequence[Column], size: float) -> TableStyle:
    regular, bold = register_fonts()
    commands: list[tuple] = [
        ("FONT", (0, 1), (-1, -1), regular, size, size * 1.25),
        ("FONT", (0, 0), (-1, 0), bold, size, size * 1.25),
        ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#e9edf2")),
        ("LINEBELOW", (0, 0), (-1, -1), 0.35, colors.HexColor("#bfc5cc")),
        ("LINEABOVE", (0, 0), (-1, 0), 0.7, colors.HexColor("#333333")),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), _PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), _PADDING),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
    commands.extend(
        ("ALIGN", (index, 0), (index, -1), "RIGHT") for index, column in enumerate(columns) if column.kind in _RIGHT
    )
    return TableStyle(commands)


def _total_style(size: float) -> TableStyle:
    bold = register_fonts()[1]
    return TableStyle(
        [
            ("FONT", (0, -1), (-1, -1), bold, size, size * 1.25),
            ("LINEABOVE", (0, -1), (-1, -1), 0.7, colors.HexColor("#333333")),
            ("LINEBELOW", (0, -1), (-1, -1), 0.7, colors.HexColor("#333333")),
        ]
    )


def _fit(columns: Sequence[Column]) -> tuple[float, list[float]]:
    """The largest type in which amounts and dates stay on one line and texts keep most of their room; the widths."""
    room = PAGE[0] - 2 * MARGIN - 2 * _PADDING * len(columns)
    fixed = sum(_FIXED.get(column.kind, 0) for column in columns)
    wanted = sum(column.width or WIDTHS[column.kind] for column in columns if column.kind not in _FIXED)
    size = next((size for size in SIZES if room >= size * _DIGIT * (fixed + wanted * 0.6)), SIZES[-1])
    left = max(room - size * _DIGIT * fixed, 0)
    widths = []
    for column in columns:
        if column.kind in _FIXED:
            width = size * _DIGIT * _FIXED[column.kind] + (0 if wanted else left / len(columns))
        else:
            width = left * (column.width or WIDTHS[column.kind]) / wanted
        widths.append(width + 2 * _PADDING)
    return size, widths


def _heading(column: Column, size: float) -> Paragraph:
    bold = register_fonts()[1]
    alignment = {"alignment": TA_RIGHT} if column.kind in _RIGHT else {}
    style = ParagraphStyle("head", fontName=bold, fontSize=size, leading=size * 1.25, wordWrap="CJK", **alignment)
    return Paragraph(escape(str(column.header)), style)


def _totals(columns: Sequence[Column], sums: dict[int, Decimal], number: int) -> list[str]:
    cells = [_amount(sums[index], column.kind) if index in sums else "" for index, column in enumerate(columns)]
    if 0 not in sums:
        cells[0] = gettext("Total of %(number)s rows") % {"number": f"{number:,}"}
    return cells


def _amount(value: Any, kind: str) -> str:
    if value is None:
        return ""
    return f"{value:,.2f}" if kind == "money" else f"{value:,}"


def _writer(column: Column, width: float, size: float, model: Any) -> Callable[[Any], Any]:
    """callable(row) → what the register prints; text too wide for its column becomes a paragraph that wraps."""
    read = column.typed(model)
    if column.kind in _RIGHT:
        return lambda row: _amount(read(row), column.kind)
    if column.kind in ("date", "datetime"):
        return _date_writer(read, column.kind)
    regular = register_fonts()[0]
    style = ParagraphStyle("cell", fontName=regular, fontSize=size, leading=size * 1.25, wordWrap="CJK")
    room = width - 2 * _PADDING

    def write_text(row: Any) -> str | Paragraph:
        value = read(row)
        if value is None or value == "":
            return ""
        text = _shortened(clean_text(value))
        if len(text) * size > room and stringWidth(text, regular, size) > room:
            return Paragraph(escape(text), style)
        return text.replace("\n", " ")

    return write_text


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"


def _date_writer(read: Callable[[Any], Any], kind: str) -> Callable[[Any], str]:
    zone = timezone.get_current_timezone()

    def write_date(row: Any) -> str:
        value = read(row)
        if value is None:
            return ""
        if hasattr(value, "astimezone"):
            value = value.astimezone(zone)
            return value.isoformat(" ", "minutes")[: 10 if kind == "date" else 16]
        return value.isoformat()

    return write_date
