"""The pages from the lead to the money: labels, headings, ids, contrast and width, on a phone and on a desk."""

import pytest
from django.db import transaction

from apps.business.models import Engagement
from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.test_accessibility import CHECKS, CONTRAST
from tests.factories import billing, business, contracts, engagements, plans, settlements
from tests.factories.intake import assessed, draft, submitted
from tests.factories.leads import lead_of, opportunity_of
from tests.factories.service import client_of, contact_of

pytestmark = pytest.mark.e2e

PAGES = {
    "staff": [
        "/",
        "/search/?q=Walk",
        "/business/next-steps/",
        "/business/leads/",
        "/business/leads/new/",
        "/business/leads/pool/",
        "/business/leads/import/",
        "{lead}",
        "{lead}change/",
        "{lead}qualify/",
        "/business/board/",
        "/business/opportunities/",
        "/business/opportunities/new/",
        "{opportunity}",
        "{opportunity}history/",
        "/business/assessments/",
        "/business/assessments/new/",
        "{assessment}",
        "/business/intakes/",
        "/business/intakes/new/",
        "{passed}edit/",
        "{intake}",
        "/business/agency-contracts/",
        "/business/agency-contracts/new/",
        "{contract}",
        "{contract}complete/",
        "{contract}wording/",
        "{draft_contract}edit/",
        "/business/contract-supplements/",
        "/business/contract-supplements/new/",
        "/business/contract-register/",
        "/business/expiring-contracts/",
    ],
    "runner": [
        "/business/engagements/",
        "{engagement}",
        "{engagement}change/",
        "{engagement}history/",
        "{engagement}team/",
        "{engagement}team/new/",
        "{engagement}reports/",
        "{engagement}reports/new/",
        "{engagement}file/",
        "{report}",
        "{report}send/",
        "/business/progress-reports/",
        "/business/progress-reports-due/",
        "/business/plans/",
        "/business/plans/new/",
        "{plan}",
        "{plan}?view=bars",
        "{plan}?view=actual",
        "/business/plan-changes/",
        "/business/my-tasks/",
        "/business/settlements/",
        "/business/settlements/new/",
        "/business/settlements/new/?engagement={engagement_id}",
        "{settlement}",
        "/business/settlements/register/",
        "/business/settlements/unbilled/",
    ],
    "service": [
        "/service/clients/",
        "/service/clients/new/",
        "{client}",
        "{client}change/",
        "{client}merge/",
        "/service/contacts/",
        "/service/clients-to-contact/",
        "/service/reviews-due/",
        "/service/duplicates/",
    ],
    "accountant": [
        "/finance/sales-invoices/requested/",
        "/finance/sales-invoices/",
        "{requested}issue/",
        "{invoice}",
        "{open}reverse/",
        "/finance/receivables/",
        "{receivable}",
        "/finance/receivables/at-a-glance/",
        "/finance/ageing/",
        "/finance/ageing/managers/",
        "/finance/ageing/invoices/",
        "/finance/statements/",
        "/finance/reminders/",
        "/finance/reminders/overdue/",
        "/business/profitability/",
        "/business/profitability/clients/",
    ],
    "cashier": ["/finance/receipts/", "/finance/receipts/unapplied/", "/finance/receipts/new/", "{receipt}"],
    "director": [
        "/risk/credit/",
        "{credit}",
        "/risk/credit/exceptions/",
        "/risk/credit/policy/",
        "/risk/scoring-models/",
        "/risk/credit-assessments/",
        "/risk/credit-assessments/new/",
    ],
}


@pytest.fixture
def places(sales, company) -> dict[str, str]:
    """Business of the team in the states that pages are shown in."""
    with transaction.atomic():
        return {name: str(place) for name, place in addresses(sales, company)}


def addresses(sales, company):
    """What the placeholders above stand for."""
    staff = sales.staff
    client = client_of(staff, name=f"Walk {sales.department.name} Ltd")
    contact_of(client, email="mei@walk.test")
    yield "client", client.get_absolute_url()
    yield "credit", f"/risk/credit/clients/{client.pk}/"
    yield "lead", lead_of(staff, f"Walker of {sales.department.name}").get_absolute_url()
    yield "opportunity", opportunity_of(staff, "Walk", client=client).get_absolute_url()
    yield "assessment", assessed(staff, verdict="").get_absolute_url()
    yield "passed", draft(staff).get_absolute_url()
    yield "intake", submitted(staff).get_absolute_url()
    yield "draft_contract", contracts.draft(staff).get_absolute_url()
    contract = business.contract(staff, schedule=("30000.00", "20000.00"))
    yield "contract", contract.get_absolute_url()
    work = business.engagement(staff, contract)
    plans.approved_plan(staff, work, colleague=sales.colleague)
    yield "plan", work.plan.get_absolute_url()
    work = Engagement.objects.get(pk=work.pk)
    yield "engagement", work.get_absolute_url()
    yield "engagement_id", work.pk
    yield "report", engagements.report_of(work).get_absolute_url()
    paper = settlements.settlement_of(staff, work)
    yield "settlement", paper.get_absolute_url()
    people = billing.SimpleNamespace(
        staff=staff,
        head=sales.head,
        department=sales.department,
        client=client,
        accountant=company.accountant,
        cashier=company.cashier,
        account=company.account,
    )
    owed = billing.receivable(people, "21200.00")
    yield "receivable", owed.get_absolute_url()
    yield "invoice", billing.issued(people, owed, total="10600.00").get_absolute_url()
    yield "requested", billing.requested(people, owed, total="10600.00").get_absolute_url()
    yield "open", billing.issued(people, billing.receivable(people)).get_absolute_url()
    yield "receipt", billing.received(people, amounts="oldest").get_absolute_url()


@pytest.mark.parametrize("who", PAGES)
def test_pages_are_sound(window, sales, company, places, who):
    person = sales.staff if who in ("staff", "runner") else getattr(company, who)
    page = window(person, width=PHONE, reduced_motion="reduce")
    found = {}
    for address in PAGES[who]:
        page.set_viewport_size({"width": PHONE, "height": 844})
        answer = page.goto(address.format(**places))
        assert answer.status == 200, address
        problems = page.evaluate(CHECKS)
        for theme in ("light", "dark"):
            page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme; }", theme)
            problems += [f"{theme} {problem}" for problem in page.evaluate(CONTRAST)]
        page.set_viewport_size({"width": DESKTOP, "height": 900})
        problems += [f"wide {problem}" for problem in page.evaluate(CHECKS)]
        if problems:
            found[address] = problems
    assert found == {}
