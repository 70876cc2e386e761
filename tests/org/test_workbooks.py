"""Employees from and into workbooks."""

import datetime as dt
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from apps.core.jobs import Job
from apps.org import import_pages
from apps.org.employees.importing import import_employees
from apps.org.models import Company, Department, User
from tests.factories.org import UserFactory
from tests.org.conftest import signed_in

pytestmark = pytest.mark.django_db

IMPORT = reverse("org:employee-import")
CONFIRM = reverse("org:employee-import-confirm")
HEAD = ["Employee number", "Name", "Department code", "E-mail", "Manager’s employee number", "Status", "Hired on"]


def workbook(*rows, head=HEAD, above=()) -> io.BytesIO:
    book = Workbook()
    for row in (*above, head, *rows):
        book.active.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    stream.seek(0)
    return stream


def upload(client, stream, name="people.xlsx"):
    return client.post(IMPORT, {"file": SimpleUploadedFile(name, stream.read())})


def errors(answer) -> list[str]:
    return [str(error) for error in answer.context["outcome"].errors]


def test_a_workbook_is_checked_shown_and_then_imported(hr_client, hr):
    known = UserFactory(name="Old name", employee_no="E1", email="old@example.com", phone="139")
    rows = [
        ["E1", "New name", "FIN", None, None, None, None],
        [1002, "李雷", "bus", "li@example.com", "E3", "On probation", dt.datetime(2026, 1, 5)],
        ["E3", "韩梅梅", "BUS", None, "E1", "regular", "2025/12/31"],
    ]
    page = upload(hr_client, workbook(*rows))
    outcome = page.context["outcome"]
    assert (len(outcome.created), len(outcome.updated), outcome.unchanged, outcome.errors) == (2, 1, 0, [])
    assert [(row.who, row.what) for row in outcome.preview] == [
        ("E1 New name", "Name, Department code"),
        ("1002 李雷", "new"),
        ("E3 韩梅梅", "new"),
    ]
    assert User.objects.filter(employee_no="E3").count() == 0
    answer = hr_client.post(CONFIRM, {"token": page.context["token"]})
    assert answer.url == reverse("org:employee-list")
    known.refresh_from_db()
    assert (known.name, known.department.code, known.email, known.phone) == (
        "New name",
        "FIN",
        "old@example.com",
        "139",
    )
    li = User.objects.get(employee_no="1002")
    assert (li.username, li.status, li.hire_date, li.manager.employee_no) == (
        "1002",
        "probation",
        dt.date(2026, 1, 5),
        "E3",
    )
    assert li.manager.manager == known
    assert li.manager.hire_date == dt.date(2025, 12, 31)
    latest = li.history.get()
    assert (latest.history_user, latest.history_change_reason) == (hr, "import from a workbook")
    again = hr_client.post(CONFIRM, {"token": page.context["token"]}, follow=True)
    assert [str(message) for message in again.context["messages"]][-1] == "This workbook has been imported already."


