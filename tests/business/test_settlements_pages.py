"""The pages of settlements: form, match, money, register, unbilled work, printed papers; and who sees them."""

import io
from copy import deepcopy
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from apps.business.models import Engagement, ExecutionPlan, PlanTask, Settlement
from apps.business.settlements.printing import evidence_tables, settlement_parts
from apps.core import clock
from apps.documents.evidence import pack_parts
from apps.documents.services import approve, submit
from apps.finance.billing.models import Receivable, SalesInvoice
from apps.finance.billing.services import issue_invoice, post_receivable, request_invoice
from apps.finance.receipts.services import record_receipt
from apps.notifications.models import Notification
from tests.factories import business, credit
from tests.factories.finance import FundAccountFactory
from tests.factories.settlements import (
    again,
    delivered,
    item,
    payments,
    settlement_of,
    settling_company,
    through,
)
from tests.factories.world import lasting

pytestmark = pytest.mark.django_db


def build() -> SimpleNamespace:
    """Everybody, and an engagement whose work was delivered."""
    company = settling_company()
    return SimpleNamespace(company=company, engagement=delivered(company.manager))


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
def engagement(world):
    return world.engagement


def page(client, person, name, *args, **query):
    client.force_login(person)
    return client.get(reverse(f"business:{name}", args=args), query)


def text_of(response) -> str:
    return response.content.decode()


def printed(parts) -> str:
    """Everything a printed paper says, in one text."""
    cells = [
        cell
        for table in (*parts.tables, *parts.annex)
        for row in [table.headers, *table.rows, table.totals]
        for cell in row
    ]
    return " | ".join(
        map(str, [parts.title, *(text for pair in (*parts.fields, *parts.notes) for text in pair), *cells])
    )


def posted(engagement, *lines, **values) -> dict:
    """What the browser sends of the form."""
    header = {
        "title": "Spring campaign",
        "engagement": engagement.pk,
        "confirmed_by": "Mei Lin",
        "confirmed_on": clock.today().isoformat(),
        "payment_method": "transfer",
        "payment_term_days": "30",
        "due_base": "invoice",
        "deduction": "0",
        "deduction_reason": "",
        "invoice_kind": "digital_ordinary",
        "buyer_name": "Acme",
        "buyer_uscc": "",
        "lines-TOTAL_FORMS": str(len(lines)),
        "lines-INITIAL_FORMS": "0",
        "lines-MIN_NUM_FORMS": "0",
        "lines-MAX_NUM_FORMS": "200",
        "action": "save",
    }
    for index, line in enumerate(lines):
        given = {"schedule_line": "", "description": "", "quantity": "1", "price": "0", **line}
        header |= {f"lines-{index}-{name}": str(value) for name, value in given.items()}
    return {**header, **values}


# ---- the form ----


def test_engagement_is_chosen_first(client, company, engagement):
    closed = business.engagement(company.manager, phase="closed")
    html = text_of(page(client, company.manager, "settlement-create"))
    assert engagement.number in html
    assert closed.number not in html
    assert "¥50,000.00" in html


def test_form_is_filled_in_from_the_contract(client, company, engagement):
    response = page(client, company.manager, "settlement-create", engagement=engagement.pk)
    html = text_of(response)
    first = payments(engagement)[0]
    assert f'<option value="{first.pk}" selected>1. Milestone 1 · ¥30,000.00</option>' in html
    assert 'name="lines-1-price" value="20000.00"' in html
    assert engagement.contract.number in html


@pytest.mark.parametrize(("name", "status"), [("outsider", 404), ("stranger", 404), ("accountant", 403)])
def test_others_get_no_form(client, company, engagement, name, status):
    response = page(client, company.people[name], "settlement-create", engagement=engagement.pk)
    assert response.status_code == status


@pytest.mark.parametrize(("name", "status"), [("manager", 200), ("outsider", 403), ("accountant", 403)])
def test_business_alone_begins_settlements(client, company, engagement, name, status):
    response = page(client, company.people[name], "settlement-create")
    assert response.status_code == status
    if status == 403:
        assert "Only business staff and business managers settle engagements." in text_of(response)


def test_no_engagement_of_that_number(client, company):
    assert page(client, company.manager, "settlement-create", engagement="x1").status_code == 404


def test_form_stores_what_the_service_computes(client, company, engagement):
    client.force_login(company.manager)
    first = payments(engagement)[0]
    data = posted(engagement, {"schedule_line": first.pk, "quantity": "2", "price": "1000.01"}, amount="1", total="1")
    response = client.post(reverse("business:settlement-create"), data)
    settlement = Settlement.objects.get()
    assert response.url == settlement.get_absolute_url()
    line = settlement.lines.get()
    assert (line.schedule_line, line.amount) == (first, Decimal("2000.02"))
    assert (settlement.engagement, settlement.contract) == (engagement, engagement.contract)
    assert (settlement.total, settlement.amount) == (Decimal("2000.02"), Decimal("2000.02"))


