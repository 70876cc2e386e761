"""A lead becomes a client, a contract, work, a settlement and money, through the hands of six people."""

import datetime as dt
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from apps.business.models import AgencyContract, Engagement, EngagementIntake, Settlement
from tests.e2e.company import today
from tests.e2e.pages import PNG, choose, open_from_inbox, press, said

pytestmark = pytest.mark.e2e

SCAN = {"name": "scan.png", "mimeType": "image/png", "buffer": PNG}
NEEDS = "Registers its subsidiary in Shanghai"
INVOICE_NUMBER = "26312000000000053000"


def day(offset: int) -> str:
    """A day from today, as a date input wants it."""
    return (dt.date.fromisoformat(today()) + dt.timedelta(days=offset)).isoformat()


def main(page: Page) -> Locator:
    return page.get_by_role("main")


def card(page: Page, title: str) -> Locator:
    """The card with this heading."""
    return page.locator("section.card", has=page.get_by_role("heading", name=title, exact=True))


def stat(page: Page, label: str) -> Locator:
    """The value of a figure on the page."""
    return page.locator(".stat", has=page.get_by_text(label, exact=True)).first


def fill(page: Page, **values: str) -> None:
    """Fields by their names."""
    for name, value in values.items():
        page.locator(f"[name={name}]").fill(value)


def submit(page: Page, to: str) -> None:
    """Hand the paper in; the answer names who has it now."""
    press(page, "Submit")
    said(page, f"submitted; now with {to}")


def approve(page: Page, title: str) -> None:
    """Give the last approval of a paper that is in the inbox."""
    open_from_inbox(page, title)
    press(page, "Approve")
    said(page, "is approved")


def agreed(page: Page) -> None:
    """Answer the question of the page with yes."""
    page.locator("#confirm-dialog").get_by_role("button", name="Continue").click()


def test_from_the_lead_to_the_money(window, sales, company):
    title = f"Subsidiary for {sales.department.name}"
    client = f"Lotus {sales.department.name} Trading Co."
    staff, head = window(sales.staff), window(sales.head)
    manager, service = window(company.manager), window(company.service)
    accountant, cashier = window(company.accountant), window(company.cashier)

    lead_becomes_opportunity(staff, client, title)
    assess(staff)
    apply_for_intake(staff, title, sales)
    decide_intake(head, manager, title, company)
    draw_up_contract(staff, title, sales)
    approve(head, title)
    sign(staff, title)
    plan(staff, title, sales)
    approve(head, title)
    work(staff, head, title)
    file_documents(staff, title)
    report(service, title, client)
    settle(staff, title, client, sales)
    decide_settlement(head, accountant, title)
    bill(staff, accountant, title)
    collect(cashier, company, client)
    post(accountant, title)
    told_and_closed(staff, title)


def lead_becomes_opportunity(page: Page, client: str, title: str) -> None:
    """The lead names a company nobody knows; its file begins with the opportunity."""
    page.goto("/business/leads/")
    press(page, "New lead")
    fill(page, company_name=client, contact_name="Lin Mei", phone="13800000053", email="lin.mei@lotus.test")
    page.locator("[name=source]").select_option(label="Enquiry on the website")
    page.locator("[name=service_type]").select_option(label="Company registration agency")
    fill(page, need=NEEDS, next_step="Call her", next_step_on=day(1))
    press(page, "Save")
    press(page, "Make an opportunity")
    fill(page, title=title, expected_amount="53,000", expected_on=day(20))
    press(page, "Make an opportunity")
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    expect(stat(page, "Expected amount")).to_contain_text("¥53,000.00")
    expect(page.locator(".page-subheading")).to_contain_text(client)