def test_errors_name_their_cells_and_nothing_is_written(hr_client, sysadmin):
    UserFactory(employee_no="E1", email="taken@example.com")
    UserFactory(employee_no="GONE", name="Gone", is_active=False)
    User.objects.filter(pk=sysadmin.pk).update(employee_no="ADM1")
    page = upload(
        hr_client,
        workbook(
            ["E5", "", "NOPE", "no mail", "E404", "happy", "31.13.2026"],
            ["E5", "Twice", "BUS", "taken@example.com", None, None, None],
            [None, "No number", "BUS", None, None, None, None],
            ["GONE", "Back again", "BUS", None, None, None, None],
            ["ADM1", "Mine now", "BUS", None, None, None, None],
            ["E8", "Circle", "BUS", None, "E9", None, None],
            ["E9", "Circle", "BUS", "taken@example.com", "E8", "left", None],
            ["E10", "x" * 200, "BUS", None, None, None, None],
            [10**17, "Long", "BUS", None, None, None, None],
        ),
    )
    assert errors(page) == [
        "B2: “Name” is missing.",
        "C2: There is no “NOPE”.",
        "D2: Enter a valid email address.",
        "E2: No employee here has the number “E404”.",
        "F2: “happy” is not a status; one of: On probation, Regular, Leaving.",
        "G2: “31.13.2026” is not a date; write 2026-01-31.",
        "A3: This number stands already in row 2.",
        "A4: “Employee number” is missing.",
        "A5: Gone no longer works here; reactivate the record first.",
        "A6: Admin is an administrator; only another administrator may change this.",
        "E7: Nobody can be their own superior, directly or in a circle.",
        "D8: “taken@example.com” belongs to somebody else.",
        "E8: Nobody can be their own superior, directly or in a circle.",
        "F8: People leave through “Deactivate” on their page, which hands over their work.",
        "B9: Ensure this value has at most 80 characters (it has 200).",
        "A10: This number is too long for a numeric cell and has lost digits; store it as text.",
    ]
    assert page.context["token"] == ""
    assert "C2" in page.text
    assert User.objects.filter(employee_no__in=["E5", "E8", "E9", "E10"]).count() == 0


def test_hostile_cells_stay_text(hr_client):
    page = upload(
        hr_client, workbook(["E1", "=1+1", "BUS"], ["E2", "=cmd|' /C calc'!A0", "BUS"], ["E3", "<script>", "BUS"])
    )
    outcome = page.context["outcome"]
    formulas = [error for error in outcome.errors if error.cell in ("B2", "B3")]
    assert [error.message for error in formulas] == ["“Name” is missing."] * 2
    assert "<script>" not in page.text.split('id="content"')[1].split("</main>")[0]
    book = Workbook()
    book.active.append(HEAD)
    book.active.append(["E4", "@SUM(A1)", "BUS", None, None, None, None])
    cell = book.active["B2"]
    cell.value, cell.data_type = "=HYPERLINK(1)", "s"
    stream = io.BytesIO()
    book.save(stream)
    stream.seek(0)
    page = upload(hr_client, stream)
    hr_client.post(CONFIRM, {"token": page.context["token"]})
    assert User.objects.get(employee_no="E4").name == "=HYPERLINK(1)"
    sheet = exported(hr_client)
    [cell] = [cell for row in sheet.iter_rows() for cell in row if cell.value == "=HYPERLINK(1)"]
    assert cell.data_type == "s"


@pytest.mark.parametrize(
    ("stream", "said"),
    [
        (io.BytesIO(b"not a workbook"), "This is not an Excel workbook"),
        (io.BytesIO(b"PK\x03\x04 broken"), "This is not an Excel workbook"),
        (workbook(["x"], head=["Colour"]), "no column “Employee number”"),
        (workbook(head=HEAD), "no rows below the headings"),
        (workbook(["E1"], head=["Name", "name", "Employee number"]), "“Name” stands there twice"),
    ],
)
def test_files_that_are_no_sheet_of_employees(hr_client, stream, said):
    stream.seek(0)
    page = upload(hr_client, stream)
    assert said in page.context["form"].errors["file"][0]


def test_a_file_over_the_limit_is_refused(hr_client):
    Company.objects.update(max_attachment_mb=1)
    page = upload(hr_client, io.BytesIO(b"x" * (1024 * 1024 + 1)))
    assert page.context["form"].errors["file"] == ["The file is larger than 1 MB."]


def test_only_those_who_may_change_people_import(auditor_client, outsider_client, hr_client, admin_client):
    for client in (auditor_client, outsider_client):
        assert [client.get(IMPORT).status_code, client.post(CONFIRM).status_code] == [403, 403]
    assert Client().get(IMPORT).status_code == 302
    page = upload(hr_client, workbook(["E1", "Ann", "BUS"]))
    assert admin_client.post(CONFIRM, {"token": page.context["token"]}).status_code == 404
    assert hr_client.post(CONFIRM, {"token": "forged"}).status_code == 404
    assert hr_client.get(CONFIRM).status_code == 405