def test_form_says_at_the_fields_what_is_missing(client, company, engagement):
    client.force_login(company.manager)
    data = posted(engagement, {"price": "60000"}, confirmed_by="", action="submit")
    response = client.post(reverse("business:settlement-create"), data, follow=True)
    html = text_of(response)
    assert "Say who at the client confirmed amount and payment method." in html
    assert "only ¥50,000.00 is left of ¥50,000.00" in html
    assert "Attach what the client confirmed it with" in html
    assert "Choose a scheduled payment or say what is settled." in html


def test_engagement_of_somebody_else_is_not_taken(client, company):
    foreign = business.engagement(company.stranger)
    client.force_login(company.manager)
    response = client.post(reverse("business:settlement-create"), posted(foreign, {"price": "5"}))
    assert response.status_code == 422
    assert not Settlement.objects.exists()


def test_stored_settlement_keeps_its_engagement(client, company, engagement):
    settlement = settlement_of(company.manager, engagement)
    other = business.engagement(company.manager)
    client.force_login(company.manager)
    response = client.post(settlement.url("update"), posted(other, {"price": "5"}))
    assert response.status_code == 422
    assert again(settlement).engagement == engagement


def test_preview_tells_net_tax_and_what_is_left(client, company, engagement):
    client.force_login(company.manager)
    html = text_of(client.post(reverse("business:settlement-preview"), posted(engagement, {"price": "10600"})))
    assert "¥10,000.00 without tax and ¥600.00 tax (6%)." in html
    assert "¥39,400.00 of the contract stay unsettled." in html
    html = text_of(client.post(reverse("business:settlement-preview"), posted(engagement, {"price": "50000.01"})))
    assert "but only ¥50,000.00 is left" in html
    assert not Settlement.objects.exists()


def test_draft_keeps_itself(client, company, engagement):
    client.force_login(company.manager)
    answer = client.post(reverse("business:settlement-autosave"), posted(engagement, {"price": "5"})).json()
    settlement = Settlement.objects.get(pk=answer["id"])
    assert answer["fields"]["lines-0-id"] == str(settlement.lines.get().pk)


# ---- the paper ----


def test_three_sides_stand_beside_each_other(client, company, engagement):
    plan = business.paper(ExecutionPlan, company.manager, engagement=engagement)
    PlanTask.objects.create(plan=plan, wbs="1", title="Media plan", deliverable="The plan as PDF", progress=100)
    settlement = submit(settlement_of(company.manager, engagement), by=company.manager)
    loose = settlement_of(company.manager, engagement, item("5.00"))
    html = text_of(page(client, company.manager, "settlement-detail", loose.pk))
    assert "Some lines stand against no scheduled payment." in html
    html = text_of(page(client, company.head, "settlement-detail", settlement.pk))
    for text in ("Milestone 1", "1 Media plan", "The plan as PDF", "Billed by this settlement", "Three-way match"):
        assert text in html
    assert "Agrees" in html


def test_money_is_shown_step_by_step(client, company, engagement):
    settlement = through(company, settlement_of(company.manager, engagement))
    html = text_of(page(client, company.manager, "settlement-detail", settlement.pk))
    receivable = Receivable.objects.get()
    assert f"{reverse('finance:salesinvoice-request')}?receivable={receivable.pk}" in html
    assert "To be invoiced" in html
    invoiced(company, settlement)
    html = text_of(page(client, company.manager, "settlement-detail", settlement.pk))
    assert "26332000000000000001" in html
    assert "Invoiced" in html


def invoiced(company, settlement, number="26332000000000000001", total=None) -> SalesInvoice:
    """An invoice over the settlement, issued by Finance."""
    invoice = request_invoice(
        Receivable.objects.get(document=settlement.pk),
        by=company.manager,
        kind="digital_ordinary",
        buyer_name="Acme",
        total=total,
    )
    return issue_invoice(invoice, by=company.director, invoice_number=number, issued_on=clock.today())


def paid(company, settlement, amount):
    """A receipt of the client, put to the oldest invoices."""
    return record_receipt(
        client=settlement.client,
        account=FundAccountFactory(code="BANK"),
        payer_name="Acme",
        amount=amount,
        received_on=clock.today(),
        bank_reference=f"TX{settlement.pk}-{amount}",
        by=company.cashier,
        amounts="oldest",
    )


