"""Registers and reports (domain.md §4) on screen, in Excel and PDF, equal to the cent to what the base rows add up to.

The other side of each comparison is plain Python over rows that are entered once and never summed up: papers, lines of
approval, invoices, allocations. Sums that the tables carry along (settled, invoiced, collected, …) are not used.
"""

import datetime as dt
import io
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from apps.business.models import AgencyContract, ContractSupplement, Engagement, EngagementIntake, Settlement
from apps.core.money import format_money, quantize
from apps.core.registers import printed_columns
from apps.finance.billing.models import Receivable, SalesInvoice
from apps.finance.expenses.models import ExpenseClaim
from apps.finance.receipts.models import Receipt, ReceiptAllocation
from apps.finance.receivables.models import ReceivablesSettings
from tests.factories.history import START, Story, on

ZERO = Decimal("0.00")
Rows = dict[str, dict[str, Decimal]]


@dataclass(frozen=True)
class Register:
    """One register: its address, the heading that names a row, and what its rows have to say."""

    url_name: str
    key: str
    expected: Callable[[], Rows]
    query: tuple[tuple[str, str], ...] = ()


# ---- the base rows, in plain Python ----


def approved(model) -> list:
    return list(model.objects.filter(state="approved"))


def issued() -> list[SalesInvoice]:
    return list(SalesInvoice.objects.exclude(status__in=["requested", "void"]).select_related("receivable"))


def settled_of(contract) -> Decimal:
    return sum((paper.total for paper in approved(Settlement) if paper.contract_id == contract.pk), ZERO)


def settling_of(contract) -> Decimal:
    return sum((paper.total for paper in Settlement.objects.filter(contract=contract, state="in_review")), ZERO)


def total_of(contract) -> Decimal:
    changes = (paper.change for paper in approved(ContractSupplement) if paper.contract_id == contract.pk)
    return contract.fee + sum(changes, ZERO)


def paid_of(invoice, day: dt.date | None = None) -> Decimal:
    rows = ReceiptAllocation.objects.filter(invoice=invoice)
    return sum((row.amount for row in rows if day is None or row.on <= day), ZERO)


def red_of(invoice, day: dt.date | None = None) -> Decimal:
    reds = SalesInvoice.objects.filter(red_of=invoice)
    return sum((-red.total for red in reds if day is None or red.issued_on <= day), ZERO)


def collected_of(paper) -> Decimal:
    rows = ReceiptAllocation.objects.filter(invoice__receivable__document=paper.pk)
    return sum((row.amount for row in rows), ZERO)


def intakes() -> Rows:
    return {
        paper.number: {
            "Estimated fee": paper.amount,
            "Estimated cost": paper.estimated_cost,
            "Margin": paper.amount - paper.estimated_cost,
        }
        for paper in EngagementIntake.objects.exclude(state="draft")
    }


def contracts() -> Rows:
    return {
        paper.number: {
            "Fee": paper.fee,
            "Supplements": total_of(paper) - paper.fee,
            "Total": total_of(paper),
            "In settlement": settling_of(paper),
            "Settled": settled_of(paper),
            "Not settled": total_of(paper) - settled_of(paper),
        }
        for paper in approved(AgencyContract)
    }


def settlements() -> Rows:
    found = {}
    for paper in approved(Settlement):
        earlier = [row for row in approved(Settlement) if row.contract_id == paper.contract_id]
        before = sum((row.total for row in earlier if (row.closed_at, row.pk) < (paper.closed_at, paper.pk)), ZERO)
        whole = total_of(paper.contract)
        found[paper.number] = {
            "Contract total": whole,
            "Settled before": before,
            "This settlement": paper.total,
            "Cumulative %": quantize((before + paper.total) * 100 / whole),
            "Tax": paper.total - paper.net,
            "Received": collected_of(paper),
            "Outstanding": paper.total - collected_of(paper),
        }
    return found


def invoices() -> Rows:
    found = {}
    for row in issued():
        is_red = row.red_of_id is not None
        found[row.number] = {
            "Without tax": row.net,
            "Tax": row.total - row.net,
            "Total": row.total,
            "Reversed": red_of(row),
            "Collected": paid_of(row),
            "Open": ZERO if is_red else row.total - paid_of(row) - red_of(row),
        }
    return found


