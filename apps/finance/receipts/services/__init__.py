"""Receipts and what they pay: every change of them is a function here."""

from apps.finance.receipts.services.allocating import (
    OLDEST,
    allocate,
    oldest_first,
    open_invoices,
    undo_allocation,
)
from apps.finance.receipts.services.recording import record_receipt, void_receipt

__all__ = ["OLDEST", "allocate", "oldest_first", "open_invoices", "record_receipt", "undo_allocation", "void_receipt"]
