"""Workbooks and registers: typed, harmless, complete."""

import datetime as dt
import io
import re
import zipfile
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from reportlab.pdfbase.pdfmetrics import stringWidth

from apps.core.exports import write_workbook
from apps.core.fonts import register_fonts
from apps.core.models import NumberSequence
from apps.core.registers import register_pdf
from apps.core.tables import Column, Table
from tests.core.list_page import SequenceTable

META = [("Company", "启明"), ("Exported by", "Alice (alice)"), ("Filter", "=1+1")]


class Ledger(Table):
    columns = [
        Column("number", "Number", kind="link"),
        Column("day", "Day", kind="date"),
        Column("at", "At", kind="datetime"),
        Column("amount", "Amount", kind="money", total=True),
        Column("person", "Person", accessor="owner.name"),
        Column("state", "State", kind="badge", choices={"paid": "Paid"}),
        Column("pieces", "Pieces", kind="number", total=True),
        Column("note", "Note", kind="longtext"),
        Column("buttons", "Buttons", screen_only=True),
    ]


def row(**values):
    defaults = {
        "number": "FYBX-2026-0001",
        "day": dt.date(2026, 11, 23),
        "at": dt.datetime(2026, 11, 23, 16, 5, 59, 123, tzinfo=dt.UTC),
        "amount": Decimal("1234.50"),
        "owner": SimpleNamespace(name="陈经理"),
        "state": "paid",
        "pieces": 3,
        "note": "",
    }
    return SimpleNamespace(**{**defaults, **values})


def workbook(rows, table=Ledger):
    stream = io.BytesIO()
    number = write_workbook(stream, title="Ledger: 2026/11", table=table, rows=rows, meta=META)
    return load_workbook(stream).active, number, stream


def test_cells_have_the_type_of_what_they_hold():
    sheet, number, _stream = workbook([row(), row(amount=None, day=None, at=None, owner=None, state="", pieces=None)])
    assert number == 2
    assert [cell.value for cell in sheet[6]] == [
        "Number", "Day", "At", "Amount", "Person", "State", "Pieces", "Note",
    ]  # fmt: skip
    assert [(cell.value, cell.data_type, cell.number_format) for cell in sheet[7]][:7] == [
        ("FYBX-2026-0001", "s", "General"),
        (dt.datetime(2026, 11, 23), "d", "yyyy-mm-dd"),
        (dt.datetime(2026, 11, 24, 0, 5, 59), "d", "yyyy-mm-dd hh:mm"),  # the company's time zone
        (1234.5, "n", "#,##0.00"),
        ("陈经理", "s", "General"),
        ("Paid", "s", "General"),
        (3, "n", "General"),
    ]
    assert [cell.value for cell in sheet[8]] == ["FYBX-2026-0001", None, None, None, None, None, None, None]
    assert [cell.value for cell in sheet[9]] == ["Total of 2 rows", None, None, 1234.5, None, None, 3, None]
    assert sheet.max_row == 9


def test_the_sheet_is_ready_to_be_read_and_printed():
    sheet, _number, _stream = workbook([row()])
    assert sheet.title == "Ledger  2026 11"
    assert [(sheet[f"A{line}"].value, sheet[f"B{line}"].value) for line in (2, 3, 4)] == META
    assert sheet.freeze_panes == "A7"
    assert sheet.auto_filter.ref == "A6:H7"
    assert sheet.print_title_rows == "$6:$6"
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.column_dimensions["D"].width == 16


HOSTILE = [
    "=1+1",
    '=HYPERLINK("http://evil","x")',
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "'=1+1",
    "=cmd|' /C calc'!A0",
    "#REF!",
    "12345678901234567890",
    "91350200776049653A",
    "00123",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_a_formula_or_loses_digits(text):
    sheet, _number, stream = workbook([row(number=text, owner=SimpleNamespace(name=text), note=text)])
    for cell in (sheet["A7"], sheet["E7"], sheet["H7"]):
        assert (cell.value, cell.data_type) == (text, "s")
        guarded = text[0] in "=+-@\t'" or len(text) == 20
        assert bool(cell.quotePrefix) == guarded
        if not guarded:
            assert cell.number_format == "General"
    xml = zipfile.ZipFile(stream).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in xml
    assert "hyperlink" not in xml
    assert bool(sheet["B4"].quotePrefix)


def test_control_characters_are_taken_out_and_endless_text_is_cut():
    text = "\r=a\x00b\x0bc\ud800d\ufffee\nf" + "x" * 40_000
    sheet, _number, _stream = workbook([row(note=text)])
    assert sheet["H7"].value[:7] == "=abcde\n"
    assert (len(sheet["H7"].value), sheet["H7"].data_type) == (32_767, "s")


def test_a_row_is_as_high_as_its_text():
    rows = [row(note="短"), row(note="很长的说明" * 12), row(note="1\n2\n3"), row(note="a b " * 5000)]
    sheet, _number, _stream = workbook(rows)
    assert [sheet.row_dimensions[line].height for line in (7, 8, 9, 10, 11)] == [None, 45, 45, 180, None]


def test_a_number_beyond_exact_digits_becomes_text():
    sheet, _number, _stream = workbook([row(amount=Decimal("1234567890123456.78"))])
    assert (sheet["D7"].value, sheet["D7"].data_type) == ("1234567890123456.78", "s")


def test_an_empty_list_has_no_totals():
    sheet, number, _stream = workbook([])
    assert (number, sheet.max_row) == (0, 6)


@pytest.mark.django_db
def test_rows_are_streamed_with_one_query(django_assert_num_queries):
    NumberSequence.objects.bulk_create([NumberSequence(prefix=f"P{n}", year=2026, last=n) for n in range(2500)])

    class Plain(Table):
        columns = [Column("prefix", "Prefix"), Column("last", "Last", kind="number", total=True)]

    with django_assert_num_queries(1):
        sheet, number, _stream = workbook(NumberSequence.objects.order_by("pk"), Plain)
    assert (number, sheet["B2507"].value) == (2500, sum(range(2500)))


def pdf_text(data):
    """How many pages a PDF has, from its bytes."""
    return len(re.findall(rb"/Type /Page\b", data))


@pytest.mark.parametrize("rows", [0, 1, 120])
def test_a_register_has_as_many_pages_as_it_needs(rows):
    stream = io.BytesIO()
    note = "<b>&amp; 很长的说明 " * 100
    number = register_pdf(stream, title="台账", table=Ledger, rows=[row(note=note)] * rows, meta=META)
    assert number == rows
    assert stream.getvalue().startswith(b"%PDF-")
    assert pdf_text(stream.getvalue()) == {0: 1, 1: 1}.get(rows, pdf_text(stream.getvalue()))
    assert pdf_text(stream.getvalue()) >= 1


def test_the_embedded_typeface_knows_chinese():
    regular, bold = register_fonts()
    assert stringWidth("报销", regular, 10) == stringWidth("报销", bold, 10) == 20


def test_the_screen_leaves_out_what_only_exports_show():
    assert [column.name for column in SequenceTable.screen_columns()] == ["prefix", "year", "amount", "state"]
    assert [column.name for column in Ledger.export_columns()][-1] == "note"
    assert timezone.get_current_timezone_name() == "Asia/Shanghai"
