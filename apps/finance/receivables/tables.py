"""Columns of the ageing by invoice and by group, of the clients to remind, and of the reminders sent."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.tables import Column, Table
from apps.finance.receivables.ageing import Buckets
from apps.finance.receivables.columns import Extra


def _part_of_invoice(at: int, as_of: dt.date, buckets: Buckets):
    return lambda row: row.owed if buckets.of((as_of - row.due_on).days) == at else None


def _part_of_group(at: int):
    return lambda row: row.part(at) or None


def _label(at: int, label: str) -> str:
    """Days, said as such; the first column is what is not due."""
    return label if at == 0 else _now("%(days)s days") % {"days": label}


#: what a printed register shows of an invoice, beside the buckets
PRINTED = {"number", "client", "manager", "contract", "due_on", "total", "owed", "days"}


class AgeingTable(Table):
    """Open invoices with their age."""

    default_sort = "due_on"
    caption = _("Receivables by age")
    empty_title = _("Nothing is open")
    empty_hint = _("Issued invoices appear here until they are paid or reversed.")

    def row_class(self, row: Any) -> str:
        return "row-overdue" if row.due_on < self.as_of else ""


def invoice_table(*, as_of: dt.date, buckets: Buckets, extra: Extra, printed: bool) -> type[AgeingTable]:
    """The table for one day and one set of buckets; a printed register has room for what matters most."""
    parts = [
        Column(
            f"part_{at}",
            _label(at, label),
            kind="money",
            accessor=_part_of_invoice(at, as_of, buckets),
            total=True,
            export_only=True,
        )
        for at, label in enumerate(buckets.labels)
    ]
    columns = [
        Column("number", _("Invoice"), kind="link", sort="number"),
        Column("client", _("Client"), accessor="client.label", kind="longtext", width=26),
        Column("grade", _("Grade"), accessor="client.grade.label", export_only=True, width=10),
        Column("manager", _("Responsible"), accessor="receivable.manager.name", width=12),
        Column("due_on", _("Due on"), kind="date", sort="due_on"),
        Column(
            "days", _("Days overdue"), kind="number", accessor=lambda row: max((as_of - row.due_on).days, 0), width=9
        ),
        Column("total", _("Amount"), kind="money", sort="total", total=True),
        Column("paid", pgettext_lazy("money", "Received"), kind="money", total=True),
        Column("reversed", _("Reversed"), kind="money", total=True, export_only=True),
        Column("owed", _("Outstanding"), kind="money", total=True),
        *parts,
        Column("contract", _("Contract"), accessor="receivable.contract.number", width=20),
        Column("settlement", _("Settlement"), accessor="receivable.document.number", width=16, export_only=True),
        Column("invoice_number", _("Invoice number"), width=23),
        Column("issued_on", _("Issued on"), kind="date", sort="issued_on"),
        Column(
            "term", pgettext_lazy("payment", "Term"), kind="number", accessor="receivable.term_days", export_only=True
        ),
        *(_export_only(column) for column in extra.columns(lambda row: row.client_id)),
        Column("contacted_on", _("Last contact"), kind="date", accessor="client.contacted_on"),
    ]
    if printed:
        columns = [column for column in columns if column.name in PRINTED or column.name.startswith("part_")]
    return type("AgeingTable", (AgeingTable,), {"columns": columns, "as_of": as_of})


def _export_only(column: Column) -> Column:
    column.export_only = True
    return column


class GroupTable(Table):
    """The ageing added up."""

    default_sort = "-owed"
    caption = _("Receivables by age")
    empty_title = _("Nothing is open")
    empty_hint = _("Issued invoices appear here until they are paid or reversed.")


def group_table(header: Any, *, buckets: Buckets, extra: Extra | None, unapplied: bool) -> type[GroupTable]:
    """The table of one sort of group; clients have a grade, a last contact and what other apps know of them."""
    is_client = extra is not None
    parts = [
        Column(f"part_{at}", _label(at, label), kind="money", accessor=_part_of_group(at), total=True)
        for at, label in enumerate(buckets.labels)
    ]
    columns = [Column("label", header, kind="link", sort="label", width=26)]
    if is_client:
        columns += [
            Column("number", _("Client number"), accessor="subject.number", export_only=True, width=15),
            Column("grade", _("Grade"), accessor="subject.grade.label", width=9),
        ]
    columns += [
        Column("invoices", _("Invoices"), kind="number", sort="invoices", total=True),
        Column("owed", _("Outstanding"), kind="money", sort="owed", total=True),
        *parts,
        Column("days_overdue", _("Days overdue"), kind="number", sort="days_overdue", width=9),
    ]
    if unapplied:
        columns += [
            Column(
                "unapplied",
                _("Unapplied receipts"),
                kind="money",
                accessor=lambda row: row.unapplied or None,
                total=True,
            ),
            Column("net", _("Outstanding less unapplied"), kind="money", total=True, export_only=True),
        ]
    if is_client:
        columns += [
            *extra.columns(lambda row: row.pk),
            Column("contacted_on", _("Last contact"), kind="date", accessor="subject.contacted_on"),
        ]
    return type("GroupTable", (GroupTable,), {"columns": columns})


class OverdueTable(Table):
    """Clients with overdue invoices, and when they were reminded."""

    columns = [
        Column("label", _("Client"), kind="link", sort="label", width=26),
        Column("owner", _("Employee in charge"), accessor="subject.owner.name"),
        Column("invoices", _("Overdue invoices"), kind="number", sort="invoices", total=True),
        Column("overdue", _("Overdue"), kind="money", sort="overdue", total=True),
        Column("days_overdue", _("Days overdue"), kind="number", sort="days_overdue"),
        Column("to", _("Primary contact"), accessor="reminder.contact", width=26),
        Column("last", _("Last reminder"), kind="date", accessor="reminder.last_on"),
        Column("next", _("Next allowed"), accessor="reminder.next_words", width=16),
    ]
    default_sort = "-days_overdue"
    caption = _("Clients with overdue invoices")
    empty_title = _("Nobody is late")
    empty_hint = _("Clients with invoices past their due date appear here.")


class RemindingTable(OverdueTable):
    """The same with check boxes, for those who remind."""

    select_name = "clients"

    def row_label(self, row: Any) -> str:
        return row.label


class ReminderTable(Table):
    """Reminders that went out."""

    columns = [
        Column("client", _("Client"), kind="link", accessor="client.label", width=26),
        Column("sent_at", _("Sent at"), kind="datetime", sort="sent_at"),
        Column("by", _("Sent by"), accessor="by.name"),
        Column("to", _("Sent to"), width=26),
        Column("subject", _("Subject"), kind="longtext"),
        Column("overdue", _("Overdue"), kind="money", sort="overdue"),
    ]
    default_sort = "-pk"
    caption = _("Reminders sent")
    empty_title = _("No reminders yet")
    empty_hint = _("Each reminder that goes to a client is a row here.")


class StatementTable(Table):
    """The movements of an account between its balances."""

    columns = [
        Column("on", _("Date"), kind="date"),
        Column("kind", _("Kind")),
        Column("number", _("Number"), kind="link", accessor=lambda line: line.number, width=18),
        Column("reference", _("Reference"), kind="longtext", width=30),
        Column("debit", _("Debit"), kind="money", total=True),
        Column("credit", pgettext_lazy("statement", "Credit"), kind="money", total=True),
        Column("balance", _("Balance"), kind="money"),
    ]
    caption = _("Movements")
