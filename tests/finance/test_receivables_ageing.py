"""The ageing equals a recomputation in plain Python to the cent, on any day."""

import datetime as dt
import io
from copy import deepcopy
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from apps.core import clock
from apps.documents.models import Export
from apps.finance.billing.models import SalesInvoice
from apps.finance.billing.services import reverse_invoice
from apps.finance.receipts.models import Receipt
from apps.finance.receipts.services import allocate, undo_allocation, void_receipt
from apps.finance.receivables import ageing
from apps.finance.receivables.ageing import Buckets
from apps.finance.receivables.models import ReceivablesSettings
from tests.factories import billing
from tests.factories.billing import issued, number_of, receivable, received
from tests.factories.service import client_of
from tests.factories.world import lasting

ZERO = Decimal("0.00")
START = dt.datetime(2026, 1, 5, 4, tzinfo=dt.UTC)
DAYS = [dt.date(2026, 1, 4), *(dt.date(2026, month, 10) for month in range(1, 12)), dt.date(2026, 3, 6)]


def at(days: int):
    """So many days after the beginning."""
    return clock.at(START + dt.timedelta(days=days))


def build() -> SimpleNamespace:
    """A year in which everything happens that changes what was owed on some day."""
    cast = billing.cast()
    other = client_of(cast.staff, name="Other")
    with at(0):
        first = issued(cast, receivable(cast, "1060.00", term_days=10))
        second = issued(cast, receivable(cast, "333.33", term_days=40))
        third = issued(cast, receivable(cast, "0.03", client=other, term_days=0))
    with at(20):
        partly = received(cast, "500.10", amounts={first.pk: Decimal("400.05")})
        received(cast, "0.01", client=other, amounts="oldest")
    with at(40):
        undo_allocation(partly.allocations.get(), by=cast.accountant, reason="Wrong invoice")
        wrong = received(cast, "77.77")
    with at(60):
        red_of(cast, second, "33.33")
        void_receipt(wrong, by=cast.cashier, reason="Not ours")
    with at(100):
        allocate(fresh(partly), by=cast.accountant, amounts="oldest")
        issued(cast, receivable(cast, "9999.99", client=other, term_days=90))
    with at(200):
        red_of(cast, third, "0.02")
        received(cast, "1000.00", amounts="oldest")
    return cast


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    yield from lasting(build, django_db_blocker)


@pytest.fixture
def books(built, db):
    return deepcopy(built)


def red_of(cast, invoice, total):
    return reverse_invoice(
        fresh(invoice),
        by=cast.accountant,
        total=Decimal(total),
        reason="Less was agreed",
        invoice_number=number_of(),
        issued_on=clock.today(),
    )


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def recomputed(day) -> dict:
    """{invoice: owed} on a day, from every row that was ever written."""
    owed = {}
    for invoice in SalesInvoice.objects.filter(red_of=None, issued_on__lte=day).exclude(
        status__in=["requested", "void"]
    ):
        paid = sum((row.amount for row in invoice.allocations.all() if row.on <= day), ZERO)
        red = sum((-row.total for row in invoice.red_invoices.all() if row.issued_on <= day), ZERO)
        if invoice.total - paid - red:
            owed[invoice.pk] = (invoice.total - paid - red, paid, red)
    return owed


def recomputed_unapplied(day) -> dict:
    left = {}
    for receipt in Receipt.objects.filter(received_on__lte=day):
        if receipt.voided_on is None or receipt.voided_on > day:
            rest = receipt.amount - sum((row.amount for row in receipt.allocations.all() if row.on <= day), ZERO)
            if rest:
                left[receipt.pk] = rest
    return left


@pytest.mark.parametrize("day", DAYS)
def test_every_day_is_what_it_was(books, day):
    with at(365):
        rows = {row.pk: (row.owed, row.paid, row.reversed) for row in ageing.owed_on(day)}
        assert rows == recomputed(day)
        assert {row.pk: row.left_then for row in ageing.unapplied_on(day)} == recomputed_unapplied(day)


@pytest.mark.parametrize("day", DAYS[::3])
def test_groups_add_up_to_the_invoices(books, day):
    buckets = Buckets((30, 60))
    with at(365):
        wanted: dict = {}
        for pk, (owed, *_rest) in recomputed(day).items():
            invoice = SalesInvoice.objects.get(pk=pk)
            parts = wanted.setdefault(invoice.client_id, [ZERO] * 4)
            late = (day - invoice.due_on).days
            parts[0 if late <= 0 else 1 if late <= 30 else 2 if late <= 60 else 3] += owed
        found = ageing.grouped(ageing.owed_on(day), "client", as_of=day, buckets=buckets)
        assert {sums.key: list(sums.parts) for sums in found} == wanted
        assert all(sums.owed == sum(sums.parts) for sums in found)


def test_today_is_read_from_the_sums_alone(books, django_assert_num_queries):
    with at(365):
        today = clock.today()
        assert {row.pk: row.owed for row in ageing.owed_on(today)} == {
            pk: row[0] for pk, row in recomputed(today).items()
        }
        with django_assert_num_queries(1) as ran:
            list(ageing.owed_on(today))
        assert "receiptallocation" not in ran.captured_queries[0]["sql"]