def receivables() -> Rows:
    found = {}
    for row in Receivable.objects.select_related("document"):
        gone = row.cancelled_on is not None
        requests = row.invoices.filter(status="requested")
        found[row.document.number] = {
            "Without tax": row.net,
            "Tax": row.total - row.net,
            "Total": row.total,
            "Requested": sum((invoice.total for invoice in requests), ZERO),
            "Invoiced": sum((invoice.total for invoice in issued() if invoice.receivable_id == row.pk), ZERO),
            "Collected": collected_of(row.document),
            "Outstanding": ZERO if gone else row.total - collected_of(row.document),
        }
    return found


def tenth(part: Decimal, whole: Decimal) -> Decimal:
    return (part * 100 / whole).quantize(Decimal("0.1"), rounding="ROUND_HALF_UP")


def earned(engagements: list[Engagement], first: dt.date = dt.date.min, last: dt.date = dt.date.max) -> dict:
    """What these engagements brought, spent and were expected to bring."""
    contract_ids = {row.contract_id for row in engagements}
    papers = [
        paper
        for paper in approved(Settlement)
        if paper.contract_id in contract_ids and first <= local(paper.closed_at) <= last
    ]
    claims = [
        claim
        for claim in approved(ExpenseClaim)
        if claim.charged_to_id in contract_ids and first <= local(claim.closed_at) <= last
    ]
    revenue = sum((paper.net for paper in papers), ZERO)
    spent = sum((line.payable for claim in claims for line in claim.ordered_lines), ZERO)
    fees = [quantize(row.contract.intake.amount / (1 + row.contract.tax_rate)) for row in engagements]
    cost = sum((row.contract.intake.estimated_cost for row in engagements), ZERO)
    expected = sum(fees, ZERO) - cost
    return {
        "Contract total": sum((total_of(row.contract) for row in engagements), ZERO),
        "Revenue without tax": revenue,
        "Collected with tax": sum((collected_of(paper) for paper in papers), ZERO),
        "Direct expenses": spent,
        "Margin": revenue - spent,
        **({"Margin %": tenth(revenue - spent, revenue)} if revenue else {}),
        "Estimated fee without tax": sum(fees, ZERO),
        "Estimated cost": cost,
        "Estimated margin": expected,
        "Estimated margin %": tenth(expected, sum(fees, ZERO)),
        "Deviation": revenue - spent - expected,
    }


def local(moment: dt.datetime) -> dt.date:
    return moment.astimezone(dt.timezone(dt.timedelta(hours=8))).date()


def all_work() -> list[Engagement]:
    return list(Engagement.objects.select_related("contract__intake", "client"))


def by_engagement() -> Rows:
    return {work.number: earned([work]) for work in all_work()}


#: days of the history that a period of the report begins and ends with
FIRST, LAST = (START + dt.timedelta(days=day) for day in (60, 100))


def by_engagement_in_between() -> Rows:
    found = {work.number: earned([work], FIRST.date(), LAST.date()) for work in all_work()}
    return {number: row for number, row in found.items() if row["Revenue without tax"] or row["Direct expenses"]}


def by_client() -> Rows:
    found = defaultdict(list)
    for work in all_work():
        found[work.client.number].append(work)
    return {number: earned(rows) for number, rows in found.items()}


def ageing(day: dt.date) -> Rows:
    """What each client owed on a day, and what it had paid without an invoice."""
    limits = list(ReceivablesSettings.current().limits)
    names = ["Not due", *(f"{low + 1}–{high} days" for low, high in zip([0, *limits], limits, strict=False))]
    names.append(f"> {limits[-1]} days")
    found: dict[str, dict] = defaultdict(lambda: dict.fromkeys(["Outstanding", *names, "Unapplied receipts"], ZERO))
    for row in issued():
        if row.red_of_id or row.issued_on > day:
            continue
        if owed := row.total - paid_of(row, day) - red_of(row, day):
            late = (day - row.due_on).days
            place = 0 if late <= 0 else 1 + sum(late > limit for limit in limits)
            found[row.client.name]["Outstanding"] += owed
            found[row.client.name][names[place]] += owed
    for receipt in Receipt.objects.filter(received_on__lte=day):
        if receipt.voided_on is None or receipt.voided_on > day:
            put = sum((row.amount for row in receipt.allocations.all() if row.on <= day), ZERO)
            if receipt.amount - put:
                found[receipt.client.name]["Unapplied receipts"] += receipt.amount - put
    return dict(found)


def day_of(number: int) -> dt.date:
    return (START + dt.timedelta(days=number)).date()