def assess(page: Page) -> None:
    """The preliminary assessment knows what the opportunity knows; it passes."""
    card(page, "Preliminary assessments").get_by_role("link", name="Assess").click()
    fill(page, needs=NEEDS, scale="One subsidiary", expected_revenue="53000", expected_cost="31800")
    expect(page.locator("#preview")).to_contain_text("¥21,200.00")
    press(page, "Save")
    expect(page.locator(".amount-big")).to_have_text("¥21,200.00")
    press(page, "It passes")
    expect(page.locator(".page-subheading")).to_contain_text("Passed")


def apply_for_intake(page: Page, title: str, sales) -> None:
    """The application is filled in from the assessment."""
    press(page, "Write the intake application")
    expect(page.locator("[name=title]")).to_have_value(title)
    expect(page.locator("[name=scope]")).to_have_value(NEEDS)
    expect(page.locator("[name=amount]")).to_have_value("53000.00")
    expect(page.locator("[name=estimated_cost]")).to_have_value("31800.00")
    fill(page, term_from=today(), term_to=day(180))
    submit(page, sales.head.name)
    expect(page.locator(".amount-big")).to_have_text("¥53,000.00")


def decide_intake(head: Page, manager: Page, title: str, company) -> None:
    """Manager and management see what they decide on: credit, assessment, earlier estimates."""
    open_from_inbox(head, title)
    expect(head.locator("#credit")).to_contain_text("¥53,000.00")
    expect(head.locator("#credit")).to_contain_text("Passed")
    expect(card(head, "Preliminary assessment")).to_contain_text("¥21,200.00 (40.0 %)")
    press(head, "Approve")
    said(head, "Your approval of")
    approve(manager, title)
    assert EngagementIntake.objects.get(title=title).state == "approved"


def draw_up_contract(page: Page, title: str, sales) -> None:
    """The notice leads to the application, which leads to the contract."""
    page.goto("/notifications/")
    main(page).get_by_role("link", name=re.compile("is approved: sign the agency contract next")).first.click()
    press(page, "Write the contract")
    expect(page.locator("[name=fee]")).to_have_value("53000.00")
    fill(page, rights_duties="The client delivers its papers, the agency files them.")
    line = page.locator("[data-line]").first
    line.locator("[name$=-milestone]").fill("At signature")
    line.locator("[name$=-due]").select_option(label="on signing")
    line.locator("[name$=-amount]").fill("20,000")
    press(page, "Add a payment")
    line = page.locator("[data-line]").nth(1)
    line.locator("[name$=-milestone]").fill("Licence handed over")
    line.locator("[name$=-due]").select_option(label="on completion")
    line.locator("[name$=-amount]").fill("33,000")
    expect(page.locator("output[data-total=amount]")).to_have_text("53,000.00")
    submit(page, sales.head.name)


def sign(page: Page, title: str) -> None:
    """The scan is kept; the contract is in force and its engagement begins."""
    page.goto(AgencyContract.objects.get(title=title).get_absolute_url())
    press(page, "Sign")
    page.get_by_label("Seal used").fill("Contract seal")
    page.locator("[name=original]").set_input_files([SCAN])
    press(page, "Record the signature")
    said(page, "is in force")
    expect(page.locator(".page-subheading")).to_contain_text("In force")
    expect(stat(page, "Open")).to_contain_text("¥53,000.00")
    expect(card(page, "Belongs to")).to_contain_text("scan.png")
    number = Engagement.objects.get(contract__title=title).number
    main(page).get_by_role("link", name=re.compile(number)).first.click()
    expect(page.locator(".next-step")).to_contain_text("Name the team with its duties")


def plan(page: Page, title: str, sales) -> None:
    """A colleague joins with a duty; two tasks, the second with a checkpoint of the head."""
    card(page, "Team").get_by_role("link", name="Add").click()
    choose(page, "user", sales.colleague.name)
    fill(page, duty="Files the papers at the office")
    press(page, "Save")
    expect(main(page)).to_contain_text("Files the papers at the office")
    main(page).get_by_role("link", name="Overview").click()
    press(page, "Write the plan")
    fill(page, goal="The subsidiary is registered.", quality_measures="Every filing is read by a second person.")
    task = page.locator("[data-line]").first
    fill_task(task, title="Collect papers", owner=sales.staff, days=(0, 7), deliverable="Complete papers")
    press(page, "Add a task")
    task = page.locator("[data-line]").nth(1)
    fill_task(task, title="File them", owner=sales.colleague, days=(8, 30), deliverable="The licence")
    for name, value in {"predecessors": "1", "criterion": "No filing is refused"}.items():
        task.locator(f"[name$=-{name}]").fill(value)
    task.locator("[name$=-checker]").select_option(label=sales.head.name)
    submit(page, sales.head.name)