def test_buckets_follow_the_settings(books):
    ReceivablesSettings.objects.create(pk=1, buckets="15,0,45")
    buckets = Buckets.current()
    assert buckets.labels == ["Not due", "1–15", "16–45", "> 45"]
    assert [buckets.of(days) for days in (-3, 0, 1, 15, 16, 45, 46)] == [0, 0, 1, 1, 2, 2, 3]


def url(page, **query) -> str:
    address = reverse(f"finance:{page}")
    return f"{address}?{'&'.join(f'{name}={value}' for name, value in query.items())}" if query else address


@pytest.mark.parametrize("page", ["ageing", "ageing-managers", "ageing-departments", "ageing-invoices"])
@pytest.mark.parametrize("day", [DAYS[0], DAYS[4], DAYS[9]])
def test_pages_show_the_day(books, client, page, day):
    client.force_login(books.auditor)
    with at(365):
        answer = client.get(url(page, as_of=day))
        sums = ageing.added_up(ageing.owed_on(day), as_of=day, buckets=Buckets.current())
    assert answer.status_code == 200
    assert answer.context["list"].sums.owed == sums.owed == sum((row[0] for row in recomputed(day).values()), ZERO)


# ---- pages ----


def cells(answer) -> list[dict]:
    """The rows of an exported workbook by their headings."""
    rows = list(load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.iter_rows(values_only=True))
    head = next(index for index, row in enumerate(rows) if row[0] in ("Invoice", "Client") and "Outstanding" in row)
    return [
        dict(zip(rows[head], row, strict=True)) for row in rows[head + 1 :] if row[0] and not row[0].startswith("Total")
    ]


def test_register_in_excel_and_pdf(books, client):
    client.force_login(books.accountant)
    day = dt.date(2026, 3, 6)
    with at(365):
        found = cells(client.get(url("ageing-invoices", as_of=day, export="xlsx")))
        pdf = client.get(url("ageing-invoices", as_of=day, export="pdf"))
        wanted = recomputed(day)
    assert b"".join(pdf.streaming_content)[:5] == b"%PDF-"
    numbers = {row.pk: row.number for row in SalesInvoice.objects.all()}
    assert {
        row["Invoice"]: tuple(map(Decimal, map(str, (row["Outstanding"], row["Received"], row["Reversed"]))))
        for row in found
    } == {numbers[pk]: row for pk, row in wanted.items()}
    first = next(row for row in found if row["Amount"] == 1060)
    assert (first["Days overdue"], first["31–60 days"], first["1–30 days"], first["Not due"]) == (50, 559.9, None, None)
    assert (first["Term"], first["Responsible"]) == (10, books.head.name)
    noted = [(export.file_format, export.rows) for export in Export.objects.order_by("pk")]
    assert noted == [("xlsx", 3), ("pdf", 3)]


def test_groups_in_excel_with_what_is_unapplied(books, client):
    client.force_login(books.executive)
    day = dt.date(2026, 2, 20)
    with at(365):
        found = {row["Client"]: row for row in cells(client.get(url("ageing", as_of=day, export="xlsx")))}
        left = sum(recomputed_unapplied(day).values(), ZERO)
    assert found[books.client.name]["Outstanding"] == 893.23
    assert Decimal(str(found[books.client.name]["Unapplied receipts"])) == left == Decimal("77.77")
    assert found["Other"]["Outstanding"] == 0.02
    pages = ("ageing", "ageing-managers", "ageing-departments")
    for page in pages:
        pdf = b"".join(client.get(url(page, as_of=day, export="pdf")).streaming_content)
        assert pdf[:5] == b"%PDF-"


def test_filters_narrow_every_page(books, client):
    client.force_login(books.auditor)
    other = SalesInvoice.objects.exclude(client=books.client).first().client
    day = dt.date(2026, 5, 10)
    with at(365):
        whole = {pk: row[0] for pk, row in recomputed(day).items()}
        here = sum((owed for pk, owed in whole.items() if SalesInvoice.objects.get(pk=pk).client == other), ZERO)
        for page in ("ageing", "ageing-managers", "ageing-departments", "ageing-invoices"):
            shown = client.get(url(page, as_of=day, client=other.pk)).context["list"].sums
            assert shown.owed == here
            assert client.get(url(page, as_of=day, manager=books.staff.pk)).context["page"].rows == []
            assert client.get(url(page, as_of=day, department=books.finance.pk)).context["page"].rows == []
        late = client.get(url("ageing-invoices", as_of=day, bucket=0)).context["page"].rows
        assert {row.pk for row in late} == {row.pk for row in ageing.owed_on(day) if row.due_on >= day}
        assert client.get(url("ageing", as_of="soon")).context["filter_failed"] is True


LISTS = ("ageing", "ageing-managers", "ageing-departments", "ageing-invoices")


def test_everybody_sees_only_their_own(books, client):
    with at(365):
        for page in LISTS:
            shown = {}
            for name in ("executive", "head", "staff", "outsider"):
                client.force_login(getattr(books, name))
                shown[name] = client.get(url(page, as_of="2026-05-10")).context["list"].sums.owed
            assert shown["executive"] == shown["head"] == shown["staff"] > 0
            assert shown["outsider"] == 0
        client.force_login(books.outsider)
        empty = client.get(url("ageing-invoices", as_of="2026-05-10", export="xlsx"))
        assert cells(empty) == []
        named = client.get(url("ageing", client=books.client.pk))
        assert books.client.name not in named.content.decode()