REGISTERS = [
    Register("business:intake-register", "Number", intakes),
    Register("business:contract-register", "Number", contracts),
    Register("business:settlement-register", "Number", settlements),
    Register("finance:salesinvoice-list", "Number", invoices),
    Register("finance:receivable-list", "Settlement", receivables),
    Register("business:profitability", "Number", by_engagement),
    Register(
        "business:profitability",
        "Number",
        by_engagement_in_between,
        (("period_from", str(FIRST.date())), ("period_to", str(LAST.date()))),
    ),
    Register("business:profitability-clients", "Number", by_client),
    Register("finance:ageing", "Client", lambda: ageing(day_of(160))),
    Register("finance:ageing", "Client", lambda: ageing(day_of(90)), (("as_of", str(day_of(90))),)),
]


# ---- the registers, as people read them ----


def on_screen(client, register: Register) -> tuple[Rows, dict[str, str]]:
    """All rows page by page, and the totals in words."""
    url, rows = f"{reverse(register.url_name)}?{query_of(register)}", {}
    totals = None
    while url:
        context = client.get(url).context
        columns = context["table"].export_columns()
        key = next(column for column in columns if str(column.header) == register.key)
        for row in context["page"].rows:
            rows[str(key.read(row))] = {
                str(column.header): Decimal(column.read(row))
                for column in columns
                if column.kind in ("money", "number") and column.read(row) is not None
            }
        totals = context["totals"] if totals is None else totals
        url = context["next_url"]
    if totals is None:
        totals = client.get(f"{reverse(register.url_name)}?{query_of(register)}&totals=1").context["totals"]
    return rows, {total.label: total.value for total in totals}


def query_of(register: Register) -> str:
    return "&".join(f"{name}={value}" for name, value in register.query)


def in_excel(client, register: Register) -> tuple[Rows, dict[str, Decimal]]:
    answer = client.get(reverse(register.url_name), {**dict(register.query), "export": "xlsx"})
    table = list(load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.iter_rows(values_only=True))
    head = next(index for index, row in enumerate(table) if register.key in row)
    found = {}
    for row in table[head + 1 :]:
        values = dict(zip(table[head], row, strict=True))
        found[str(values[register.key] or row[0])] = {
            name: Decimal(str(value)) for name, value in values.items() if isinstance(value, int | float)
        }
    last = next(name for name in found if name.startswith("Total of"))
    return found, found.pop(last)


def in_print(client, register: Register) -> str:
    """The words of the printed register, without its line breaks."""
    answer = client.get(reverse(register.url_name), {**dict(register.query), "export": "pdf"})
    asked = ["pdftotext", "-raw", "-", "-"]
    found = subprocess.run(asked, input=b"".join(answer.streaming_content), check=True, capture_output=True)
    return "".join(found.stdout.decode().split())


@pytest.mark.django_db
def test_every_register_equals_the_base_rows(client):
    company = Story().write()
    client.force_login(company.executive)
    with on(160):
        for register in REGISTERS:
            compare(client, register)


def compare(client, register: Register) -> None:
    """Row by row and column by column; then the totals of all three."""
    expected, name = register.expected(), f"{register.url_name}?{query_of(register)}"
    screen, words = on_screen(client, register)
    book, sums = in_excel(client, register)
    assert expected, name
    for place, rows in (("screen", screen), ("Excel", book)):
        assert set(rows) == set(expected), (name, place)
        for number, wanted in expected.items():
            found = {header: rows[number].get(header, ZERO) for header in wanted}
            assert found == wanted, (name, place, number)
    printed = in_print(client, register) if shutil.which("pdftotext") else None
    table = client.get(f"{reverse(register.url_name)}?{query_of(register)}").context["table"]
    on_paper = {str(column.header) for column in printed_columns(table)}
    for header in added_up(name, expected, sums):
        whole = sum((row[header] for row in expected.values()), ZERO)
        assert sums[header] == whole, (name, header)
        said = words[header] if header in words else words[header.removesuffix(" days")]
        assert said == format_money(whole), (name, header)
        if printed is not None and header in on_paper:
            assert f"{whole:,.2f}" in printed, (name, header)


def added_up(name: str, expected: Rows, sums: dict[str, Decimal]) -> list[str]:
    """The columns of money that the register adds up."""
    found = [header for header in next(iter(expected.values())) if header in sums]
    assert found, name
    return found
