"""Human Resources and administrators at work."""

import io
import re

import pytest
from openpyxl import Workbook
from playwright.sync_api import expect

from apps.approvals.models import Task
from apps.org.models import Company, User
from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.pages import press

pytestmark = pytest.mark.e2e

HEAD = ["Employee number", "Name", "Department code", "E-mail", "Status"]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(*rows) -> dict:
    book = Workbook()
    for row in (HEAD, *rows):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return {"name": "people.xlsx", "mimeType": XLSX, "buffer": stream.getvalue()}


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_new_employee(window, company, team, width):
    page = window(company.hr, width=width, expects=(422,))
    page.goto("/org/employees/")
    press(page, "New employee")
    page.get_by_label("Name", exact=False).first.fill(f"Lin Mei {width}")
    press(page, "Save")
    expect(page.get_by_role("alert").first).to_be_visible()
    page.locator("#id_username").fill(f"lin.mei.{width}")
    page.locator("#id_employee_no").fill(f"N{width}")
    page.locator("#id_email").fill(f"lin{width}@example.com")
    page.locator("#id_department").select_option(label=team.department.name)
    press(page, "Save")
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Lin Mei {width}")
    assert User.objects.get(username=f"lin.mei.{width}").department == team.department


def test_a_workbook_of_employees_is_corrected_cell_by_cell(window, company, team):
    page = window(company.hr, expects=(422,))
    page.goto("/org/employees/import/")
    page.locator("#id_file").set_input_files(workbook(["W1", "Wang Wu", "NOWHERE", "wang@example.com", "regular"]))
    press(page, "Check the workbook")
    expect(page.get_by_role("alert").first).to_contain_text("1 cell is wrong; nothing has been imported.")
    expect(page.locator("table.list tbody")).to_contain_text("C2")
    page.locator("#id_file").set_input_files(
        workbook(["W1", "Wang Wu", team.department.code, "wang@example.com", "regular"])
    )
    press(page, "Check the workbook")
    expect(page.get_by_role("main")).to_contain_text("Wang Wu")
    press(page, "Import")
    expect(page).not_to_have_url(re.compile("import/confirm"))
    expect(page.locator("h1")).to_be_visible()
    assert User.objects.get(employee_no="W1").department == team.department


def test_a_leaver_hands_over_what_waits(window, company, team):
    claim = team.submitted("Waits for the head")
    page = window(company.hr, expects=(422,))
    page.goto(f"/org/employees/{team.head.pk}/")
    press(page, "Deactivate")
    page.locator("#id_reason").fill("retires")
    press(page, "Deactivate")
    expect(page.locator(".error-summary, .invalid-feedback").first).to_be_visible()
    page.locator(".ts-control").click()
    page.locator(".ts-dropdown .option", has_text=team.colleague.name).click()
    press(page, "Deactivate")
    expect(page.locator("#toasts .toast-message").first).to_be_visible()
    open_tasks = Task.objects.filter(approval=claim.approval, state="open")
    assert [task.user for task in open_tasks] == [team.colleague]
    successor = window(team.colleague)
    successor.goto("/inbox/")
    expect(successor.get_by_role("link", name="Waits for the head")).to_be_visible()
    gone = window()
    gone.goto("/sign-in/")
    gone.get_by_label("User name").fill(team.head.username)
    gone.get_by_label("Password").fill("agency-demo")
    gone.get_by_role("button", name="Sign in").click()
    expect(gone.get_by_role("alert")).to_contain_text("The user name or the password is not right.")


def test_the_company_changes_its_telephone_and_history_tells(window, company):
    page = window(company.admin, expects=(422,))
    page.goto("/org/company/")
    page.locator("#id_phone").fill("021-1234 5678")
    page.locator("#id_change_reason").fill("moved")
    press(page, "Save")
    expect(page.locator("#toasts .toast-message").first).to_be_visible()
    assert Company.objects.get().phone == "021-1234 5678"
    page.goto("/org/company/history/")
    expect(page.get_by_role("main")).to_contain_text("021-1234 5678")
    expect(page.get_by_role("main")).to_contain_text("moved")


def test_departments_and_roles(window, company, team):
    page = window(company.admin, expects=(422,))
    page.goto("/org/departments/")
    page.get_by_role("link", name=team.department.name, exact=True).click()
    page.locator("#id_name").fill(f"{team.department.name} renamed")
    press(page, "Save")
    expect(page.get_by_role("main")).to_contain_text(f"{team.department.name} renamed")
    page.goto("/org/roles/")
    expect(page.locator("table.list tbody tr").first).to_be_visible()


def test_standards_are_kept_in_pages(window, company):
    page = window(company.director)
    page.goto("/finance/expense-standards/")
    expect(page.locator("table.list tbody tr").first).to_be_visible()
    said_error = page.locator(".toast-danger")
    expect(said_error).to_have_count(0)
    said_rows = page.locator("table.list tbody tr").count()
    assert said_rows > 5


def test_an_auditor_reads_and_decides_nothing(window, company, team):
    claim = team.submitted("Audited")
    page = window(company.auditor)
    page.goto(claim.get_absolute_url())
    expect(page.get_by_role("heading", level=1)).to_contain_text("Audited")
    expect(page.locator(".decision")).to_have_count(0)
    page.goto("/exports/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
