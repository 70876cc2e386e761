"""Profitability by engagement and by client: the figures, who reads them, and where they stand."""

import datetime as dt
import io
from copy import deepcopy
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from apps.business.engagements.services import add_member
from apps.business.reports.permissions import reported_to
from apps.business.reports.profitability import Period, by_client, totals_of, with_figures
from apps.core import clock
from apps.documents.models import Export
from apps.documents.services import cancel
from apps.finance.billing.models import Receivable
from apps.finance.billing.services import issue_invoice, request_invoice
from apps.finance.receipts.services import record_receipt
from tests.factories import business
from tests.factories.billing import number_of
from tests.factories.finance import FundAccountFactory, publish_claim_route
from tests.factories.org import RoleFactory, UserFactory
from tests.factories.reports import charge, settled
from tests.factories.settlements import delivered, settling_company
from tests.factories.world import lasting
from tests.finance.conftest import reload

pytestmark = pytest.mark.django_db

REPORT = "business:profitability"
CLIENTS = "business:profitability-clients"


def build() -> SimpleNamespace:
    """One engagement that earned 10,600 + 5,300 with tax and spent 1,234.56, one of another client with nothing."""
    company = settling_company()
    publish_claim_route()
    first = delivered(company.manager)
    settled(company, first, "10600.00", "5300.00")
    charge(company, first, "1234.56")
    charge(company, first, "99.00", approved=False)
    return SimpleNamespace(company=company, two=(first, delivered(company.manager)))


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    yield from lasting(build, django_db_blocker)


@pytest.fixture
def world(built, db):
    return deepcopy(built)


@pytest.fixture
def company(world):
    return world.company


@pytest.fixture
def two(world):
    return world.two


def money(text) -> Decimal:
    return Decimal(text)


def figures(row) -> tuple[Decimal, ...]:
    return row.revenue, row.expenses, row.margin, row.estimated_margin, row.deviation


def page(client, person, name=REPORT, /, **query):
    client.force_login(person)
    return client.get(reverse(name), query)


def numbers(response) -> list[str]:
    return [row.number for row in response.context["page"].rows]


def of(engagement, period=None):
    rows = type(engagement).objects.filter(pk=engagement.pk)
    return with_figures(rows, period or Period()).get()


# ---- the figures ----


def test_what_an_engagement_brings(two):
    """Revenue without tax; the estimate is a fee of 50,000 with 6 % tax, and a cost of 30,000."""
    fee = Decimal("47169.81")
    row = of(two[0])
    assert figures(row) == (
        Decimal("15000.00"),
        Decimal("1234.56"),
        Decimal("13765.44"),
        fee - 30000,
        Decimal("13765.44") - (fee - 30000),
    )
    assert figures(of(two[1])) == (0, 0, 0, fee - 30000, 30000 - fee)
    assert (row.contract_total, row.estimated_fee, row.collected) == (Decimal(50000), fee, 0)


def test_only_what_is_approved_counts(company, two):
    (paper,) = settled(company, two[1], "1060.00")
    claim = charge(company, two[1], "10.00")
    assert figures(of(two[1]))[:2] == (Decimal(1000), Decimal(10))
    cancel(paper, by=company.executive, reason="Wrong")
    cancel(reload(claim), by=company.executive, reason="Wrong")
    assert figures(of(two[1]))[:2] == (0, 0)


def test_collected_is_what_came_in_for_its_settlements(company, two):
    receivable = Receivable.objects.filter(contract=two[0].contract_id).order_by("pk").first()
    invoice = request_invoice(receivable, by=company.manager, kind="digital_ordinary", buyer_name="Acme")
    issue_invoice(invoice, by=company.accountant, invoice_number=number_of(), issued_on=clock.today())
    record_receipt(
        client=two[0].client,
        account=FundAccountFactory(code="BANK"),
        payer_name="Acme",
        amount=Decimal("600.01"),
        received_on=clock.today(),
        bank_reference="TX-1",
        by=company.cashier,
        amounts="oldest",
    )
    assert of(two[0]).collected == Decimal("600.01")
    assert totals_of(type(two[0]).objects.all()).collected == Decimal("600.01")