def test_what_changed_between_preview_and_confirmation_is_noticed(hr_client):
    page = upload(hr_client, workbook(["E1", "Ann", "BUS", "ann@example.com"]))
    UserFactory(email="ann@example.com")
    answer = hr_client.post(CONFIRM, {"token": page.context["token"]})
    assert errors(answer) == ["D2: “ann@example.com” belongs to somebody else."]
    assert not User.objects.filter(employee_no="E1").exists()


def test_more_than_five_hundred_rows_go_to_the_background(hr_client, hr, monkeypatch):
    monkeypatch.setattr(import_pages, "BACKGROUND_FROM", 2)
    page = upload(hr_client, workbook(*([f"E{number}", f"Person {number}", "BUS"] for number in range(3))))
    answer = hr_client.post(CONFIRM, {"token": page.context["token"]})
    job = Job.objects.get()
    assert answer.url == job.get_absolute_url()
    assert (job.requested_by, job.state, job.message) == (hr, "done", "3 employees created, 0 changed.")
    assert User.objects.filter(employee_no__in=["E0", "E1", "E2"]).count() == 3


def test_the_number_of_queries_of_a_check_does_not_grow(hr, django_assert_max_num_queries):
    rows = [[f"E{number}", f"Person {number}", "BUS", None, "E0" if number else None] for number in range(300)]
    with django_assert_max_num_queries(20):
        outcome = import_employees(workbook(*rows), by=hr, write=False)
    assert (len(outcome.created), outcome.errors) == (300, [])


def exported(client):
    answer = client.get(reverse("org:employee-list"), {"export": "xlsx"})
    return load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active


def test_an_export_can_be_imported_again_and_changes_nothing(hr_client, hr):
    User.objects.filter(pk=hr.pk).update(employee_no="H1", department=Department.objects.get(code="HR"))
    UserFactory(employee_no="0012", bank_account="6222000011112222333", hire_date=dt.date(2024, 2, 29), manager=hr)
    UserFactory(employee_no="X1", is_active=False, status="left", department=Department.objects.get(code="BUS"))
    answer = hr_client.get(reverse("org:employee-list"), {"export": "xlsx"})
    outcome = import_employees(io.BytesIO(b"".join(answer.streaming_content)), by=hr, write=False)
    assert [str(error) for error in outcome.errors] == []
    assert (outcome.created, outcome.updated, outcome.unchanged) == ([], [], 3)


def test_long_numbers_are_text_and_accounts_leave_only_with_those_who_may_see_them(hr_client, admin_client):
    UserFactory(employee_no="0012", bank_account="6222000011112222333")
    values = {cell.value for row in exported(hr_client).iter_rows() for cell in row}
    assert {"0012", "6222000011112222333"} <= values
    hidden = {cell.value for row in exported(admin_client).iter_rows() for cell in row}
    assert "0012" in hidden
    assert "6222000011112222333" not in hidden


def test_the_template_has_the_headings_and_the_codes(hr_client, admin_client):
    answer = hr_client.get(reverse("org:employee-import-template"))
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    head = [cell.value for cell in book.active[1]]
    assert head[:3] == ["Employee number *", "Name *", "User name"]
    assert head[-1] == "Bank account"
    assert [cell.value for cell in book["Departments"]["A"]][:3] == ["Code", "ADM", "BUS"]
    answer = admin_client.get(reverse("org:employee-import-template"))
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert "Bank account" not in [cell.value for cell in book.active[1]]


def test_headings_are_recognised_below_a_title_in_any_spelling(hr):
    stream = workbook(["E1", "Ann", "BUS"], head=["employee_no", " NAME * ", "Department code"], above=[["Title"], []])
    assert import_employees(stream, by=hr, write=True).written
    assert User.objects.get(employee_no="E1").name == "Ann"
    assert signed_in(hr).get(reverse("org:employee-list")).status_code == 200