def test_standing_follows_the_money_and_business_is_told(company, engagement):
    settlement = through(company, settlement_of(company.manager, engagement, item("50000.00")))
    assert again(settlement).standing[0] == "to_invoice"
    invoiced(company, settlement)
    assert again(settlement).standing[0] == "invoiced"
    paid(company, settlement, Decimal("20000.00"))
    assert again(settlement).standing[0] == "partly_collected"
    paid(company, settlement, Decimal("30000.00"))
    assert again(settlement).standing[0] == "collected"
    Notification.objects.all().delete()
    post_receivable(Receivable.objects.get(), by=company.director, voucher_ref="V-1")
    assert again(settlement).standing[0] == "posted"
    told = list(Notification.objects.filter(recipient=company.manager).values_list("title", flat=True))
    assert any("posted" in title for title in told)
    assert f"Everything of {engagement.number} is settled, paid and booked: it can be closed" in told
    assert Engagement.objects.get(pk=engagement.pk).phase == "settling"


def test_invoiced_settlement_is_not_cancelled(company, engagement):
    settlement = through(company, settlement_of(company.manager, engagement))
    receivable = Receivable.objects.get()
    invoice = request_invoice(receivable, by=company.manager, kind="digital_ordinary", buyer_name="Acme")
    assert "An invoice has been requested" in again(settlement).cancel_refusal()
    issue_invoice(invoice, by=company.director, invoice_number="26332000000000000001", issued_on=clock.today())
    assert "¥30,000.00 of it is invoiced" in again(settlement).cancel_refusal()


# ---- lists ----


def test_register_shows_every_column(client, company, engagement):
    first = through(company, settlement_of(company.manager, engagement))
    second = through(company, settlement_of(company.manager, engagement, item("5000.00", payments(engagement)[1])))
    invoiced(company, first, total=Decimal("10000.00"))
    invoiced(company, first, "26332000000000000002")
    paid(company, first, Decimal("10000.00"))
    client.force_login(company.auditor)
    response = client.get(reverse("business:settlement-register"), {"export": "xlsx"})
    sheet = load_workbook(io.BytesIO(b"".join(response))).active
    rows = list(sheet.iter_rows(values_only=True))
    head = next(index for index, row in enumerate(rows) if "Settled before" in row)
    found = {row[0]: dict(zip(rows[head], row, strict=True)) for row in rows[head + 1 :] if row[0]}
    one, two = found[first.number], found[second.number]
    assert (one["Settled before"], one["This settlement"], one["Cumulative %"]) == (0, 30000, 60)
    assert (two["Settled before"], two["This settlement"], two["Cumulative %"]) == (30000, 5000, 70)
    assert one["Invoice"] == "26332000000000000001 and 1 more"
    assert (one["Received"], one["Outstanding"], one["Contract total"]) == (10000, 20000, 50000)
    assert (one["Days to invoice"], two["Days to invoice"]) == (0, None)


def test_register_equals_what_is_reckoned_anew(client, company):
    """Every figure of the register, to the cent, from the papers alone."""
    engagements = [delivered(company.manager, schedule=("1000.00", "777.77")) for _number in range(3)]
    for number, engagement in enumerate(engagements * 2):
        lines = [item("100.03"), item("33.33", quantity=Decimal("1.37"))]
        paper = settlement_of(
            company.manager, engagement, *lines, deduction=Decimal(number), deduction_reason="agreed" if number else ""
        )
        paper = through(company, paper)
        if number % 2:
            invoiced(company, paper, f"2633200000000000{number:04}")
            paid(company, paper, paper.total - number)
    client.force_login(company.accountant)
    response = client.get(reverse("business:settlement-register"))
    sums = {total.label: total.value for total in response.context["totals"]}
    papers = list(Settlement.objects.filter(state="approved"))
    whole = sum(line.quantity * line.price for paper in papers for line in paper.lines.all())
    assert len(papers) == 6
    gross = [sum((line.amount for line in paper.lines.all()), Decimal(0)) for paper in papers]
    total = sum(gross) - sum(paper.deduction for paper in papers)
    assert abs(whole - sum(gross)) < Decimal("0.06")
    collected = sum(
        (row.amount for invoice in SalesInvoice.objects.all() for row in invoice.allocations.all()), Decimal(0)
    )
    nets = [((g - p.deduction) / Decimal("1.06")).quantize(Decimal("0.01")) for g, p in zip(gross, papers, strict=True)]
    assert sums == {
        "Rows": "6",
        "This settlement": f"¥{total:,}",
        "Tax": f"¥{total - sum(nets):,}",
        "Received": f"¥{collected:,}",
        "Outstanding": f"¥{total - collected:,}",
    }


def test_unbilled_work_is_listed_until_it_is_settled(client, company, engagement):
    Engagement.objects.filter(pk=engagement.pk).update(phase="executing")
    waits = delivered(company.manager, days_ago=40)
    done = delivered(company.manager, schedule=("100.00",))
    through(company, settlement_of(company.manager, done))
    response = page(client, company.head, "engagement-unbilled")
    (row,) = response.context["page"].rows
    assert (row.number, row.left) == (waits.number, Decimal("50000.00"))
    assert 'class="row-overdue"' in text_of(response)
    assert ">40<" in text_of(response)