def test_a_period_counts_by_the_day_of_approval(company, two):
    today = clock.today()
    day = dt.timedelta(days=1)
    with clock.at(clock.now() - 40 * day):
        settled(company, two[1], "2120.00")
        charge(company, two[1], "7.00")
    past = Period(today - 41 * day, today - 39 * day)
    assert figures(of(two[1], past))[:2] == (Decimal(2000), Decimal(7))
    assert figures(of(two[1], Period(first=today)))[:2] == (0, 0)
    assert figures(of(two[0], past))[:2] == (0, 0)


def test_a_period_leaves_those_that_moved_in_it(client, company, two):
    assert numbers(page(client, company.executive, period_from=clock.today().isoformat())) == [two[0].number]
    yesterday = clock.today() - dt.timedelta(days=1)
    assert numbers(page(client, company.executive, period_to=yesterday.isoformat())) == []


def test_clients_are_the_sums_of_their_engagements(company, two):
    again = delivered(company.manager, client=two[0].client)
    settled(company, again, "212.00")
    rows = {row.pk: row.figures for row in by_client(type(again).objects.all())}
    assert rows[two[0].client_id].engagements == 2
    assert rows[two[0].client_id].revenue == Decimal(15200)
    assert rows[two[0].client_id].margin == Decimal("13965.44")
    assert rows[two[1].client_id].revenue == 0
    whole = totals_of(type(again).objects.all())
    for name in ("contract_total", "revenue", "expenses", "margin", "estimated_margin", "deviation"):
        assert getattr(whole, name) == sum(getattr(row, name) for row in rows.values())


def test_nothing_is_no_rate(client, company, two):
    response = page(client, company.executive, q=two[1].number)
    totals = {total.label: total.value for total in response.context["totals"]}
    assert (totals["Margin"], totals["Margin %"], totals["Estimated margin %"]) == ("¥0.00", "0 %", "36.4 %")


# ---- the pages ----


def test_the_report_on_screen_and_in_excel_agree(client, company, two):
    response = page(client, company.executive)
    assert numbers(response) == [two[1].number, two[0].number]
    totals = {total.label: total.value for total in response.context["totals"]}
    assert totals["Revenue without tax"] == "¥15,000.00"
    assert totals["Direct expenses"] == "¥1,234.56"
    assert totals["Margin"] == "¥13,765.44"
    assert totals["Margin %"] == "91.8 %"
    html = response.content.decode()
    assert "Hours of work and overhead are not recorded here" in html
    sheet = list(workbook(page(client, company.executive, export="xlsx")).iter_rows(values_only=True))
    heading = next(row for row in sheet if row[0] == "Number")
    rows = [dict(zip(heading, row, strict=True)) for row in sheet[sheet.index(heading) + 1 :]]
    assert [row["Number"] for row in rows] == [two[1].number, two[0].number, "Total of 2 rows"]
    assert money(str(rows[-1]["Margin"])) == Decimal("13765.44")
    assert money(str(rows[1]["Margin %"])) == Decimal("91.8")
    assert money(str(rows[1]["Deviation in points"])) == Decimal("55.4")
    assert Export.objects.get().rows == 2


def workbook(response):
    return load_workbook(io.BytesIO(b"".join(response.streaming_content))).active


def test_the_report_by_client_leads_to_the_engagements(client, company, two):
    response = page(client, company.executive, CLIENTS, sort="-revenue")
    assert [row.pk for row in response.context["page"].rows] == [two[0].client_id, two[1].client_id]
    address = f"{reverse(REPORT)}?client={two[0].client_id}"
    assert address in response.content.decode()
    assert numbers(client.get(address)) == [two[0].number]
    sheet = list(workbook(page(client, company.executive, CLIENTS, export="xlsx")).iter_rows(values_only=True))
    assert sheet[-1][0] == "Total of 2 rows"
    assert Decimal("13765.44") in [money(str(value)) for value in sheet[-1][2:] if value is not None]


