"""Columns of document lists."""

from django.utils.translation import gettext_lazy as _

from apps.core.tables import Column, Table
from apps.documents.models import Document


class DocumentTable(Table):
    """What every list of papers shows; a kind puts its own columns between them."""

    columns = [
        Column("number", _("Number"), kind="link", sort="number", accessor=lambda paper: paper.number or _("Draft")),
        Column("title", _("Title"), kind="longtext", width=36),
        Column("applicant", _("Applicant"), accessor="applicant.name"),
        Column("department", _("Department"), accessor="department.label"),
        Column("amount", _("Amount"), kind="money", sort="amount", total=True),
        Column("state", _("State"), kind="badge", choices=dict(Document.State.choices)),
        Column("submitted_at", _("Submitted"), kind="datetime"),
    ]
    default_sort = "-pk"
    select_name = "papers"
    empty_title = _("No papers yet")
    empty_hint = _("Papers you raise, decide or read along appear here.")


class ExportTable(Table):
    """Who took which list out of the house."""

    columns = [
        Column("at", _("When"), kind="datetime", sort="at"),
        Column("user", _("Person"), accessor="user.name"),
        Column("list_name", _("List")),
        Column("filters", _("Filter"), kind="longtext"),
        Column("rows", _("Rows"), kind="number"),
        Column("file_format", _("Format")),
    ]
    empty_title = _("Nothing has been exported yet")
    empty_hint = _("Each export of a list is noted here with its filter and the number of rows.")

    def row_url(self, row) -> str:
        return ""
