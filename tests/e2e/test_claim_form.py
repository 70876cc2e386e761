"""What the form of a claim does when things are not as they should be."""

import re

import pytest
from playwright.sync_api import expect

from apps.documents import services
from apps.finance.expenses.models import ExpenseClaim
from tests.e2e.pages import NEW_CLAIM, field, fill_line, invoice, press, said
from tests.factories.finance import claim_of, line

pytestmark = pytest.mark.e2e

MEALS = "Travel: meal allowance"


def test_an_invoice_used_before_is_refused_at_its_field(window, team):
    used = invoice(77)
    plain = line("50.00", **used)
    plain["category"].requires_invoice = False
    other = services.submit(claim_of(team.staff, plain, title="First"), by=team.staff)
    page = window(team.staff)
    page.goto(NEW_CLAIM)
    page.get_by_label("Purpose").fill("Second")
    fill_line(page, 0, "Office supplies", "Pens", "50", **used)
    expect(page.locator("#preview")).to_contain_text(f"This invoice is already used on {other.number}")
    press(page, "Submit")
    said(page, "Not submitted yet")
    cell = page.locator(".cell-invoice_number").first
    expect(cell).to_contain_text(f"This invoice is already used on {other.number} of {team.staff.name}.")
    expect(field(page, 0, "invoice_number")).to_be_focused()


def test_an_empty_form_says_what_is_missing_and_keeps_what_was_typed(window, team):
    page = window(team.staff, expects=(422,))
    page.goto(NEW_CLAIM)
    field(page, 0, "description").fill("Something")
    field(page, 0, "amount").fill("-5")
    press(page, "Submit")
    expect(page.get_by_role("alert").first).to_contain_text("Enter an amount that is not negative.")
    expect(field(page, 0, "description")).to_have_value("Something")


def test_leaving_with_unsaved_input_asks_first(window, team):
    page = window(team.staff)
    asked = []

    def stay(dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.goto(NEW_CLAIM)
    page.on("dialog", stay)
    page.get_by_label("Purpose").press_sequentially("Half a")
    page.get_by_role("link", name="AgencyOps").first.click(no_wait_after=True)
    expect(page.get_by_label("Purpose")).to_have_value("Half a")
    assert asked == ["beforeunload"]
    assert page.url.endswith(NEW_CLAIM)


def test_the_second_of_two_tabs_learns_that_the_first_has_saved(window, team):
    claim = team.claim("In two tabs")
    one, other = window(team.staff), window(team.staff, expects=(409,))
    for page in (one, other):
        page.goto(claim.url("update"))
    one.get_by_label("Purpose").fill("From the first tab")
    press(one, "Save draft")
    said(one, "is kept as a draft")
    other.get_by_label("Purpose").fill("From the second tab")
    press(other, "Save draft")
    stale = other.get_by_role("alert").first
    expect(stale).to_contain_text("From the first tab")
    expect(other.get_by_label("Purpose")).to_have_value("From the second tab")
    assert ExpenseClaim.objects.get(pk=claim.pk).title == "From the first tab"
    press(other, "Save draft")
    said(other, "is kept as a draft")
    assert ExpenseClaim.objects.get(pk=claim.pk).title == "From the second tab"


def test_own_saving_stops_when_somebody_else_has_saved(window, team):
    claim = team.claim("Saved by itself")
    page = window(team.staff, expects=(409,))
    page.goto(claim.url("update"))
    ExpenseClaim.objects.filter(pk=claim.pk).update(revision=claim.revision + 1)
    page.get_by_label("Purpose").fill("Too late")
    status = page.locator("[data-autosave-status]")
    expect(status.get_by_role("link", name="Load it again")).to_be_visible()
    assert ExpenseClaim.objects.get(pk=claim.pk).title == "Saved by itself"


def test_a_disguised_file_is_refused_and_the_draft_kept(window, team):
    page = window(team.staff)
    page.goto(NEW_CLAIM)
    page.get_by_label("Purpose").fill("With a disguised file")
    fill_line(page, 0, MEALS, "Meals", "80", city="Beijing")
    files = [("invoice.pdf", b"MZ\x90\x00" + bytes(400)), ("good.pdf", b"%PDF-1.4\n%%EOF\n")]
    page.locator("#id_attachments").set_input_files(
        [{"name": name, "mimeType": "application/pdf", "buffer": content} for name, content in files]
    )
    press(page, "Submit")
    said(page, "The draft is kept, but not every file could be taken.")
    expect(page.locator("#files .invalid-feedback")).to_contain_text("invoice.pdf")
    claim = ExpenseClaim.objects.get(title="With a disguised file")
    assert (claim.state, [file.name for file in claim.attachments.all()]) == ("draft", ["good.pdf"])


def test_enter_goes_down_the_column_and_control_delete_removes_the_line(window, team):
    page = window(team.staff)
    page.goto(NEW_CLAIM)
    field(page, 0, "amount").fill("10")
    field(page, 0, "amount").press("Enter")
    expect(field(page, 1, "amount")).to_be_focused()
    page.keyboard.type("20.5")
    expect(page.locator("output[data-total=amount]")).to_have_text("30.50")
    page.keyboard.press("Control+Delete")
    expect(page.locator("output[data-total=amount]")).to_have_text("10.00")
    expect(page).to_have_url(re.compile(NEW_CLAIM))
