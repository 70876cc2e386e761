"""Lists as Excel workbooks, typed cell by cell from the table that also makes the page.

A workbook says on top what it is, who made it, when, and under which filter, and adds up what the table adds up.
`core.registers` prints the same.
"""

# ruff: noqa: SLF001 - openpyxl has no public way to fill a prepared cell, and inspecting each costs twice the time

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import IO, Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from apps.core.tables import Column, Table

Meta = Sequence[tuple[str, str]]

WIDTHS = {"text": 18, "longtext": 40, "number": 12, "money": 16, "date": 12, "datetime": 17, "badge": 14, "link": 20}
_FORMATS = {"money": "#,##0.00", "number": "General", "date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm"}
CHUNK = 2_000
LINE_HEIGHT = 15
MOST_LINES = 12
_LONGEST_TEXT = 32_767
_EXACT_DIGITS = 15
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
# Edited by hand, these would become formulas, and so many digits a rounded number.
_GUARDED = re.compile(r"[=+\-@\t]|'|\d{12,}\s*$")
# What a guarded text can begin with: a look at one character spares most cells the search.
_SUSPECT = frozenset("=+-@\t'0123456789")


class _Cell(Cell):
    """A cell made once per column and filled for each row: its style is looked up once, its type never guessed."""

    __slots__ = ("has_style", "style_id")

    def freeze(self) -> "_Cell":
        self.style_id = super().style_id
        self.has_style = True
        return self


class _Sheet(WriteOnlyWorksheet):
    """Takes rows of ready cells, so that nothing is inspected twice on the way to the file."""

    filled_rows = 0

    def _values_to_row(self, values: Iterable[Any], row_idx: int) -> Iterator[Cell]:
        for cell in values:
            cell.row = row_idx
            yield cell
        self.filled_rows = row_idx

    def append_tall(self, cells: list[Cell], lines: int) -> None:
        """A row as high as its wrapped text: programs that print a workbook do not measure it themselves."""
        row = self.filled_rows + 1
        self.row_dimensions[row].height = LINE_HEIGHT * min(lines, MOST_LINES)
        self.append(cells)
        del self.row_dimensions[row]


def clean_text(value: Any) -> str:
    """Text without the control characters that no workbook may hold."""
    text = value if type(value) is str else str(value)
    if not text.isprintable():
        text = _ILLEGAL.sub("", text)
    return text[:_LONGEST_TEXT]


class _Styles:
    """The handful of looks of a workbook's cells."""

    def __init__(self, sheet: _Sheet) -> None:
        self.sheet = sheet
        line = Side(style="thin", color="BFC5CC")
        self.line = Border(bottom=line)
        self.total_line = Border(top=Side(style="thin", color="333333"), bottom=Side(style="double", color="333333"))
        self.header_fill = PatternFill("solid", fgColor="E9EDF2")

    def cell(self, column: int, *, kind: str = "text", guarded: bool = False, **style: Any) -> _Cell:
        cell = _Cell(self.sheet, column=column)
        if kind in _FORMATS:
            cell.number_format = _FORMATS[kind]
        if guarded:
            cell.number_format = "@"
            cell._style.quotePrefix = 1
        for name, value in style.items():
            setattr(cell, name, value)
        return cell.freeze()


def write_workbook(
    stream: IO[bytes], *, title: str, table: type[Table] | Table, rows: Iterable[Any], meta: Meta
) -> int:
    """Write the rows as an Excel workbook and say how many there were.

    Amounts are numbers, dates are dates, identifiers stay text however long they are, and no text can become a formula.
    A query set is read as a stream: memory stays flat, and the number of queries does not grow with the rows
    (as long as the query set joins with select_related; prefetching asks again for every chunk).
    """
    columns = table.export_columns()
    book = Workbook(write_only=True)
    # What has no look of its own stands at the top of its row, like everything else.
    book._cell_styles[0].alignmentId = book._alignments.add(Alignment(vertical="top"))
    book.properties.title = clean_text(title)
    book.properties.creator = "AgencyOps"
    sheet = _Sheet(book, re.sub(r"[\[\]:*?/\\']", " ", clean_text(title))[:31].strip() or "AgencyOps")
    book._add_sheet(sheet)
    styles = _Styles(sheet)
    header_row = len(meta) + 3
    _lay_out(sheet, columns, header_row)
    _write_head(sheet, styles, title, meta, columns)
    number = _write_rows(sheet, styles, columns, streamed(rows), getattr(rows, "model", None))
    sheet.auto_filter.ref = f"A{header_row}:{get_column_letter(len(columns))}{header_row + number}"
    book.save(stream)
    return number


def _font(**style: Any) -> Font:
    """The typeface of the other cells; openpyxl names none where it is given a style."""
    return Font(**{"name": "Calibri", "family": 2, "size": 11, **style})


def streamed(rows: Iterable[Any]) -> Iterable[Any]:
    """The rows one by one, without keeping those that are done."""
    return rows.iterator(chunk_size=CHUNK) if isinstance(rows, QuerySet) else rows


def _lay_out(sheet: _Sheet, columns: Sequence[Column], header_row: int) -> None:
    for index, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(index)].width = column.width or WIDTHS[column.kind]
    sheet.freeze_panes = f"A{header_row + 1}"
    sheet.print_title_rows = f"{header_row}:{header_row}"
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top = sheet.page_margins.bottom = 0.6
    sheet.HeaderFooter.oddFooter.center.text = "&P / &N"


