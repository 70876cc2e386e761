"""The workbooks that leave the house: the empty template, and the employees themselves."""

from typing import IO

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from apps.core.exports import clean_text
from apps.org.employees.columns import columns_for
from apps.org.models import Department, JobGrade, Position, User


def write_template(stream: IO[bytes], *, viewer: User) -> None:
    """An empty sheet with the headings in the reader's language, text cells, and the codes on sheets of their own."""
    book = Workbook()
    sheet = book.active
    sheet.title = _("Employees")
    for place, column in enumerate(columns_for(viewer), 1):
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
    for title, model in ((_("Departments"), Department), (_("Positions"), Position), (_("Grades"), JobGrade)):
        _write_codes(book, title, model)
    book.save(stream)


def _write_codes(book: Workbook, title: str, model: type) -> None:
    sheet = book.create_sheet(title)
    sheet.append([_("Code"), _("Name")])
    for record in model.objects.filter(active=True).order_by("code"):
        sheet.append([None, None])
        for place, value in enumerate((record.code, str(record)), 1):
            cell = sheet.cell(sheet.max_row, place)
            cell.value = clean_text(value)
            cell.data_type = "s"
    sheet.column_dimensions["B"].width = 30
