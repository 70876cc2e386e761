"""Columns of the receipts."""

from django.utils.translation import gettext_lazy as _

from apps.core.tables import Column, Table
from apps.finance.receipts.models import Receipt

COLOURS = {"void": "cancelled", "allocated": "paid", "partly_allocated": "partial", "unapplied": "warning"}


def badge_of(receipt: Receipt) -> tuple[str, str]:
    """Colour and words of how far it is."""
    code, words = receipt.standing
    return COLOURS[code], str(words)


class ReceiptTable(Table):
    """Money that came in."""

    columns = [
        Column("number", _("Number"), kind="link", sort="number"),
        Column("received_on", _("Received on"), kind="date", sort="received_on"),
        Column("client", _("Client"), accessor="client.name", kind="longtext"),
        Column("payer_name", _("Payer"), width=24),
        Column("account", _("Fund account"), accessor="account.label"),
        Column("method", _("Payment method"), export_only=True),
        Column("bank_reference", _("Bank reference"), width=24),
        Column("amount", _("Amount"), kind="money", sort="amount", total=True),
        Column("currency", _("Currency"), export_only=True),
        Column("allocated", _("Allocated"), kind="money", total=True),
        Column("unapplied", _("Unapplied"), kind="money", total="left"),
        Column("state", _("State"), kind="badge", accessor=badge_of),
        Column("recorded_by", _("Recorded by"), accessor="recorded_by.name", export_only=True),
        Column("remark", _("Remark"), kind="longtext", export_only=True),
    ]
    default_sort = "-pk"
    caption = _("Receipts")
    empty_title = _("No receipts yet")
    empty_hint = _("Money that the cashier records is a row here.")


class UnappliedTable(ReceiptTable):
    """Receipts of which something stands on no invoice."""

    default_sort = "received_on"
    caption = _("Unapplied receipts")
    empty_title = _("Everything is allocated")
    empty_hint = _("Receipts of which something stands on no invoice appear here.")
