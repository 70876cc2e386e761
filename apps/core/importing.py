"""Records from a workbook: what reading, checking and confirming have in common, whatever the records are.

An app declares its columns (`ImportColumn`), reads a sheet with `read_sheet`, checks the rows and notes what is wrong
with `Outcome.wrong`. Nothing is written unless every cell is right. Between preview and confirmation the file waits in
private storage (`KeptWorkbooks`).
"""

import datetime as dt
import unicodedata
import uuid
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, TimestampSigner
from django.db.models import Field
from django.http import Http404
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from python_calamine import CalamineError, CalamineWorkbook

from apps.core.errors import Refused
from apps.core.exports import clean_text
from apps.core.storage import private_storage

MAX_ROWS = 20_000
MAX_UNPACKED = 200 * 1024 * 1024
HEADER_WITHIN = 12
SHOWN_ERRORS = 200
SHOWN_ROWS = 50
VALID_SECONDS = 24 * 3600
EXACT_DIGITS = 10**15
DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
NEW = "*"


class ImportRefused(Refused):
    """The file cannot be read as a sheet of such records; the text says why."""


# ---- columns ----


@dataclass(frozen=True)
class ImportColumn:
    """One column: its heading, the field it fills, how a cell becomes a value (`read(value, sheet)`)."""

    name: str
    header: str | Promise
    read: Callable[[Any, Any], Any]
    required: bool = False
    hint: str | Promise = ""
    export: Callable[[Any], Any] | None = None

    def headings(self) -> set[str]:
        """The heading in every language, and the name of the field, as a sheet may have them."""
        return {normalise(self.name), *words_of(self.header)}


def words_of(text: str | Promise) -> set[str]:
    """A text in every language of the site, normalised."""
    found = set()
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found.add(normalise(str(text)))
    return found


def normalise(heading: Any) -> str:
    """A heading without what people add to it: case, spaces, stars, width."""
    return unicodedata.normalize("NFKC", str(heading)).strip().strip("*").strip().casefold()


def text_of(value: Any) -> str:
    """A cell as text. Numbers lose the `.0` that sheets add; one longer than 15 digits has already lost its end."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        if abs(value) >= EXACT_DIGITS:
            raise ValidationError(
                _("This number is too long for a numeric cell and has lost digits; store it as text.")
            )
        return str(int(value)) if float(value).is_integer() else str(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    return unicodedata.normalize("NFC", str(value)).strip()


def text_for(model_field: Field) -> Callable[[Any, Any], str]:
    """Reads text by the rules of a model's own field: length, e-mail, characters of a user name."""

    def read(value: Any, sheet: Any) -> str:
        found = text_of(value)
        if not found.isprintable():
            raise ValidationError(_("This text has characters that cannot be printed."))
        return model_field.clean(found, None)

    return read