def _write_head(sheet: _Sheet, styles: _Styles, title: str, meta: Meta, columns: Sequence[Column]) -> None:
    sheet.append([_filled(styles.cell(1, font=_font(bold=True, size=14)), title)])
    for label, value in meta:
        label_cell = styles.cell(1, font=_font(color="5A6470"))
        sheet.append([_filled(label_cell, label), _filled(styles.cell(2, guarded=True), value)])
    sheet.append([])
    head = []
    for index, column in enumerate(columns, 1):
        across = "right" if column.kind in ("money", "number") else "left"
        look = Alignment(horizontal=across, vertical="center", wrap_text=True)
        cell = styles.cell(index, font=_font(bold=True), fill=styles.header_fill, border=styles.line, alignment=look)
        head.append(_filled(cell, str(column.header)))
    sheet.append(head)


def _filled(cell: _Cell, value: Any) -> _Cell:
    cell._value = clean_text(value)
    cell.data_type = "s"
    return cell


def _write_rows(sheet: _Sheet, styles: _Styles, columns: Sequence[Column], rows: Iterable[Any], model: Any) -> int:
    writers, sums = [], []
    for index, column in enumerate(columns, 1):
        total = [Decimal(0)] if column.total else None
        writers.append(_writer(styles, index, column, model, total))
        sums.append(total)
    wrapped = [
        (index, column.width or WIDTHS["longtext"]) for index, column in enumerate(columns) if column.kind == "longtext"
    ]
    number = 0
    for number, row in enumerate(rows, 1):  # noqa: B007 - counted for the totals
        cells = [write(row) for write in writers]
        lines = max((_lines(cells[index]._value, width) for index, width in wrapped), default=1)
        filled = [cell for cell in cells if cell._value is not None]
        if lines > 1:
            sheet.append_tall(filled, lines)
        else:
            sheet.append(filled)
    if any(sums) and number:
        _write_totals(sheet, styles, columns, sums, number)
    return number


def _lines(text: str | None, width: int) -> int:
    """How many lines a text takes in a column; a Chinese character is two wide."""
    if not text or (len(text) * 2 <= width and "\n" not in text):
        return 1
    return sum(-(-max(len(line) + sum(map("\u2e7f".__lt__, line)), 1) // width) for line in text.split("\n"))


def _write_totals(sheet: _Sheet, styles: _Styles, columns: Sequence[Column], sums: list[Any], number: int) -> None:
    cells = []
    for index, (column, total) in enumerate(zip(columns, sums, strict=True), 1):
        kind = column.kind if total else "text"
        cell = styles.cell(index, kind=kind, font=_font(bold=True), border=styles.total_line)
        if total:
            cell._value, cell.data_type = total[0], "n"
        elif index == 1:
            _filled(cell, gettext("Total of %(number)s rows") % {"number": f"{number:,}"})
        cells.append(cell)
    sheet.append(cells)


def _writer(styles: _Styles, index: int, column: Column, model: Any, total: list[Decimal] | None) -> Callable:
    """callable(row) → the column's cell holding this row's value."""
    read = column.typed(model)
    across = "left" if column.kind in ("date", "datetime") else None
    look = Alignment(horizontal=across, vertical="top", wrap_text=column.kind == "longtext" or None)
    plain = styles.cell(index, kind=column.kind, alignment=look)
    guarded = styles.cell(index, guarded=True, alignment=look)
    if column.kind in ("money", "number"):
        return _number_writer(read, plain, guarded, total)
    if column.kind in ("date", "datetime"):
        return _date_writer(read, plain, column.kind)
    guard = _GUARDED.match

    def write_text(row: Any) -> _Cell:
        value = read(row)
        if value is None or value == "":
            plain._value = None
            return plain
        plain_text = type(value) is str and value.isprintable() and len(value) < _LONGEST_TEXT
        text = value if plain_text else clean_text(value)
        cell = guarded if text[:1] in _SUSPECT and guard(text) else plain
        cell._value = text
        cell.data_type = "s"
        return cell

    plain.has_style = look.wrap_text or False  # the workbook's first style serves, and a style per cell costs time
    return write_text


def _number_writer(read: Callable, plain: _Cell, guarded: _Cell, total: list[Decimal] | None) -> Callable:
    plain.data_type = "n"
    largest = 10**_EXACT_DIGITS

    def write_number(row: Any) -> _Cell:
        value = read(row)
        if value is None:
            plain._value = None
            return plain
        if total is not None:
            total[0] += value
        if -largest < value < largest:
            plain._value = value
            return plain
        return _filled(guarded, value)

    return write_number


def _date_writer(read: Callable, plain: _Cell, kind: str) -> Callable:
    zone = timezone.get_current_timezone()

    def write_date(row: Any) -> _Cell:
        value = read(row)
        if isinstance(value, dt.datetime):
            value = value.astimezone(zone).replace(tzinfo=None, microsecond=0)
            if kind == "date":
                value = value.date()
        plain._value = value
        plain.data_type = "n" if value is None else "d"
        return plain

    return write_date
