"""Business on a phone: a credit exception is decided, a card is moved on the stage board, money is received."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from apps.business.models import EngagementIntake, OpportunityStage
from apps.documents import services
from apps.finance.billing.models import Receivable
from tests.e2e.conftest import PHONE
from tests.e2e.pages import choose, open_from_inbox, press, said
from tests.factories import billing, business
from tests.factories.intake import assessed, submitted
from tests.factories.leads import opportunity_of
from tests.factories.service import client_of

pytestmark = pytest.mark.e2e


@pytest.fixture
def client_file(sales):
    """A client of the team that nobody else has."""
    return client_of(sales.staff, name=f"Peony {sales.department.name} Ltd")


def test_management_makes_an_exception_in_writing(window, sales, company, client_file):
    title = f"Launch of {client_file.name}"
    opportunity = opportunity_of(sales.staff, title, client=client_file, service_type=business.service_type())
    intake = submitted(sales.staff, on=assessed(sales.staff, opportunity=opportunity), amount=Decimal("150000.00"))
    services.approve(EngagementIntake.objects.get(pk=intake.pk), by=sales.head)

    page = window(company.manager, width=PHONE, expects=(422,))
    open_from_inbox(page, title)
    expect(page.locator("#credit")).to_contain_text("¥150,000.00")
    expect(page.locator("#credit")).to_contain_text("Not passed")
    opinion = page.get_by_label("Your written opinion (required)")
    press(page, "Approve")
    expect(page.locator(".decision input:invalid")).to_have_count(1)
    expect(opinion).to_be_focused()
    opinion.evaluate("box => box.removeAttribute('required')")
    press(page, "Approve")
    expect(page.locator("main")).to_contain_text("This step needs your written opinion")
    assert EngagementIntake.objects.get(pk=intake.pk).state == "in_review"
    page.get_by_label("Comment", exact=True).fill("They pay half in advance")
    press(page, "Approve")
    expect(page.locator(".decision")).to_contain_text("Company management approval")
    press(page, "Approve")
    said(page, "is approved")
    expect(page.locator("#credit")).to_contain_text("By exception")
    expect(page.locator("#credit")).to_contain_text("They pay half in advance")


def test_a_card_is_moved_on_the_stage_board(window, sales, client_file):
    title = f"Fair of {client_file.name}"
    row = opportunity_of(sales.staff, title, client=client_file)
    page = window(sales.staff, width=PHONE)
    page.goto("/business/board/")
    card = page.locator(".board-card", has_text=title)
    card.get_by_label(f"Stage of {title}").select_option(label="Solution")
    card.get_by_role("button", name="Move").click()
    said(page, "Solution")
    column = page.locator(".board-column", has=page.get_by_role("heading", name="Solution"))
    expect(column.locator(".board-card", has_text=title)).to_have_count(1)
    row.refresh_from_db()
    assert row.stage == OpportunityStage.objects.get(code="SOLUTION")


@pytest.fixture
def invoices(sales, company, client_file):
    """Two issued invoices of 10,600.00 each, the second due before the first."""
    people = billing.SimpleNamespace(
        staff=sales.staff,
        head=sales.head,
        department=sales.department,
        accountant=company.accountant,
        client=client_file,
    )
    later = billing.issued(people, billing.receivable(people))
    sooner = billing.issued(people, billing.receivable(people, term_days=10))
    return sooner, later


def test_the_cashier_receives_money_for_two_invoices(window, company, client_file, invoices):
    sooner, later = invoices
    page = window(company.cashier, width=PHONE)
    page.goto("/finance/receipts/")
    press(page, "Record a receipt")
    choose(page, "client", client_file.name)
    page.get_by_label("Amount", exact=False).first.fill("15,000")
    page.get_by_label("Fund account").select_option(label=company.account.name)
    page.get_by_label("Bank reference").fill(f"PHONE-{client_file.pk}")
    expect(page.get_by_label(f"Amount for {sooner.number}")).to_have_value("10600.00")
    expect(page.get_by_label(f"Amount for {later.number}")).to_have_value("4400.00")
    page.get_by_label(f"Amount for {later.number}").fill("4,000")
    expect(page.locator("[data-shares-left]")).to_have_text("¥400.00")
    press(page, "Record the receipt")
    said(page, "¥15,000.00, ¥400.00 of it unapplied")
    collected = Receivable.objects.filter(client=client_file).order_by("collected").values_list("collected", flat=True)
    assert list(collected) == [Decimal("4000.00"), Decimal("10600.00")]