def date(value: Any, sheet: Any) -> dt.date:
    """A date cell, or a date typed as text in one of the usual ways."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    written = text_of(value)
    for pattern in DATE_FORMATS:
        try:
            return dt.datetime.strptime(written, pattern).date()  # noqa: DTZ007  a date has no zone
        except ValueError:
            continue
    raise ValidationError(_("“%(value)s” is not a date; write 2026-01-31.") % {"value": written[:40]})


# ---- rows and what becomes of them ----


@dataclass(frozen=True)
class CellError:
    """What is wrong, and where: the cell as the spreadsheet calls it."""

    cell: str
    message: str

    def __str__(self) -> str:
        return f"{self.cell}: {self.message}"


@dataclass
class ImportRow:
    """One line of the sheet: the values that were filled in, where they stand, and the fields that would change."""

    number: int
    values: dict[str, Any]
    cells: dict[str, str]
    changes: list[str] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        """Whether this row makes a new record."""
        return NEW in self.changes

    def described(self, columns: Iterable[ImportColumn]) -> str:
        """What the import does with this row, in words."""
        if self.is_new:
            return _("new")
        headers = {column.name: str(column.header) for column in columns}
        return _(", ").join(headers[name] for name in self.changes)


@dataclass
class Outcome:
    """What an import would do, or has done."""

    rows: list[Any] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)
    written: bool = False

    @property
    def created(self) -> list[Any]:
        """Records that are new."""
        return [row for row in self.rows if row.is_new]

    @property
    def updated(self) -> list[Any]:
        """Records in which something changes."""
        return [row for row in self.rows if row.changes and not row.is_new]

    @property
    def unchanged(self) -> int:
        """Records in which nothing changes."""
        return sum(not row.changes for row in self.rows)

    @property
    def preview(self) -> list[Any]:
        """The first rows in which something happens."""
        return [row for row in self.rows if row.changes][:SHOWN_ROWS]

    @property
    def shown_errors(self) -> list[CellError]:
        """As many as anybody reads."""
        return self.errors[:SHOWN_ERRORS]

    def wrong(self, row: ImportRow, name: str, message: str) -> None:
        """Note an error at the cell, or at the row where the sheet has no such column."""
        self.errors.append(CellError(row.cells.get(name, f"A{row.number}"), message))

    def sort_errors(self) -> None:
        """From the top of the sheet to its end."""
        self.errors.sort(key=lambda error: (int("".join(filter(str.isdigit, error.cell))), error.cell))


# ---- reading ----


def read_sheet(
    stream: IO[bytes], columns: Sequence[ImportColumn], *, key: str, sheet: Any, row_class: type[ImportRow] = ImportRow
) -> Outcome:
    """The first sheet of a workbook as rows of values, with an error for each cell that cannot be read.

    A title may stand above the headings; the row of headings is the one that has the column `key`. `sheet` is handed to
    the columns: what their cells refer to, read once.
    """
    rows = _sheet_rows(stream)
    if len(rows) > MAX_ROWS:
        raise ImportRefused(_("The sheet has more than %(count)s rows.") % {"count": f"{MAX_ROWS:,}"})
    start, places = _header(rows, columns, key)
    outcome = Outcome()
    for number, cells in enumerate(rows[start + 1 :], start + 2):
        if any(not _is_blank(cell) for cell in cells):
            outcome.rows.append(_row(number, cells, places, sheet, outcome, row_class))
    if not outcome.rows:
        raise ImportRefused(_("The sheet has no rows below the headings."))
    return outcome


def _sheet_rows(stream: IO[bytes]) -> list[list[Any]]:
    """The first sheet as rows of values. Formulas arrive as the values they were last saved with, never as formulas."""
    try:
        with zipfile.ZipFile(stream) as package:
            if sum(member.file_size for member in package.infolist()) > MAX_UNPACKED:
                raise ImportRefused(_("The workbook is too large."))
        stream.seek(0)
        book = CalamineWorkbook.from_filelike(stream)
        return book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (zipfile.BadZipFile, CalamineError, IndexError, OSError, ValueError) as error:
        raise ImportRefused(_("This is not an Excel workbook (.xlsx) that can be read.")) from error


def _header(rows: list[list[Any]], columns: Sequence[ImportColumn], key: str) -> tuple[int, dict[int, ImportColumn]]:
    """The row of headings and which column of the sheet is which."""
    by_heading = {heading: column for column in columns for heading in column.headings()}
    for index, row in enumerate(rows[:HEADER_WITHIN]):
        found = {place: by_heading[normalise(cell)] for place, cell in enumerate(row) if normalise(cell) in by_heading}
        names = [column.name for column in found.values()]
        if key in names:
            twice = next((column for column in found.values() if names.count(column.name) > 1), None)
            if twice:
                raise ImportRefused(_("The column “%(name)s” stands there twice.") % {"name": twice.header})
            return index, found
    wanted = next(column for column in columns if column.name == key)
    raise ImportRefused(_("The sheet has no column “%(name)s”; take the template.") % {"name": wanted.header})


def _row(number, cells, places, sheet, outcome: Outcome, row_class: type[ImportRow]) -> ImportRow:
    addresses = {column.name: f"{get_column_letter(place + 1)}{number}" for place, column in places.items()}
    row = row_class(number, {}, addresses)
    for place, column in places.items():
        value = cells[place] if place < len(cells) else ""
        if _is_blank(value):
            continue
        try:
            row.values[column.name] = column.read(value, sheet)
        except ValidationError as error:
            outcome.wrong(row, column.name, " ".join(error.messages))
            row.values[column.name] = None
    return row


def _is_blank(value: Any) -> bool:
    return value is None or str(value).strip() == ""


# ---- between preview and confirmation ----


class KeptWorkbooks:
    """Checked files of one sort, each kept for a day for the person who uploaded it."""

    def __init__(self, name: str):
        self.folder = f"imports/{name}"
        self._signer = TimestampSigner(salt=f"imports.{name}")

    def keep(self, upload: IO[bytes], *, by: Any) -> str:
        """Store a checked file; answers the token under which this person may confirm it."""
        upload.seek(0)
        name = private_storage().save(f"{self.folder}/{uuid.uuid4().hex}.xlsx", upload)
        return self._signer.sign_object([by.pk, name])

    def name_of(self, token: str, *, by: Any) -> str:
        """The stored file behind a token; 404 for anybody else, refused once it has been imported."""
        try:
            owner, name = self._signer.unsign_object(token, max_age=VALID_SECONDS)
        except BadSignature as error:
            raise Http404 from error
        if owner != by.pk:
            raise Http404
        if not private_storage().exists(name):
            raise ImportRefused(_("This workbook has been imported already."))
        return name


# ---- the empty sheet ----


def write_template(
    stream: IO[bytes],
    *,
    title: str,
    columns: Sequence[ImportColumn],
    codes: Iterable[tuple[str, Iterable[tuple[str, str]]]] = (),
) -> None:
    """An empty sheet with the headings in the reader's language, text cells, and the codes on sheets of their own."""
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for place, column in enumerate(columns, 1):
        letter = get_column_letter(place)
        cell = sheet.cell(1, place, f"{column.header}{' *' if column.required else ''}")
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E9EDF2")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        if column.hint:
            cell.comment = Comment(str(column.hint), "AgencyOps")
        sheet.column_dimensions[letter].width = 20
        sheet.column_dimensions[letter].number_format = "@"
    sheet.freeze_panes = "A2"
    for heading, rows in codes:
        _write_codes(book, heading, rows)
    book.save(stream)


def _write_codes(book: Workbook, title: str, rows: Iterable[tuple[str, str]]) -> None:
    sheet = book.create_sheet(title)
    sheet.append([_("Code"), _("Name")])
    for values in rows:
        sheet.append([None, None])
        for place, value in enumerate(values, 1):
            cell = sheet.cell(sheet.max_row, place)
            cell.value = clean_text(value)
            cell.data_type = "s"
    sheet.column_dimensions["B"].width = 30
