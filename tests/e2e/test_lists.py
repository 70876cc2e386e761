"""Lists, inbox, search and exports."""

import re

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import expect

from apps.core.jobs import Job
from apps.finance.expenses.models import ExpenseClaim
from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.pages import press, said

pytestmark = pytest.mark.e2e

LIST = "/finance/expense-claims/"


def downloaded(page, name, folder) -> Workbook:
    """The workbook behind a link."""
    with page.expect_download() as download:
        page.get_by_role("link", name=name).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return load_workbook(path)


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_filters_become_chips_and_are_kept_under_a_name(window, team, width):
    team.submitted("Meals in Beijing", "50.00")
    team.claim("Meals in Shanghai", "70.00")
    page = window(team.staff, width=width)
    page.goto(LIST)
    if width == PHONE:
        page.get_by_role("button", name="Filters").click()
    page.get_by_label("Search", exact=True).last.fill("Beijing")
    press(page, "Apply")
    rows = page.locator("table.list tbody tr")
    expect(rows).to_have_count(1)
    expect(page.locator(".chips")).to_contain_text("Search: Beijing")
    expect(page.locator(".totals")).to_contain_text("¥50.00")
    page.locator(".saved-views summary").click()
    page.get_by_label("Keep these filters as").fill("The north")
    press(page, "Save")
    page.goto(LIST)
    expect(rows).to_have_count(2)
    page.locator(".saved-views summary").click()
    page.get_by_role("link", name="The north").click()
    expect(rows).to_have_count(1)
    page.get_by_role("link", name=re.compile("Search: Beijing")).click()
    expect(rows).to_have_count(2)


def test_the_list_is_downloaded_as_a_workbook(window, team, tmp_path):
    claim = team.submitted("=1+1 is not a formula", "50.00")
    page = window(team.staff)
    page.goto(LIST)
    sheet = downloaded(page, "Excel", tmp_path).active
    cells = {cell.value: cell for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert claim.number in cells
    assert cells["=1+1 is not a formula"].data_type == "s"
    assert cells[50].number_format != "General"
    assert any("Staff" in str(value) for value in cells)


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_the_inbox_by_keyboard(window, team, width):
    for number in (1, 2, 3):
        team.submitted(f"Paper {number}")
    page = window(team.head, width=width)
    page.goto("/inbox/")
    rows = page.locator("tr[data-row]")
    for key in ("j", "j", "k", "x", "j", "x"):
        page.keyboard.press(key)
    expect(rows.nth(0)).to_have_class(re.compile("is-selected"))
    expect(rows.nth(1)).to_have_class(re.compile("is-selected.*is-current|is-current.*is-selected"))
    expect(page.locator("[data-selected-count]")).to_have_text("2")
    page.get_by_role("button", name="Approve the selected").click()
    expect(page.get_by_role("main")).to_contain_text("Paper 1")
    expect(page.get_by_role("main")).to_contain_text("Paper 2")
    page.goto("/inbox/")
    expect(rows).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Paper 3")
    page.goto("/inbox/?tab=decided")
    expect(page.locator("tr[data-row]")).to_have_count(2)


def test_slash_searches_and_a_number_opens_its_paper(window, team):
    claim = team.submitted("Found by its number")
    page = window(team.staff)
    page.goto("/")
    page.keyboard.press("/")
    expect(page.get_by_label("Search", exact=True)).to_be_focused()
    page.keyboard.type(claim.number)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(claim.get_absolute_url()))
    stranger = window(None)
    stranger.goto(claim.get_absolute_url())
    expect(stranger).to_have_url(re.compile("/sign-in/"))


def test_a_paper_of_others_does_not_exist_for_a_stranger(window, team, company):
    claim = team.submitted("Not for everybody")
    other = company.new_team()
    page = window(other.staff, expects=(404,))
    answer = page.goto(claim.get_absolute_url())
    assert answer.status == 404
    expect(page.get_by_role("main")).not_to_contain_text("Not for everybody")


