"""A decision is passed on and taken back, and a colleague stands in, on a desk and on a phone."""

import pytest
from playwright.sync_api import expect

from tests.e2e.company import today
from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.pages import choose, open_from_inbox, press, said

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_decision_is_transferred_asked_of_others_and_taken_back(window, team, company, width):
    claim = team.submitted("Taxi to the fair")
    staff, head, colleague = window(team.staff), window(team.head, width=width), window(team.colleague, width=width)

    staff.goto(claim.get_absolute_url())
    press(staff, "Remind")
    said(staff, f"Reminded: {team.head}.")
    expect(staff.get_by_role("button", name="Remind")).to_be_disabled()

    open_from_inbox(head, "Taxi to the fair")
    head.get_by_role("link", name="Add approvers").click()
    choose(head, "people", str(team.colleague))
    head.get_by_label("Reason").fill("You were there")
    press(head, "Ask them")
    said(head, f"{team.colleague}: asked to decide")

    open_from_inbox(colleague, "Taxi to the fair")
    press(colleague, "Approve")
    said(colleague, f"now with {team.head}")

    open_from_inbox(head, "Taxi to the fair")
    press(head, "Approve")
    said(head, f"now with {company.accountant}")
    head.goto(claim.get_absolute_url())
    press(head, "Take back my approval")
    head.locator("#confirm-dialog").get_by_role("button", name="Continue").click()
    said(head, "it waits for you again")

    head.get_by_role("link", name="Transfer").click()
    choose(head, "to", str(company.manager))
    head.get_by_label("Reason").fill("On leave from today")
    press(head, "Transfer")
    said(head, f"is now with {company.manager}")


def test_a_colleague_stands_in(window, team):
    head = window(team.head)
    head.goto("/approvals/substitutes/")
    head.get_by_role("link", name="Name a substitute").first.click()
    choose(head, "substitute", str(team.colleague))
    head.locator("[name=ends]").fill(today())
    press(head, "Save")
    said(head, f"{team.colleague} decides for {team.head}")

    team.submitted("Taxi to the airport")
    colleague = window(team.colleague, width=PHONE)
    open_from_inbox(colleague, "Taxi to the airport")
    expect(colleague.locator(".chain")).to_contain_text(f"for {team.head}")
    press(colleague, "Approve")
    said(colleague, "Your approval of")
