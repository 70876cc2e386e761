"""A statement opens, moves and closes to the cent; it is for those who see all receivables; the figures by hand."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from apps.core import clock
from apps.documents.models import Export
from apps.finance.receivables import figures
from apps.finance.receivables.figures import Collected, Scope, dso
from apps.finance.receivables.statements import statement_of
from tests.finance.test_receivables_ageing import START, at, books, built, recomputed, recomputed_unapplied  # noqa: F401

ZERO = Decimal("0.00")
LAST = dt.date(2026, 12, 31)


def statement(client, start, end):
    return statement_of(client, start=start, end=end, currency="CNY")


@pytest.mark.parametrize("start", [dt.date(2025, 1, 1), dt.date(2026, 2, 1), dt.date(2026, 4, 20)])
@pytest.mark.parametrize("end", [dt.date(2026, 2, 14), dt.date(2026, 3, 6), dt.date(2026, 4, 30), LAST])
def test_statement_closes_with_what_is_open(books, start, end):  # noqa: F811
    if start > end:
        return
    with at(365):
        made = statement(books.client, start, end)
        before = statement(books.client, dt.date(2020, 1, 1), start - dt.timedelta(days=1))
        owed = {pk: row[0] for pk, row in recomputed(end).items()}
    assert made.opening == before.closing
    assert made.closing == made.opening + made.debits - made.credits == made.open_total - made.unapplied_total
    assert {row.pk: row.owed for row in made.open_items}.items() <= owed.items()
    assert {row.pk for row in made.unapplied} <= set(recomputed_unapplied(end))


def test_statement_by_hand(books):  # noqa: F811
    with at(365):
        made = statement(books.client, dt.date(2026, 1, 1), LAST)
    assert [(line.kind, line.on.isoformat(), line.debit, line.credit, line.balance) for line in made.lines] == [
        ("Opening balance", "2026-01-01", None, None, ZERO),
        ("Invoice", "2026-01-05", Decimal("1060.00"), None, Decimal("1060.00")),
        ("Invoice", "2026-01-05", Decimal("333.33"), None, Decimal("1393.33")),
        ("Receipt", "2026-01-25", None, Decimal("500.10"), Decimal("893.23")),
        ("Receipt", "2026-02-14", None, Decimal("77.77"), Decimal("815.46")),
        ("Red invoice", "2026-03-06", Decimal("-33.33"), None, Decimal("782.13")),
        ("Receipt voided", "2026-03-06", None, Decimal("-77.77"), Decimal("859.90")),
        ("Receipt", "2026-07-24", None, Decimal("1000.00"), Decimal("-140.10")),
        ("Closing balance", "2026-12-31", None, None, Decimal("-140.10")),
    ]
    assert (made.open_total, made.unapplied_total) == (ZERO, Decimal("140.10"))


def address(client, **more) -> str:
    query = "&".join(f"{name}={value}" for name, value in {"client": client.pk, **more}.items())
    return f"{reverse('finance:statement')}?{query}"


def test_statement_page_letter_and_workbook(books, client):  # noqa: F811
    client.force_login(books.accountant)
    with at(365):
        page = client.get(address(books.client, start="2026-01-01", end="2026-12-31"))
        assert page.context["statement"].closing == Decimal("-140.10")
        letter = client.get(address(books.client, start="2026-01-01", end="2026-12-31", export="pdf"))
        book = client.get(address(books.client, start="2026-01-01", end="2026-12-31", export="xlsx"))
        assert b"".join(letter.streaming_content)[:5] == b"%PDF-"
        sheet = load_workbook(io.BytesIO(b"".join(book.streaming_content))).active
    rows = [row for row in sheet.iter_rows(values_only=True) if row[1] in ("Invoice", "Red invoice")]
    assert [(row[0].date(), row[4]) for row in rows] == [
        (dt.date(2026, 1, 5), 1060),
        (dt.date(2026, 1, 5), 333.33),
        (dt.date(2026, 3, 6), -33.33),
    ]
    amounts = [row[4] for row in sheet.iter_rows() if row[1].value == "Invoice"]
    assert {cell.number_format for cell in amounts} == {"#,##0.00"}
    assert [(export.file_format, export.rows) for export in Export.objects.order_by("pk")] == [("pdf", 7), ("xlsx", 7)]


def test_statement_says_what_is_wrong(books, client):  # noqa: F811
    client.force_login(books.accountant)
    answer = client.get(address(books.client, start="2026-05-01", end="2026-04-01"))
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"start": ["The period ends before it begins."]}
    assert client.get(address(books.client, export="exe")).status_code == 404


@pytest.mark.parametrize(("person", "status"), [("staff", 403), ("head", 403), ("outsider", 404), ("executive", 200)])
def test_statement_is_for_those_who_see_everything(books, client, person, status):  # noqa: F811
    client.force_login(getattr(books, person))
    assert client.get(address(books.client)).status_code == status
    assert client.get(address(books.client, export="pdf")).status_code == status


# ---- figures ----


@pytest.mark.parametrize(
    ("owed", "sales", "days", "found"),
    [("500000", "1500000", 90, "30.0"), ("100", "700", 30, "4.3"), ("0", "10", 90, "0.0"), ("10", "0", 90, None)],
)
def test_dso_by_hand(owed, sales, days, found):
    assert dso(Decimal(owed), Decimal(sales), days) == (Decimal(found) if found else None)


def test_dso_by_month_and_department(books):  # noqa: F811
    scope = Scope(books.executive, "CNY")
    with at(365):
        today = dt.date(2026, 6, 29)
        months = figures.by_month(scope, today=today, days=90)
        assert [month.label for month in months] == [f"2025-{n:02}" for n in range(7, 13)] + [
            f"2026-{n:02}" for n in range(1, 7)
        ]
        for month in months:
            owed = sum((row[0] for row in recomputed(month.end).values()), ZERO)
            assert month.receivable == owed
        january, may = months[6], months[10]
        assert (january.sales, january.dso) == (Decimal("1393.36"), Decimal("64.2"))
        assert (months[0].dso, may.sales) == (None, Decimal("9966.66"))
        ((pk, here),) = figures.by_department(scope, today=today, days=90)
        assert pk == books.department.pk
        assert here == Collected("", today, months[-1].receivable, Decimal("9999.99"), 90)


def test_glance_shows_what_a_person_may_see(books, client):  # noqa: F811
    page = reverse("finance:receivables-glance")
    with at(365):
        shown = {}
        for name in ("executive", "staff", "outsider"):
            client.force_login(getattr(books, name))
            answer = client.get(page)
            assert answer.status_code == 200
            shown[name] = {stat["label"]: stat["value"] for stat in answer.context["stats"]}
        owed = sum((row[0] for row in recomputed(clock.today()).values()), ZERO)
    assert shown["executive"]["Outstanding"] == shown["staff"]["Outstanding"] == f"¥{owed:,}"
    assert shown["outsider"]["Outstanding"] == "¥0.00"
    assert shown["outsider"]["Days sales outstanding"] == "—"
    client.force_login(books.executive)
    narrowed = client.get(page, {"days": "30", "department": books.finance.pk})
    assert narrowed.context["stats"][0]["value"] == "¥0.00"
    assert client.get(page, {"days": "31"}).status_code == 422
