"""Columns of the cashier's queue and of the register of payments."""

from django.utils.translation import gettext_lazy as _

from apps.core.tables import Column, Table
from apps.finance.expenses.models import ExpenseClaim
from apps.finance.payments.models import Payment


class ToPayTable(Table):
    """Approved claims that wait for their money."""

    columns = [
        Column("number", _("Number"), kind="link", sort="number"),
        Column("title", _("Purpose"), kind="longtext"),
        Column("applicant", _("Payee"), accessor="applicant.name"),
        Column("department", _("Department"), accessor="department.label"),
        Column("payee_bank", _("Payee's bank")),
        Column("payee_account", _("Payee's account"), width=26),
        Column("approved_total", _("To pay"), kind="money", sort="approved_total", total=True),
        Column("closed_at", _("Approved"), kind="datetime"),
    ]
    default_sort = "number"
    select_name = "claims"
    caption = _("Claims to pay")
    empty_title = _("Nothing to pay")
    empty_hint = _("Approved claims appear here until they are paid.")

    def row_label(self, row: ExpenseClaim) -> str:
        return row.number


class PaymentTable(Table):
    """What was paid, to whom, from which account."""

    columns = [
        Column("paper", _("Number"), kind="link", sort="document__number", accessor="document.number"),
        Column("paid_on", _("Paid on"), kind="date", sort="paid_on"),
        Column("payee", _("Payee"), accessor="payee.name"),
        Column("department", _("Department"), accessor="document.department.label"),
        Column("title", _("Purpose"), kind="longtext", accessor="document.title"),
        Column("amount", _("Amount"), kind="money", sort="amount", total=True),
        Column("account", _("Fund account"), accessor="account.label"),
        Column("bank_reference", _("Bank reference"), width=24),
        Column("batch", _("Batch"), kind="text", accessor=lambda payment: payment.batch_id or ""),
        Column("paid_by", _("Paid by"), accessor="paid_by.name"),
    ]
    default_sort = "-pk"
    caption = _("Payments")
    empty_title = _("No payments yet")
    empty_hint = _("Each payment the cashier records is a row here.")

    def row_url(self, row: Payment) -> str:
        return row.document.get_absolute_url()
