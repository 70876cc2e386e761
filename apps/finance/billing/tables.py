"""Columns of the queue of invoices, of the invoice register and of the receivables."""

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.tables import Column, Table
from apps.finance.billing.models import Receivable, SalesInvoice

#: the colour a state is shown in
COLOURS = {
    "requested": "info",
    "issued": "info",
    "invoiced": "info",
    "to_invoice": "warning",
    "partly_invoiced": "warning",
    "partly_collected": "partial",
    "collected": "paid",
    "posted": "done",
    "reversed": "cancelled",
    "cancelled": "cancelled",
    "void": "cancelled",
    "red": "danger",
}


def badge_of(row: Receivable | SalesInvoice) -> tuple[str, str]:
    """Colour and words of how far it is; what is due since yesterday says so."""
    code, words = row.standing
    if is_overdue(row):
        return "overdue", _now("Overdue")
    return COLOURS[code], str(words)


def is_overdue(row) -> bool:
    """Whether an invoice should have been paid by now."""
    return bool(isinstance(row, SalesInvoice) and row.open_amount and row.due_on < clock.today())


def _settlement(column: str = "settlement", path: str = "receivable.document.number") -> Column:
    return Column(column, _("Settlement"), accessor=path, width=16)


class RequestedTable(Table):
    """Requests that wait for Finance."""

    columns = [
        Column("number", _("Number"), kind="link", sort="number"),
        Column("client", _("Client"), accessor="client.name", kind="longtext"),
        _settlement(),
        Column("kind", _("Invoice kind")),
        Column("buyer_name", _("Buyer"), kind="longtext", export_only=True),
        Column("buyer_uscc", _("Buyer's tax number"), width=22, export_only=True),
        Column("net", _("Without tax"), kind="money", export_only=True, total=True),
        Column("tax", _("Tax"), kind="money", export_only=True, total=True),
        Column("total", _("Total"), kind="money", sort="total", total=True),
        Column("requested_by", _("Requested by"), accessor="requested_by.name"),
        Column("requested_at", _("Requested at"), kind="datetime", sort="requested_at"),
        Column("remark", _("Remark"), kind="longtext"),
    ]
    default_sort = "pk"
    caption = _("Requested invoices")
    empty_title = _("No invoice is asked for")
    empty_hint = _("What Business requests appears here until it is issued.")


class ToRequestTable(Table):
    """Receivables of which something stands on no request yet."""

    columns = [
        Column("paper", _("Settlement"), kind="link", accessor="document.number", width=16),
        Column("client", _("Client"), accessor="client.name", kind="longtext"),
        Column("opened_on", _("Approved on"), kind="date", sort="opened_on"),
        Column("manager", _("Responsible"), accessor="manager.name"),
        Column("total", _("Total"), kind="money", sort="total", total=True),
        Column("requested", _("Requested"), kind="money", total=True),
        Column("invoiced", _("Invoiced"), kind="money", total=True),
        Column("to_request", _("To be requested"), kind="money", total="still_to_request"),
    ]
    default_sort = "pk"
    caption = _("Receivables to be invoiced")
    empty_title = _("Everything is requested or invoiced")
    empty_hint = _("An approved settlement appears here until all of it is requested.")


class InvoiceTable(Table):
    """The invoice register: what was issued, red invoices with minus."""

    columns = [
        Column("number", _("Number"), kind="link", sort="number"),
        Column("kind", _("Invoice kind")),
        Column("code", _("Invoice code"), width=14, export_only=True),
        Column("invoice_number", _("Invoice number"), width=24),
        Column("issued_on", _("Issued on"), kind="date", sort="issued_on"),
        Column("due_on", _("Due on"), kind="date", sort="due_on"),
        Column("client", _("Client"), accessor="client.name", kind="longtext"),
        Column("buyer_name", _("Buyer"), export_only=True, width=24),
        Column("buyer_uscc", _("Buyer's tax number"), width=22, export_only=True),
        _settlement(),
        Column("net", _("Without tax"), kind="money", total=True),
        Column("tax", _("Tax"), kind="money", total=True),
        Column("total", _("Total"), kind="money", sort="total", total=True),
        Column("reversed_total", _("Reversed"), kind="money", total=True, export_only=True),
        Column("collected", _("Collected"), kind="money", total=True),
        Column("open_amount", _("Open"), kind="money", total="still_open"),
        Column("state", _("State"), kind="badge", accessor=badge_of),
        Column("red_of", _("Red of"), accessor="red_of.number", width=16),
        Column("issued_by", _("Issued by"), accessor="issued_by.name", export_only=True),
    ]
    default_sort = "-pk"
    caption = _("Invoice register")
    empty_title = _("No invoices yet")
    empty_hint = _("Each invoice that Finance issues is a row here.")

    def row_class(self, row: SalesInvoice) -> str:
        return "row-overdue" if is_overdue(row) else ""


class ReceivableTable(Table):
    """What clients owe, by settlement."""

    columns = [
        Column("paper", _("Settlement"), kind="link", accessor="document.number", width=16),
        Column("client", _("Client"), accessor="client.name", kind="longtext"),
        Column("department", _("Department"), accessor="department.label", export_only=True),
        Column("manager", _("Responsible"), accessor="manager.name"),
        Column("opened_on", _("Approved on"), kind="date", sort="opened_on"),
        Column("net", _("Without tax"), kind="money", total=True, export_only=True),
        Column("tax", _("Tax"), kind="money", total=True, export_only=True),
        Column("total", _("Total"), kind="money", sort="total", total=True),
        Column("requested", _("Requested"), kind="money", total=True, export_only=True),
        Column("invoiced", _("Invoiced"), kind="money", total=True),
        Column("collected", _("Collected"), kind="money", total=True),
        Column("outstanding", _("Outstanding"), kind="money", total="owed"),
        Column("state", _("State"), kind="badge", accessor=badge_of),
        Column("collected_on", _("Collected on"), kind="date"),
        Column("posted_on", _("Posted on"), kind="date"),
        Column("voucher_ref", _("Voucher"), width=14),
    ]
    default_sort = "-pk"
    caption = _("Receivables")
    empty_title = _("Nobody owes anything")
    empty_hint = _("Each approved settlement opens a receivable.")


class PostingTable(ReceivableTable):
    """The same with check boxes, for those who post."""

    select_name = "receivables"

    def row_label(self, row: Receivable) -> str:
        return row.document.number