def fill_task(task: Locator, *, title: str, owner, days: tuple[int, int], deliverable: str) -> None:
    """One task of a plan."""
    for name, value in {"title": title, "deliverable": deliverable}.items():
        task.locator(f"[name$=-{name}]").fill(value)
    for name, offset in zip(("start", "finish"), days, strict=True):
        task.locator(f"[name$=-{name}]").fill(day(offset))
    task.locator("[name$=-owner]").select_option(label=owner.name)


def work(staff: Page, head: Page, title: str) -> None:
    """The manager records progress of both tasks; the head passes the checkpoint."""
    engagement = Engagement.objects.get(contract__title=title)
    staff.goto(engagement.get_absolute_url())
    expect(staff.locator(".page-subheading")).to_contain_text("Executing")
    card(staff, "Execution plan").get_by_role("link", name=re.compile(title)).click()
    for number in (0, 1):
        task = staff.locator(".task").nth(number)
        task.get_by_text("Record progress").click()
        task.get_by_role("spinbutton", name="Done in %").fill("100")
        task.get_by_role("button", name="Record", exact=True).click()
        expect(staff.locator(".task").nth(number)).to_contain_text("100 % done")
    expect(staff.locator(".task").nth(1)).to_contain_text("To be checked")
    head.goto("/business/my-tasks/")
    main(head).get_by_role("link", name=re.compile("File them")).first.click()
    task = head.locator(".task").nth(1)
    task.get_by_text("Record check").click()
    task.get_by_label("Passed", exact=True).check()
    task.get_by_label("Finding").fill("Nothing was refused")
    task.get_by_role("button", name="Record", exact=True).click()
    said(head, "Passed")


def file_documents(page: Page, title: str) -> None:
    """Everything the checklist asks for is put in; then everything is delivered."""
    page.goto(Engagement.objects.get(contract__title=title).get_absolute_url())
    main(page).get_by_role("link", name=re.compile("^File")).first.click()
    missing = page.locator(".checklist > .is-missing")
    for left in (2, 1, 0):
        entry = missing.first
        entry.locator("input[type=file]").set_input_files([SCAN])
        entry.get_by_role("button", name="Put into the file").click()
        expect(missing).to_have_count(left)
    expect(page.locator(".file-head")).to_contain_text("100 %")
    main(page).get_by_role("link", name="Overview").click()
    press(page, "Everything is delivered")
    agreed(page)
    said(page, "Delivered")


def report(page: Page, title: str, client: str) -> None:
    """Client Service tells the client by e-mail how far it is."""
    page.goto("/business/progress-reports-due/")
    main(page).get_by_role("link", name=re.compile(title)).first.click()
    press(page, "New progress report")
    fill(page, done="Papers are filed.", coming="The licence is handed over.")
    press(page, "Save")
    press(page, "Send")
    expect(page.get_by_label("Lin Mei")).to_be_checked()
    press(page, "Send")
    said(page, "The report goes to")
    expect(main(page)).to_contain_text("lin.mei@lotus.test")
    expect(page.locator(".page-subheading")).to_contain_text("Sent, no answer yet")