def test_a_long_export_runs_in_the_background(window, team, monkeypatch, tmp_path):
    monkeypatch.setattr("apps.core.lists.EXPORT_ROWS", 0)
    team.submitted("Exported later")
    page = window(team.staff)
    page.goto(LIST)
    page.get_by_role("link", name="Excel").evaluate("link => link.removeAttribute('download')")
    page.get_by_role("link", name="Excel").click()
    expect(page).to_have_url(re.compile(r"/jobs/\d+/"))
    expect(page.locator("#job")).to_contain_text("Done")
    assert downloaded(page, re.compile("Download"), tmp_path).active.max_row > 1
    page.goto("/notifications/")
    expect(page.get_by_role("main").locator("a, button").first).to_be_visible()


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_the_page_of_a_job_follows_its_progress(window, team, width):
    job = Job.objects.create(
        name="export-list", title="A long list", requested_by=team.staff, state="running", progress=40
    )
    page = window(team.staff, width=width)
    page.goto(job.get_absolute_url())
    expect(page.locator("#job")).to_contain_text("Running: 40 %")
    Job.objects.filter(pk=job.pk).update(progress=80)
    expect(page.locator("#job")).to_contain_text("Running: 80 %")
    Job.objects.filter(pk=job.pk).update(state="done", progress=100)
    expect(page.locator("#job")).to_contain_text("Done")


def test_several_papers_are_printed_as_one_file(window, team):
    claims = [team.submitted(f"Sheet {number}") for number in (1, 2)]
    page = window(team.staff)
    page.goto(LIST)
    page.get_by_label("Select all rows of this page").check()
    form = page.locator("form[data-inbox]")
    token = form.locator("[name=csrfmiddlewaretoken]").first.input_value()
    boxes = [box.input_value() for box in form.locator("input[data-select]").all()]
    assert sorted(boxes) == sorted(str(claim.pk) for claim in claims)
    data = "&".join([f"csrfmiddlewaretoken={token}", *(f"papers={pk}" for pk in boxes)])
    answer = page.request.post(
        LIST, data=data, headers={"Content-Type": "application/x-www-form-urlencoded", "Referer": page.url}
    )
    assert (answer.status, answer.body()[:5]) == (200, b"%PDF-")
    assert ExpenseClaim.objects.filter(pk__in=boxes).count() == 2


def test_nobody_exports_the_ledger_but_finance(window, team, company, tmp_path):
    claim = team.submitted("In the ledger")
    page = window(team.staff, expects=(403,))
    assert page.goto("/finance/expense-ledger/").status == 403
    expect(page.get_by_role("main")).to_contain_text("The expense ledger is kept by Finance.")
    finance = window(company.accountant)
    finance.goto(f"/finance/expense-ledger/?q={claim.number}")
    expect(finance.locator("table.list tbody tr")).to_have_count(1)
    rows = downloaded(finance, "Excel", tmp_path).active.iter_rows(values_only=True)
    assert sum(claim.number in row for row in rows) == 1


def test_a_comment_is_heard(window, team):
    claim = team.submitted("Talked about")
    page = window(team.head)
    page.goto(claim.get_absolute_url())
    page.locator(".comment-form textarea").fill("Where is the ticket?")
    page.locator(".comment-form button").click()
    expect(page.locator(".comment")).to_contain_text("Where is the ticket?")
    staff = window(team.staff)
    staff.goto("/notifications/")
    staff.get_by_role("main").get_by_role("link", name=re.compile(claim.number)).first.click()
    expect(staff.locator(".comment")).to_contain_text("Where is the ticket?")
    said_nothing = staff.locator(".toast-danger")
    expect(said_nothing).to_have_count(0)


def test_kinds_of_messages_leave_by_themselves_or_by_hand(window, team):
    page = window(team.staff)
    page.goto(team.claim("Kept").url("update"))
    press(page, "Save draft")
    said(page, "is kept as a draft")
    page.locator("#toasts [data-dismiss]").first.click()
    expect(page.locator("#toasts .toast-message")).to_have_count(0)


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_own_papers_are_the_last_list_of_the_inbox_and_its_tab_is_in_sight(window, team, width):
    team.submitted("Meals in Beijing", "50.00")
    page = window(team.staff, width=width)
    page.goto("/inbox/")
    page.get_by_role("link", name="Raised by me").click()
    expect(page.get_by_role("link", name="Raised by me")).to_be_in_viewport(ratio=0.9)
    expect(page.locator("table.list tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Meals in Beijing").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Meals in Beijing")
