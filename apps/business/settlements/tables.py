"""Columns of settlements, of the settlement register (domain.md §4.5), and of the work that is not billed."""

from decimal import Decimal

from django.utils.timezone import localdate
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.business.engagements.models import Engagement
from apps.business.settlements.models import Settlement
from apps.business.settlements.money import receivable_of
from apps.core import clock
from apps.core.models import in_readers_language
from apps.core.money import quantize
from apps.core.tables import Column, Table
from apps.documents.tables import DocumentTable


def cumulative(paper: Settlement) -> Decimal | None:
    """What is settled of the contract with this settlement, in percent."""
    if not paper.contract_total:
        return None
    return quantize((paper.before + paper.total) * 100 / paper.contract_total)


def invoice_of(paper: Settlement) -> str:
    """The first invoice that counts, and how many there are besides."""
    if not paper.first_invoice:
        return ""
    more = paper.invoice_count - 1
    return (
        _now("%(number)s and %(more)s more") % {"number": paper.first_invoice, "more": more}
        if more
        else (paper.first_invoice)
    )


def days_to_invoice(paper: Settlement) -> int | None:
    """From first hand-in to the first invoice."""
    if paper.invoiced_on is None or paper.submitted_at is None:
        return None
    return (paper.invoiced_on - localdate(paper.submitted_at)).days


def days_to_collect(paper: Settlement) -> int | None:
    """From the first invoice until all of it was collected."""
    collected_on = paper.receivable.collected_on
    return (collected_on - paper.invoiced_on).days if collected_on and paper.invoiced_on else None


def days_since_delivery(engagement: Engagement) -> int | None:
    """How long delivered work has not been billed."""
    return (clock.today() - engagement.delivered_on).days if engagement.delivered_on else None


def department_of(paper: Settlement) -> str:
    """The department of a row that carries its names."""
    return in_readers_language(paper.department_name, paper.department_name_en)


def received(paper: Settlement) -> Decimal:
    """What the client has paid of it."""
    receivable = receivable_of(paper)
    return receivable.collected if receivable is not None else Decimal("0.00")


def outstanding(paper: Settlement) -> Decimal:
    """What the client still has to pay."""
    return paper.total - received(paper)


class SettlementTable(DocumentTable):
    """The settlements somebody may see."""

    columns = [
        Column("number", _("Number"), kind="link", sort="number", accessor=lambda paper: paper.number or _now("Draft")),
        Column("title", _("What is settled"), kind="longtext", width=36),
        Column("client", _("Client"), accessor="client.name"),
        Column("engagement", _("Engagement"), accessor="engagement.number"),
        Column("applicant", _("Applicant"), accessor="applicant.name"),
        Column("department", _("Department"), accessor="department.label", export_only=True),
        Column("deduction", _("Deduction"), kind="money", export_only=True, total=True),
        Column("net", _("Amount without tax"), kind="money", export_only=True, total=True),
        Column("tax", _("Tax"), kind="money", export_only=True, total=True),
        Column("total", _("Total"), kind="money", total=True),
        Column("state", _("State"), kind="badge", accessor="standing"),
        Column("submitted_at", _("Submitted"), kind="datetime"),
    ]
    caption = _("Business settlements")
    empty_title = _("No settlements yet")
    empty_hint = _("Once the work of an engagement is done, what the client owes is settled here.")


class RegisterTable(Table):
    """One row per approved settlement: what was settled, invoiced, received and booked."""

    columns = [
        Column("number", _("Number"), kind="link", sort="number"),
        Column("date", _("Date"), kind="date", accessor="closed_at"),
        Column("engagement", _("Engagement"), accessor="engagement_number"),
        Column("client", _("Client"), accessor="client_name", width=30),
        Column("department", _("Department"), accessor=department_of, export_only=True),
        Column("contract", _("Contract"), accessor="contract_number", export_only=True),
        Column("contract_total", _("Contract total"), kind="money"),
        Column("before", _("Settled before"), kind="money"),
        Column("total", _("This settlement"), kind="money", total=True),
        Column("cumulative", _("Cumulative %"), kind="number", accessor=cumulative),
        Column("tax", _("Tax"), kind="money", total=True),
        Column("invoice", _("Invoice"), accessor=invoice_of, width=28),
        Column("invoiced_on", _("Invoiced on"), kind="date"),
        Column("received", pgettext_lazy("money", "Received"), kind="money", accessor=received, total="sum_received"),
        Column("outstanding", _("Outstanding"), kind="money", accessor=outstanding, total="sum_outstanding"),
        Column("payment_method", _("Payment method")),
        Column("days_to_invoice", _("Days to invoice"), kind="number", accessor=days_to_invoice),
        Column("days_to_collect", _("Days to collect"), kind="number", accessor=days_to_collect),
        Column("posted_on", _("Posted"), kind="date", accessor="receivable.posted_on"),
        Column("state", _("State"), kind="badge", accessor="standing"),
    ]
    default_sort = "-pk"
    caption = _("Settlement register")
    empty_title = _("Nothing is settled yet")
    empty_hint = _("Each settlement is entered here once Finance has approved it.")


class UnbilledTable(Table):
    """Delivered work that waits to be settled."""

    columns = [
        Column("number", _("Engagement"), kind="link", sort="number"),
        Column("title", _("Title"), kind="longtext", width=36),
        Column("client", _("Client"), accessor="client.name", width=30),
        Column("manager", _("Manager"), accessor="manager.name"),
        Column("department", _("Department"), accessor="department.label", export_only=True),
        Column("contract", _("Contract"), accessor="contract.number", export_only=True),
        Column("contract_total", _("Contract total"), kind="money", total="contract_total"),
        Column("settled", _("Settled"), kind="money", accessor="contract.settled", total=True),
        Column("settling", _("In settlement"), kind="money", accessor="contract.settling", total=True),
        Column("left", _("Not settled"), kind="money", total="left"),
        Column("delivered_on", _("Delivered on"), kind="date"),
        Column("days", _("Days since delivery"), kind="number", accessor=days_since_delivery),
    ]
    default_sort = "-pk"
    caption = _("Delivered and not billed")
    empty_title = _("Everything delivered is billed")
    empty_hint = _("Engagements appear here from their delivery until their contract is settled in full.")

    def row_class(self, row: Engagement) -> str:
        days = days_since_delivery(row)
        return "row-overdue" if days is not None and days > 30 else ""
