"""Clients from and into workbooks."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from apps.core.jobs import Job
from apps.org import import_pages
from apps.service.clients.models import Client
from tests.factories.service import ClientGradeFactory, ClientSourceFactory, IndustryFactory, client_of, contact_of

pytestmark = pytest.mark.django_db
IMPORT, CONFIRM = reverse("service:client-import"), reverse("service:client-import-confirm")
CODE = "91350200776049653A"
HEAD = [
    "Client number", "Client", "Unified Social Credit Code", "Grade", "Employee in charge", "Phone", "Website",
    "Status", "Primary contact", "Mobile",
]  # fmt: skip


def workbook(*rows, head=HEAD):
    book = Workbook()
    for row in (head, *rows):
        book.active.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return SimpleUploadedFile("clients.xlsx", stream.getvalue())


def errors(answer):
    return [str(error) for error in answer.context["outcome"].errors]


@pytest.fixture
def catalogue():
    return IndustryFactory(), ClientGradeFactory(), ClientSourceFactory()


def test_a_workbook_is_checked_shown_and_then_imported(cast, as_, catalogue):
    known = client_of(cast.alice, "Known Ltd", phone="021-55501111", address="Pudong")
    contact_of(known, "Mei", is_primary=True)
    http = as_("sam")
    page = http.post(
        IMPORT,
        {
            "file": workbook(
                [known.number, "Known Limited", None, "A级", "tom", None, None, "dormant", "Mei", "13900001111"],
                [None, "新客户有限公司", CODE.lower(), "a", None, None, "new.example", None, "Jun", None],
            )
        },
    )
    outcome = page.context["outcome"]
    assert errors(page) == []
    assert [(row.who, row.what) for row in outcome.preview] == [
        (f"{known.number} Known Limited", "Client, Grade, Employee in charge, Status, Mobile"),
        ("新客户有限公司", "new"),
    ]
    assert Client.objects.count() == 1
    assert http.post(CONFIRM, {"token": page.context["token"]}).url == reverse("service:client-list")
    known.refresh_from_db()
    assert (known.name, known.owner, known.status, known.phone, known.address) == (
        "Known Limited", cast.tom, "dormant", "021-55501111", "Pudong",
    )  # fmt: skip
    assert known.primary_contact.mobile == "13900001111"
    new = Client.objects.get(name="新客户有限公司")
    assert (new.uscc, new.grade.code, new.owner, new.website, new.primary_contact.name) == (
        CODE, "A", None, "https://new.example", "Jun",
    )  # fmt: skip
    assert (new.history.first().history_user, new.history.first().history_change_reason) == (
        cast.sam, "import from a workbook",
    )  # fmt: skip


def test_errors_name_their_cells_and_nothing_is_written(cast, as_, catalogue):
    known = client_of(cast.alice, "Known Ltd", uscc=CODE)
    page = as_("sam").post(
        IMPORT,
        {
            "file": workbook(
                ["KH-0000-1", "x", None, None, None, None, None, None, None, None],
                [None, None, "123", "Z", "nobody", "021-55509999", "not a site", "happy", None, "139"],
                [None, "KNOWN", None, None, None, None, None, None, None, None],
                [None, "Other Ltd", CODE, None, None, None, None, None, None, None],
                [known.number, None, None, None, None, None, None, None, None, None],
                [known.number, None, None, None, None, None, None, None, None, None],
                [None, "Third", None, None, None, "(021) 5550 9999", None, None, None, None],
            )
        },
    )
    assert errors(page) == [
        "A2: There is no client “KH-0000-1”.",
        "B3: “Client” is missing.",
        "C3: A unified social credit code has 18 digits and capital letters, without I, O, S, V and Z.",
        "D3: There is no “Z”.",
        "E3: No employee here is “nobody”; write the user name.",
        "G3: Enter a valid URL.",
        "H3: “happy” is not one of: Active, Dormant, Ended.",
        "I3: “Primary contact” is missing.",
        f"B4: This looks like {known.number}; give its number to change it, or merge the two first.",
        f"C5: {known.number} has this Unified Social Credit Code.",
        "A7: This number stands already in row 6.",
        "F8: This looks like row 3; give its number to change it, or merge the two first.",
    ]
    assert (page.context["token"], Client.objects.count()) == ("", 1)


def test_an_export_can_be_imported_again(cast, as_, catalogue):
    industry, grade, source = catalogue
    client = client_of(
        cast.alice,
        "=Acme Ltd",
        industry=industry,
        grade=grade,
        source=source,
        uscc=CODE,
        needs="a\nb",
        status="dormant",
    )
    contact_of(client, is_primary=True, mobile="13900001111", email="mei@acme.example")
    http = as_("sam")
    file = http.get(reverse("service:client-list"), {"export": "xlsx"})
    content = b"".join(file)
    cells = [cell.value for row in load_workbook(io.BytesIO(content)).active for cell in row]
    assert {"=Acme Ltd", CODE, "13900001111", "alice"} <= set(cells)
    page = http.post(IMPORT, {"file": SimpleUploadedFile("again.xlsx", content)})
    assert (errors(page), page.context["outcome"].unchanged, page.context["outcome"].preview) == ([], 1, [])


def test_large_workbooks_go_to_the_background(cast, as_, catalogue, monkeypatch):
    monkeypatch.setattr(import_pages, "BACKGROUND_FROM", 1)
    http = as_("sam")
    rows = [[None, f"Client {letter}", *[None] * 8] for letter in ("Orchid", "Willow")]
    page = http.post(IMPORT, {"file": workbook(*rows)})
    answer = http.post(CONFIRM, {"token": page.context["token"]})
    job = Job.objects.get()
    assert (answer.url, job.name) == (job.get_absolute_url(), "service.import-clients")


def test_only_who_may_import_imports(as_, catalogue):
    http = as_("alice")
    template = reverse("service:client-import-template")
    assert [http.get(IMPORT).status_code, http.post(CONFIRM).status_code, http.get(template).status_code] == [403] * 3
    sheet = load_workbook(io.BytesIO(b"".join(as_("sam").get(template))))
    assert sheet.sheetnames == ["Clients", "Industries", "Client grades", "Client sources"]
    assert [cell.value for cell in sheet["Client grades"][2]] == ["A", "A grade"]