def settle(page: Page, title: str, client: str, sales) -> None:
    """The form knows contract and schedule; the evidence is attached."""
    page.goto(Engagement.objects.get(contract__title=title).get_absolute_url())
    press(page, "New settlement")
    expect(page.locator("output[data-total=amount]")).to_have_text("53,000.00")
    expect(page.locator("[name=buyer_name]")).to_have_value(client)
    fill(page, confirmed_by="Lin Mei, director", confirmed_on=today())
    page.locator("#id_attachments").set_input_files([{**SCAN, "name": "confirmed.png"}])
    expect(page.locator("#preview")).to_contain_text("¥50,000.00")
    submit(page, sales.head.name)
    expect(page.locator(".amount-big")).to_have_text("¥53,000.00")
    expect(card(page, "Three-way match")).to_contain_text("Agrees")


def decide_settlement(head: Page, page: Page, title: str) -> None:
    """The manager approves, then Finance; what the client owes is a receivable from then on."""
    open_from_inbox(head, title)
    press(head, "Approve")
    said(head, "Your approval of")
    open_from_inbox(page, title)
    expect(main(page)).to_contain_text("¥3,000.00")
    press(page, "Approve")
    said(page, "is approved")
    contract = AgencyContract.objects.get(title=title)
    assert (contract.settled, contract.settling, contract.unsettled) == (53000, 0, 0)


def bill(staff: Page, accountant: Page, title: str) -> None:
    """Business asks for the invoice, Finance issues it under its official number."""
    staff.goto(Settlement.objects.get(title=title).get_absolute_url())
    press(staff, "Request invoice")
    expect(staff.get_by_label("Amount with tax")).to_have_value("53000.00")
    press(staff, "Request the invoice")
    said(staff, "is requested: ¥53,000.00")
    accountant.goto("/finance/sales-invoices/requested/")
    row = accountant.get_by_role("row").filter(has_text=Settlement.objects.get(title=title).number)
    row.get_by_role("link").first.click()
    press(accountant, "Issue")
    accountant.get_by_label("Invoice number").fill(INVOICE_NUMBER)
    press(accountant, "Issue the invoice")
    said(accountant, f"is issued as {INVOICE_NUMBER}")


def collect(page: Page, company, client: str) -> None:
    """The money comes in two parts; each goes to the oldest invoice by itself."""
    page.goto("/finance/receipts/")
    for amount, left in (("20,000", "33,000.00"), ("33,000", "0.00")):
        page.goto("/finance/receipts/")
        press(page, "Record a receipt")
        choose(page, "client", client)
        fill(page, amount=amount, bank_reference=f"IN-{left}")
        page.locator("[name=account]").select_option(label=company.account.name)
        expect(page.locator("[data-share]")).to_have_value(amount.replace(",", "") + ".00")
        expect(page.locator("[data-shares-left]")).to_have_text("¥0.00")
        press(page, "Record the receipt")
        said(page, f"¥{amount}.00, ¥0.00 of it unapplied")


def post(page: Page, title: str) -> None:
    """Finance books what is collected in full."""
    page.goto("/finance/receivables/")
    page.get_by_role("link", name=Settlement.objects.get(title=title).number).first.click()
    expect(stat(page, "Collected")).to_contain_text("¥53,000.00")
    expect(stat(page, "Outstanding")).to_contain_text("¥0.00")
    page.get_by_label("Voucher").fill("JZ-53")
    press(page, "Post")
    said(page, "is posted with voucher JZ-53; Business is told")


def told_and_closed(page: Page, title: str) -> None:
    """Business is told of every step, and closes the engagement."""
    page.goto("/notifications/")
    told = main(page)
    expect(told).to_contain_text("is collected and posted, voucher JZ-53")
    told.get_by_role("link", name=re.compile("is settled, paid and booked: it can be closed")).first.click()
    expect(stat(page, "Settled")).to_contain_text("¥53,000.00")
    press(page, "Close")
    agreed(page)
    expect(page.locator(".page-subheading")).to_contain_text("Closed")
    page.goto(Settlement.objects.get(title=title).get_absolute_url())
    expect(page.locator(".page-subheading")).to_contain_text("Posted")
    expect(page.locator("#money")).to_contain_text("JZ-53")
