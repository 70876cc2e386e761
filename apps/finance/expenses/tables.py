"""Columns of claims, of a claim's lines, and of the expense ledger (domain.md §4.2)."""

from decimal import Decimal

from django.utils.timezone import localdate
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.models import in_readers_language
from apps.core.tables import Column, Table
from apps.documents.tables import DocumentTable
from apps.finance.expenses.models import ExpenseClaim, ExpenseLine

ZERO = Decimal("0.00")


def total_approved_of(claim: ExpenseClaim) -> Decimal | None:
    """What was approved of a claim; nothing is shown before."""
    return claim.approved_total or None


def department_of(claim: ExpenseClaim) -> str:
    """The name of the claim's department, of a row that carries it."""
    return in_readers_language(claim.department_name, claim.department_name_en)


class ExpenseClaimTable(DocumentTable):
    """The claims somebody may see."""

    columns = [
        Column("number", _("Number"), kind="link", sort="number", accessor=lambda claim: claim.number or _now("Draft")),
        Column("title", _("Purpose"), kind="longtext", width=36),
        Column("applicant", _("Applicant"), accessor="applicant_name"),
        Column("department", _("Department"), accessor=department_of),
        Column("claim_type", _("Type")),
        Column("project", _("Project or client"), export_only=True),
        Column("amount", _("Claimed"), kind="money", sort="amount", total=True),
        Column(
            "approved_total",
            pgettext_lazy("amount", "Approved"),
            kind="money",
            accessor=total_approved_of,
            sort="approved_total",
            total=True,
        ),
        Column("state", _("State"), kind="badge", accessor="standing"),
        Column("submitted_at", _("Submitted"), kind="datetime"),
        Column("paid_on", _("Paid on"), kind="date"),
        Column("paid_amount", pgettext_lazy("amount", "Paid"), kind="money", total=True, export_only=True),
    ]
    loads = [
        *("kind", "number", "title", "state", "amount", "submitted_at", "claim_type", "project"),
        *("approved_total", "paid_amount", "paid_on", "applicant__name", "department__name", "department__name_en"),
    ]
    empty_title = _("No expense claims yet")
    empty_hint = _("Claims you raise, decide or read along appear here.")


def invoice_of(line: ExpenseLine) -> str:
    """Code and number as printed on the invoice."""
    return f"{line.invoice_code} {line.invoice_number}".strip()


def paid_of(line: ExpenseLine) -> Decimal:
    """What was paid of a line."""
    return line.payable if line.claim.is_paid else ZERO


def approved_of(line: ExpenseLine) -> Decimal | None:
    """What was approved of a line, once the claim is approved."""
    return line.payable if line.claim.state == ExpenseClaim.State.APPROVED else None


def days_to_pay(line: ExpenseLine) -> int | None:
    """From first hand-in to payment."""
    claim = line.claim
    if not claim.is_paid or claim.submitted_at is None:
        return None
    return (claim.paid_on - localdate(claim.submitted_at)).days


def standing_of(line: ExpenseLine) -> tuple[str, str]:
    """The state of the line's claim; a returned line says so itself."""
    if line.is_returned:
        return "returned", _now("Line returned")
    return line.claim.standing


class ExpenseLedgerTable(Table):
    """One row per expense: who spent what on what, what became of it. Every column that domain.md §4.2 lists.

    Advances are papers of their own; nothing is offset until there are any.
    """

    columns = [
        Column("number", _("Number"), kind="link", sort="claim__number", accessor="claim.number"),
        Column("date", _("Date"), kind="date"),
        Column("applicant", _("Claimant"), accessor="claim.applicant.name"),
        Column("employee_no", _("Employee number"), accessor="claim.applicant.employee_no", export_only=True),
        Column("department", _("Department"), accessor="claim.department.label"),
        Column("category", _("Category"), accessor="category.label"),
        Column("account", _("Ledger account"), accessor="category.account", export_only=True),
        Column("description", _("Description"), kind="longtext"),
        Column("charged_to", _("Engagement"), accessor="claim.charged_to_number", export_only=True),
        Column("project", _("Project or client"), accessor="claim.project", width=22),
        Column("place", _("City"), export_only=True),
        Column("invoice_kind", _("Invoice kind"), export_only=True, width=26),
        Column("invoice_code", _("Invoice code"), export_only=True),
        Column("invoice_number", _("Invoice number"), width=28),
        Column("seller_name", _("Seller"), export_only=True, width=32),
        Column("net_amount", _("Amount without tax"), kind="money", export_only=True),
        Column("tax", _("Tax"), kind="money", total=True),
        Column("amount", _("Claimed"), kind="money", sort="amount", total=True),
        Column("approved", pgettext_lazy("amount", "Approved"), kind="money", accessor=approved_of),
        Column("over_amount", _("Over standard"), kind="money", sort="over_amount", total=True),
        Column("over_reason", _("Reason for exceeding"), export_only=True, width=36),
        Column("advance_offset", _("Advance offset"), kind="money", accessor=lambda line: ZERO, export_only=True),
        Column("paid", pgettext_lazy("amount", "Paid"), kind="money", accessor=paid_of),
        Column("paid_on", _("Paid on"), kind="date", accessor="claim.paid_on"),
        Column("days_to_pay", _("Days to pay"), kind="number", accessor=days_to_pay),
        Column("state", _("Status"), kind="badge", accessor=standing_of),
    ]
    default_sort = "-pk"
    caption = _("Expense ledger")
    empty_title = _("No expenses yet")
    empty_hint = _("Each line of a submitted claim is a row here.")

    def row_url(self, row: ExpenseLine) -> str:
        return row.claim.get_absolute_url()