def test_registers_show_what_a_person_may_see(client, company, engagement):
    through(company, settlement_of(company.manager, engagement))
    for name in ("settlement-register", "engagement-unbilled"):
        for person, rows in (("manager", 1), ("head", 1), ("accountant", 1), ("auditor", 1), ("stranger", 0)):
            response = page(client, company.people[person], name)
            assert len(response.context["page"].rows) == rows, (name, person)
        assert page(client, company.outsider, name).status_code == 403


def test_lists_ask_as_often_for_one_row_as_for_thirty(client, company):
    def count() -> dict[str, int]:
        client.force_login(company.head)
        asked = {}
        for name in ("settlement-list", "settlement-register", "engagement-unbilled"):
            client.get(reverse(f"business:{name}"))
            with CaptureQueriesContext(connection) as caught:
                response = client.get(reverse(f"business:{name}"))
            assert len(response.context["page"].rows) == Settlement.objects.count() + (name == "engagement-unbilled")
            asked[name] = len(caught)
        return asked

    def stored() -> None:
        """A settlement as the approval leaves it, without its history."""
        work = delivered(company.manager)
        values = {"amount": Decimal("5.00"), "client": work.client, "contract": work.contract}
        paper = business.paper(Settlement, company.manager, engagement=work, **values)
        credit.owed(work.client, company.manager, "5.00", document=paper, contract=work.contract)

    through(company, settlement_of(company.manager, delivered(company.manager), item("5.00")))
    one = count()
    for _number in range(28):
        stored()
    assert count() == one


# ---- print ----


def test_form_is_printed(client, company, engagement):
    settlement = through(company, settlement_of(company.manager, engagement))
    response = page(client, company.manager, "settlement-print", settlement.pk)
    assert b"".join(response).startswith(b"%PDF")
    parts = settlement_parts(settlement)
    assert (parts.amount, parts.vouchers) == (Decimal("30000.00"), 1)
    text = printed(parts)
    for part in ("Business settlement application form", "Mei Lin, director", "Milestone 1", "¥1,698.11 (6%)"):
        assert part in text
    assert engagement.contract.number in text


def test_evidence_pack_lists_files_and_approvals(client, company, engagement):
    settlement = settlement_of(company.manager, engagement)
    assert page(client, company.manager, "settlement-evidence", settlement.pk).status_code == 403
    settlement = through(company, settlement)
    invoiced(company, settlement)
    response = page(client, company.accountant, "settlement-evidence", settlement.pk)
    assert b"".join(response).startswith(b"%PDF")
    text = printed(pack_parts(settlement, settlement_parts(settlement), evidence_tables(settlement)))
    for part in (settlement.attachments.get().sha256, settlement.content_hash(), "confirmation.pdf", "Accountant"):
        assert part in text
    assert "26332000000000000001" in text
    assert page(client, company.outsider, "settlement-evidence", settlement.pk).status_code == 404


# ---- who sees it ----


def test_outsiders_see_nothing(client, company, engagement):
    settlement = through(company, settlement_of(company.manager, engagement))
    file = settlement.attachments.get()
    pages = [settlement.url(name) for name in ("detail", "print", "history", "update", "evidence")]
    pages.append(settlement.url("file", file.pk))
    for person in (company.outsider, company.stranger):
        client.force_login(person)
        for address in pages:
            assert client.get(address).status_code == 404, address
        assert settlement.number not in text_of(client.get(reverse("business:settlement-list")))
    client.force_login(company.accountant)
    assert client.get(pages[0]).status_code == 200


def test_who_controls_sees_every_settlement(client, company, engagement):
    settlement = submit(settlement_of(company.manager, engagement), by=company.manager)
    for name in ("head", "accountant", "director", "cashier", "auditor", "executive"):
        assert page(client, company.people[name], "settlement-detail", settlement.pk).status_code == 200, name


def test_finance_is_offered_no_change(client, company, engagement):
    settlement = submit(settlement_of(company.manager, engagement), by=company.manager)
    approve(again(settlement), by=company.head)
    client.force_login(company.accountant)
    html = text_of(client.get(settlement.url("detail")))
    assert settlement.url("return") in html
    assert settlement.url("update") not in html
    assert client.get(settlement.url("update")).status_code == 403


def test_engagement_shows_its_money(client, company, engagement):
    settlement = through(company, settlement_of(company.manager, engagement))
    html = text_of(client_page(client, company.manager, engagement))
    assert settlement.number in html
    assert f"{reverse('business:settlement-create')}?engagement={engagement.pk}" in html


def client_page(client, person, engagement):
    client.force_login(person)
    return client.get(engagement.get_absolute_url())
