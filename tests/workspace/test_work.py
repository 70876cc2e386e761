"""The figures of the desk and the search over records: for whom, how many, and in how many statements."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.business.models import Engagement
from apps.core import clock
from apps.finance.billing.models import Receivable, SalesInvoice
from apps.finance.billing.services import issue_invoice, request_invoice
from apps.finance.receipts.services import record_receipt
from apps.workspace.work import figures_for
from tests.factories import business
from tests.factories.billing import number_of
from tests.factories.finance import FundAccountFactory
from tests.factories.leads import lead_of, opportunity_of
from tests.factories.reports import settled
from tests.factories.settlements import delivered, settling_company

pytestmark = pytest.mark.django_db

DESK = reverse("workspace:desk")
SEARCH = reverse("workspace:search")


@pytest.fixture
def company(db):
    return settling_company()


@pytest.fixture
def busy(company):
    """One of everything that waits: a contract to sign, a report due, an overdue invoice, one to ask for, one to issue,
    a next step."""
    today = clock.today()
    work = delivered(company.manager)
    Engagement.objects.filter(pk=work.pk).update(next_report_on=today - dt.timedelta(days=1))
    business.contract(company.manager, phase="unsigned")
    with clock.at(clock.now() - dt.timedelta(days=60)):
        settled(company, work, "1060.00", "2000.00")
        receivable, later = Receivable.objects.filter(contract=work.contract_id).order_by("pk")
        invoice = request_invoice(receivable, by=company.manager, kind="digital_ordinary", buyer_name="Acme")
        issue_invoice(invoice, by=company.accountant, invoice_number=number_of(), issued_on=clock.today())
    request_invoice(later, by=company.manager, kind="digital_ordinary", buyer_name="Acme", total=Decimal("1500.00"))
    lead_of(company.manager, next_step_on=today, next_step="Call")
    opportunity_of(company.manager, next_step_on=today + dt.timedelta(days=1), next_step="Call")
    return work


def shown(person) -> dict[str, tuple[int, str]]:
    return {str(figure.label): (figure.value, figure.note) for figure in figures_for(person)}


def test_who_works_with_it_sees_what_waits(company, busy):
    business_side = {
        "Progress reports due": (1, "1 overdue"),
        "Contracts to sign": (1, ""),
        "To invoice": (1, "¥500.00"),
        "Overdue receivables": (1, "¥1,060.00"),
    }
    books = {"Invoices to issue": (1, "¥1,500.00"), "Overdue receivables": (1, "¥1,060.00")}
    assert shown(company.manager) == {"Next steps": (1, ""), **business_side}
    assert shown(company.head) == business_side
    assert shown(company.accountant) == shown(company.director) == books
    assert shown(company.executive) == {
        "Contracts to sign": (1, ""),
        "Overdue receivables": (1, "¥1,060.00"),
    }
    for name in ("cashier", "auditor"):
        assert shown(company.people[name]) == {"Overdue receivables": (1, "¥1,060.00")}
    for name in ("stranger", "colleague", "outsider"):
        assert shown(company.people[name]) == {}


def test_each_figure_leads_to_as_many_rows(client, company, busy):
    for person in (company.manager, company.accountant, company.executive):
        client.force_login(person)
        for figure in figures_for(person):
            page = client.get(figure.url)
            assert page.status_code == 200
            rows = page.context["page"].rows if "page" in page.context else page.context["planned"]
            assert len(rows) >= figure.value, figure.label
            if "next-steps" not in figure.url:
                assert len(rows) == figure.value, figure.label


def test_they_stand_on_the_desk_and_cost_one_statement(client, company, busy):
    for person in company.people.values():
        with CaptureQueriesContext(connection) as asked:
            client.force_login(person)
            client.get(DESK)
        with CaptureQueriesContext(connection) as asked:
            html = client.get(DESK).content.decode()
        assert len(asked) <= 15, person
        assert all(str(figure.label) in html for figure in figures_for(person))
    person = type(company.manager).objects.get(pk=company.manager.pk)
    figures_for(person)
    with CaptureQueriesContext(connection) as asked:
        figures_for(person)
    assert len(asked) == 1


def test_search_finds_leads_invoices_and_receipts_of_those_who_see_them(client, company, busy):
    receipt = record_receipt(
        client=busy.client,
        account=FundAccountFactory(code="BANK"),
        payer_name="Orchid Foods Ltd",
        amount=Decimal("60.00"),
        received_on=clock.today(),
        bank_reference="TX-7",
        by=company.cashier,
        amounts="oldest",
    )
    issued = SalesInvoice.objects.get(status="issued")

    def found(person, text):
        client.force_login(person)
        result = client.get(SEARCH, {"q": text}).context["found"]
        return {name: len(getattr(result, name)) for name in ("leads", "opportunities", "invoices", "receipts")}

    nothing = dict.fromkeys(("leads", "opportunities", "invoices", "receipts"), 0)
    for name in ("manager", "head", "executive"):
        person = company.people[name]
        assert found(person, "orchid") == {**nothing, "leads": 1, "receipts": 1}
        assert found(person, issued.invoice_number) == {**nothing, "invoices": 1}
        assert found(person, "SJ-")["opportunities"] > 0
        assert found(person, receipt.number)["receipts"] == 1
    assert found(company.accountant, "orchid") == {**nothing, "receipts": 1}
    for name in ("stranger", "outsider"):
        for text in ("orchid", issued.invoice_number, receipt.number):
            assert found(company.people[name], text) == nothing
