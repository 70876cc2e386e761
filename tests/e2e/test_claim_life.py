"""An expense claim from the first key to the money, through everybody's hands, on a desk and on a phone."""

import re

import pytest
from playwright.sync_api import expect

from apps.documents.verification import code_of
from apps.finance.expenses.models import ExpenseClaim
from tests.e2e.company import today
from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.pages import NEW_CLAIM, PNG, field, fill_line, invoice, open_from_inbox, press, said, with_reason

pytestmark = pytest.mark.e2e


def fill_in(page, title: str, first_invoice: int) -> None:
    """Three expenses with everything the form offers on the way: copy, remove, live total, hint, chain, own saving."""
    page.get_by_label("Purpose").fill(title)
    fill_line(page, 0, "Travel: hotel", "One night", "800", city="Beijing", **invoice(first_invoice))
    preview = page.locator("#preview")
    expect(preview).to_contain_text("¥300.00 above the standard of ¥500.00; give the reason.")
    expect(preview).to_contain_text("Department head review")
    field(page, 0, "over_reason").fill("Trade fair, everything else was taken")
    page.get_by_role("button", name="Copy this line").first.click()
    expect(field(page, 1, "description")).to_have_value("One night")
    expect(field(page, 1, "invoice_number")).to_have_value("")
    fill_line(page, 1, "Promotion", "Stand at the fair", "60,000", over_reason="", **invoice(first_invoice + 1))
    page.get_by_role("button", name="Add a line").click()
    fill_line(page, 2, "Travel: meal allowance", "Meals", "100", city="Beijing")
    page.get_by_role("button", name="Add a line").click()
    page.locator("[data-line]").nth(3).get_by_role("button", name="Remove this line").click()
    expect(page.locator("[data-lines-count]")).to_have_text("3")
    expect(page.locator("output[data-total=amount]")).to_have_text("60,900.00")
    expect(preview).to_contain_text("¥60,900.00")
    page.locator("#id_attachments").set_input_files([{"name": "ticket.png", "mimeType": "image/png", "buffer": PNG}])
    expect(page.locator("[data-uploads-list]")).to_contain_text("ticket.png")
    expect(page.get_by_role("status").filter(has_text="Draft saved at")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/finance/expense-claims/\d+/edit/$"))


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_from_the_desk_to_the_money(window, team, company, width):
    title = f"Trade fair in Beijing {width}"
    staff = window(team.staff, width=width)
    staff.goto("/")
    staff.locator(".tile", has_text="Expense claim").click()
    fill_in(staff, title, 1000 + width)
    press(staff, "Submit")
    said(staff, f"submitted; now with {team.head.name}")
    claim = ExpenseClaim.objects.get(title=title)
    assert (claim.number, claim.state, claim.attachments.count()) == (claim.number, "in_review", 1)
    assert re.fullmatch(r"FYBX-\d{4}-\d{4}", claim.number)

    head = window(team.head, width=width)
    open_from_inbox(head, title)
    with_reason(head, "Return", "Which stand?")
    said(head, f"is returned to {team.staff.name}")

    staff.goto("/notifications/")
    staff.get_by_role("main").get_by_role("link", name=re.compile(claim.number)).first.click()
    expect(staff.get_by_text("Which stand?").first).to_be_visible()
    staff.get_by_role("link", name="Edit").click()
    field(staff, 1, "description").fill("Stand 7 at the fair")
    press(staff, "Submit")
    said(staff, f"submitted; now with {team.head.name}")

    open_from_inbox(head, title)
    head.get_by_label("Comment (optional)").fill("All right")
    press(head, "Approve")
    said(head, "Your approval of")

    review(window(company.accountant, width=width, expects=(422,)), title, company)
    decide_on_desk(window(company.director, width=width), title)
    approve_selected(window(company.manager, width=width), title)
    pay(window(company.cashier, width=width, expects=(422,)), company, claim)

    staff.goto("/notifications/")
    expect(staff.get_by_role("main")).to_contain_text(f"{claim.number}: ¥60,700.00 was paid to you")
    staff.goto(claim.get_absolute_url())
    expect(staff.get_by_role("main")).to_contain_text("CMB-1")
    expect(staff.get_by_text("The returned lines go on in")).to_be_visible()
    printed_and_verified(staff, ExpenseClaim.objects.get(pk=claim.pk))


def review(page, title, company) -> None:
    """Finance lowers the first line, lets the second go, and sends the third back with a coded reason."""
    open_from_inbox(page, title)
    press(page, "Review lines")
    field(page, 0, "ruling").select_option("lowered")
    field(page, 0, "approved_amount").fill("700")
    press(page, "Save and approve")
    expect(page.locator(".invalid-feedback").first).to_have_text("Say why the amount is lowered.")
    field(page, 0, "reason").fill("Breakfast is not paid")
    field(page, 1, "ruling").select_option("approved")
    field(page, 2, "ruling").select_option("returned")
    field(page, 2, "return_reason").select_option(label="Missing voucher")
    press(page, "Save and approve")
    said(page, f"now with {company.director.name}")


def decide_on_desk(page, title) -> None:
    """The director approves without leaving the desk."""
    page.goto("/")
    page.locator(".paper-row", has_text=title).get_by_role("button", name="Approve").click()
    expect(page.locator(".paper-row", has_text=title)).to_have_count(0)


def approve_selected(page, title) -> None:
    """Management chooses rows in the inbox and approves them together."""
    page.goto("/inbox/")
    row = page.locator("tr[data-row]", has_text=title)
    row.get_by_role("checkbox").check()
    page.get_by_role("button", name="Approve the selected").click()
    expect(page.get_by_role("main")).to_contain_text(title)
    expect(page.get_by_role("main")).to_contain_text("Approved")


def pay(page, company, claim) -> None:
    """The cashier pays one claim; a missing reference is asked for at its field."""
    page.goto("/finance/claims-to-pay/")
    page.get_by_role("link", name=claim.number).click()
    page.get_by_role("main").get_by_role("link", name="Pay", exact=True).click()
    page.get_by_label("Fund account").select_option(label=company.account.name)
    press(page, "Record the payment")
    expect(page.get_by_role("alert")).to_contain_text("Bank reference")
    page.get_by_label("Bank reference").fill("CMB-1")
    page.get_by_label("Paid on").fill(today())
    press(page, "Record the payment")
    said(page, f"{claim.number} is paid: ¥60,700.00 to")


def printed_and_verified(page, claim) -> None:
    """The print form is a PDF, and the verification page knows its code."""
    answer = page.request.get(page.get_by_role("link", name="Print", exact=True).get_attribute("href"))
    assert (answer.status, answer.headers["content-type"], answer.body()[:5]) == (200, "application/pdf", b"%PDF-")
    page.goto("/verify/")
    page.get_by_label("Number").fill(claim.number)
    page.get_by_label("Check code").fill(code_of(claim))
    press(page, "Verify")
    expect(page.get_by_role("main")).to_contain_text("This paper is authentic")
    expect(page.get_by_role("main")).to_contain_text(claim.number)


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_withdraw_correct_and_reject(window, team, width):
    claim = team.submitted("Printer paper")
    staff = window(team.staff, width=width)
    staff.goto(claim.get_absolute_url())
    press(staff, "Withdraw")
    staff.get_by_role("dialog").get_by_role("button", name=re.compile("OK|Yes|Continue|Withdraw")).first.click()
    expect(staff.locator(".page-subheading")).to_contain_text("Draft")
    press(staff, "Submit")
    said(staff, "submitted")
    head = window(team.head, width=width)
    open_from_inbox(head, "Printer paper")
    with_reason(head, "Reject", "We have plenty")
    said(head, f"is rejected; {team.staff.name} is told")
    staff.reload()
    expect(staff.locator(".page-subheading")).to_contain_text("Rejected")
    expect(staff.get_by_text("We have plenty").first).to_be_visible()
    expect(staff.get_by_role("link", name="Edit")).to_have_count(0)


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_several_claims_are_paid_with_one_order(window, team, company, width):
    claims = [company.approved(team, f"Meals of week {week}", "100.00") for week in (1, 2)]
    page = window(company.cashier, width=width)
    page.goto(f"/finance/claims-to-pay/?q={claims[0].number}")
    expect(page.get_by_role("button", name="Pay chosen")).to_be_disabled()
    page.goto("/finance/claims-to-pay/")
    for claim in claims:
        page.get_by_role("checkbox", name=re.compile(claim.number)).check()
    page.locator("[name=account]").select_option(label=company.account.name)
    page.locator("[name=bank_reference]").fill(f"BATCH-{width}")
    press(page, "Pay chosen")
    said(page, "2 claims are paid: ¥200.00.")
    assert set(ExpenseClaim.objects.filter(pk__in=[c.pk for c in claims]).values_list("paid_amount", flat=True)) == {
        100
    }
    page.goto("/finance/payments/")
    expect(page.get_by_role("main")).to_contain_text(f"BATCH-{width}")


def test_new_claim_needs_no_script(window, team):
    page = window(team.staff, java_script_enabled=False)
    page.goto(NEW_CLAIM)
    page.get_by_label("Purpose").fill("By hand")
    fill_line(page, 0, "Travel: meal allowance", "Meals", "80", city="Beijing")
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.locator(".page-subheading")).to_contain_text("In approval")