@pytest.mark.parametrize("name", [REPORT, CLIENTS])
def test_it_is_printed(client, company, two, name):
    response = page(client, company.executive, name, export="pdf")
    assert b"".join(response.streaming_content).startswith(b"%PDF")


@pytest.mark.parametrize(
    "sort", ["contract_total", "revenue", "expenses", "margin", "estimated_margin", "deviation", "phase", "client"]
)
def test_it_is_sorted_and_turned_page_by_page(client, company, two, sort, monkeypatch):
    monkeypatch.setattr("apps.business.reports.views.EngagementProfitability.page_size", 1)
    for order in (sort, f"-{sort}"):
        first = page(client, company.executive, sort=order)
        second = client.get(first.context["next_url"])
        assert {*numbers(first), *numbers(second)} == {row.number for row in two}
        assert second.context["next_url"] == ""


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"phase": "delivered"}, 2),
        ({"phase": "closed"}, 0),
        ({"manager": "manager"}, 2),
        ({"manager": "head"}, 0),
        ({"period_from": "2026-01-02", "period_to": "2026-01-01"}, 0),
        ({"client": "0"}, 0),
    ],
)
def test_filters(client, company, two, query, found):
    for name in (REPORT, CLIENTS):
        assert len(page(client, company.executive, name, **query).context["page"].rows) == found


def test_a_page_costs_the_same_for_one_and_for_many(client, company, two):
    def queries(name):
        page(client, company.executive, name)
        with CaptureQueriesContext(connection) as asked:
            assert page(client, company.executive, name).status_code == 200
        return len(asked)

    before = [queries(REPORT), queries(CLIENTS)]
    for _number in range(28):
        business.engagement(company.manager)
    assert [queries(REPORT), queries(CLIENTS)] == before


# ---- who reads it ----


@pytest.fixture
def elsewhere(company):
    """A business manager who heads another department, and an engagement of it."""
    place = company.people["stranger"].department
    place.head = UserFactory(username="tara", department=place)
    place.head.groups.add(RoleFactory(code="business_manager"))
    place.save()
    return place.head, business.engagement(company.people["stranger"])


def test_whole_company_own_department_or_nothing(client, company, two, elsewhere):
    boss, theirs = elsewhere
    ours = {row.pk for row in two}
    expected = {
        **dict.fromkeys(("executive", "accountant", "director", "auditor"), ours | {theirs.pk}),
        "head": ours,
        **dict.fromkeys(("manager", "colleague", "stranger", "cashier", "outsider")),
    }
    for name, seen in expected.items():
        person = company.people[name]
        assert {row.pk for row in reported_to(person)} == (seen or set()), name
        assert page(client, person).status_code == (200 if seen else 403), name
        assert page(client, person, CLIENTS).status_code == (200 if seen else 403), name
    assert list(reported_to(boss)) == [theirs]


def test_a_team_shows_the_work_and_not_the_earnings(client, company, two, elsewhere):
    boss, _theirs = elsewhere
    add_member(two[0], user=boss, duty="Advises", by=company.head)
    client.force_login(boss)
    response = client.get(two[0].get_absolute_url())
    assert response.status_code == 200
    assert "Estimate at intake" not in response.content.decode()
    assert two[0].number not in page(client, boss).content.decode()


@pytest.mark.parametrize(("name", "shown"), [("executive", True), ("head", True), ("manager", False)])
def test_it_stands_on_the_pages_of_engagement_and_client(client, company, two, name, shown):
    client.force_login(company.people[name])
    html = client.get(two[0].get_absolute_url()).content.decode()
    assert ("Estimate at intake" in html) == shown
    assert ("¥13,765.44" in html) == shown
    html = client.get(two[0].client.get_absolute_url()).content.decode()
    assert ("¥13,765.44" in html) == shown
    assert (f"{reverse(REPORT)}?client={two[0].client_id}" in html) == shown
