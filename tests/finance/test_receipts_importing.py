"""Receipts from a workbook."""

import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from apps.core import clock
from apps.core.jobs import Job
from apps.finance.receipts.importing import RECEIPTS
from apps.finance.receipts.models import Receipt
from apps.org import import_pages
from tests.factories import billing
from tests.factories.billing import issued, received
from tests.factories.finance import FundAccountFactory
from tests.factories.service import client_of

pytestmark = pytest.mark.django_db
IMPORT, CONFIRM = reverse("finance:receipt-import"), reverse("finance:receipt-import-confirm")
HEAD = ["Client", "Received on", "Amount", "Bank reference", "Allocation", "Fund account"]


def workbook(*rows):
    book = Workbook()
    for row in (HEAD, *rows):
        book.active.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return SimpleUploadedFile("statement.xlsx", stream.getvalue())


@pytest.fixture
def cast(db):
    return billing.cast()


@pytest.fixture
def account(cast):
    return cast.account


@pytest.fixture
def http(client, cast):
    client.force_login(cast.cashier)
    return client


def today():
    return clock.today().isoformat()


def errors(answer):
    return [str(error) for error in answer.context["outcome"].errors]


def test_a_statement_is_checked_shown_and_recorded(cast, account, http):
    invoice = issued(cast)
    rows = [
        (cast.client.number.lower(), today(), "1,000.50", "R 1", "oldest invoice first"),
        (f" {cast.client.name} ", clock.today(), 20.5, "R2", None, "account bank"),
    ]
    page = http.post(IMPORT, {"file": workbook(*rows)})
    assert errors(page) == []
    lines = [(row.who, row.what) for row in page.context["outcome"].preview]
    assert lines == [
        (f"{cast.client.name} · {today()} · ¥1,000.50", "oldest invoice first"),
        (f"{cast.client.name} · {today()} · ¥20.50", "unapplied"),
    ]
    assert Receipt.objects.count() == 0
    assert http.post(CONFIRM, {"token": page.context["token"]}).url == reverse("finance:receipt-list")
    stored = Receipt.objects.order_by("pk").values_list("amount", "allocated", "bank_reference", "account")
    assert list(stored) == [
        (Decimal("1000.50"), Decimal("1000.50"), "R 1", account.pk),
        (Decimal("20.50"), Decimal("0.00"), "R2", account.pk),
    ]
    assert Receipt.objects.first().recorded_by == cast.cashier
    invoice.refresh_from_db()
    assert invoice.collected == Decimal("1000.50")


def test_every_wrong_cell_is_named_and_nothing_is_recorded(cast, account, http):
    received(cast, "5.00", account=account, bank_reference="KNOWN")
    for _number in range(2):
        client_of(cast.staff, "Twin Ltd")
    number, name = cast.client.number, cast.client.name
    rows = [
        ("Nobody", today(), "1", "A"),
        ("Twin Ltd", today(), "1", "B"),
        (number, "2999-01-01", "0", "C"),
        (number, None, None, "D"),
        (name, today(), "1", "KNOWN"),
        (name, today(), "1", None),
        (name, today(), "1", "E"),
        (name, today(), "1", "E", "sometimes", "No bank"),
    ]
    page = http.post(IMPORT, {"file": workbook(*rows)})
    assert errors(page) == [
        "A2: There is no client “Nobody”.",
        "A3: Several clients are called “Twin Ltd”; write the number.",
        "B4: A receipt can't lie in the future.",
        "C4: Enter an amount above zero.",
        "B5: “Received on” is missing.",
        "C5: “Amount” is missing.",
        f"D6: Receipt {Receipt.objects.get().number} has this reference on this account already.",
        "D7: Enter the bank's reference of the transfer.",
        "E9: “sometimes” is not one of: oldest invoice first, unapplied.",
        "F9: There is no “No bank”.",
    ]
    assert (page.context["token"], Receipt.objects.count()) == ("", 1)


def test_a_reference_twice_in_the_sheet_or_recorded_meanwhile_is_refused(cast, account, http):
    twice = [(cast.client.number, today(), "1", "E")] * 2
    assert errors(http.post(IMPORT, {"file": workbook(*twice)})) == ["D3: This reference stands already in row 2."]
    page = http.post(IMPORT, {"file": workbook(twice[0])})
    received(cast, "5.00", account=account, bank_reference="E")
    answer = http.post(CONFIRM, {"token": page.context["token"]})
    assert errors(answer) == [f"D2: Receipt {Receipt.objects.get().number} has this reference on this account already."]


def test_with_several_accounts_the_account_is_needed(cast, account, http):
    FundAccountFactory(code="OTHER")
    page = http.post(IMPORT, {"file": workbook((cast.client.number, today(), "1", "E"))})
    assert errors(page) == ["A2: “Fund account” is missing."] or errors(page) == ["F2: “Fund account” is missing."]


def test_a_large_statement_is_recorded_in_the_background(cast, account, http, monkeypatch):
    monkeypatch.setattr(import_pages, "BACKGROUND_FROM", 1)
    rows = [(cast.client.number, today(), "1", f"R{number}") for number in range(3)]
    page = http.post(IMPORT, {"file": workbook(*rows)})
    answer = http.post(CONFIRM, {"token": page.context["token"]})
    job = Job.objects.get()
    assert (answer.url, job.name, job.message) == (job.get_absolute_url(), RECEIPTS.job, "3 receipts recorded.")
    assert Receipt.objects.count() == 3


def test_only_who_records_receipts_imports_them(client, cast, account):
    for person in (cast.staff, cast.accountant):
        client.force_login(person)
        assert client.get(IMPORT).status_code == 403
        assert client.post(CONFIRM, {"token": "x"}).status_code == 403
        assert client.get(reverse("finance:receipt-import-template")).status_code == 403
    client.force_login(cast.cashier)
    answer = client.get(reverse("finance:receipt-import-template"))
    book = load_workbook(io.BytesIO(b"".join(answer)))
    assert [cell.value.rstrip(" *") for cell in book.active[1]][:3] == ["Client", "Received on", "Amount"]
    assert "Import" in client.get(reverse("finance:receipt-list")).text
