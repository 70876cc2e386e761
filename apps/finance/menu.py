"""What finance adds to the navigation, beside the claims themselves."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.core import navigation, reports
from apps.core.navigation import Item
from apps.core.reports import Report
from apps.finance.billing.permissions import works_with_invoices
from apps.finance.billing.querysets import SEES_ALL
from apps.finance.expenses.permissions import LEDGER, PAY
from apps.finance.payments.permissions import VIEW
from apps.finance.receivables.permissions import SEES_SETTINGS
from apps.org.permissions import needs


def _works_with_invoices(request: HttpRequest) -> bool:
    return works_with_invoices(request.user)


def register() -> None:
    """Called once at the start."""
    navigation.register(
        Item(_("Claims to pay"), "finance:claims-to-pay", "cash-coin", 20, "finance", needs(PAY)),
        Item(_("Payments"), "finance:payment-list", "bank", 30, "finance", needs(VIEW)),
        Item(_("Expense ledger"), "finance:ledger", "journal-text", 40, "finance", needs(LEDGER)),
        Item(_("To invoice"), "finance:salesinvoice-queue", "receipt-cutoff", 50, "finance", _works_with_invoices),
        Item(_("Invoice register"), "finance:salesinvoice-list", "journals", 52, "finance", _works_with_invoices),
        Item(_("Receivables"), "finance:receivable-list", "journal-check", 54, "finance", _works_with_invoices),
        Item(
            _("Receivables at a glance"),
            "finance:receivables-glance",
            "speedometer2",
            45,
            "finance",
            _works_with_invoices,
        ),
        Item(_("Receivables by age"), "finance:ageing", "bar-chart", 55, "finance", _works_with_invoices),
        Item(_("Receipts"), "finance:receipt-list", "cash-stack", 56, "finance", _works_with_invoices),
        Item(_("Unapplied receipts"), "finance:receipt-unapplied", "hourglass-split", 58, "finance", needs(SEES_ALL)),
        Item(_("Payment reminders"), "finance:reminder-overdue", "bell", 60, "finance", _works_with_invoices),
        Item(_("Statements of account"), "finance:statement", "file-earmark-text", 62, "finance", needs(SEES_ALL)),
        Item(
            _("Expense categories"),
            "finance:expensecategory-list",
            "tags",
            110,
            "system",
            needs("finance.view_expensecategory"),
        ),
        Item(
            _("Expense standards"),
            "finance:expensestandard-list",
            "speedometer2",
            120,
            "system",
            needs("finance.view_expensestandard"),
        ),
        Item(_("Cities"), "finance:city-list", "geo-alt", 130, "system", needs("finance.view_city")),
        Item(_("City tiers"), "finance:citytier-list", "layers", 140, "system", needs("finance.view_citytier")),
        Item(
            _("Return reasons"),
            "finance:returnreason-list",
            "arrow-return-left",
            150,
            "system",
            needs("finance.view_returnreason"),
        ),
        Item(
            _("Settings of the receivables"),
            "finance:receivablessettings",
            "sliders",
            155,
            "system",
            needs(SEES_SETTINGS),
        ),
        Item(
            _("Fund accounts"), "finance:fundaccount-list", "wallet2", 160, "system", needs("finance.view_fundaccount")
        ),
    )
    reports.register(
        Report("finance:ledger", _("Every line of every expense claim, from claimed to paid."), order=10),
        Report("finance:payment-list", _("What was paid to employees, when, and from which account."), order=20),
        Report(
            "finance:salesinvoice-list",
            _("Every invoice issued to clients, red ones among them, with what is still open."),
            order=30,
        ),
        Report(
            "finance:receivable-list",
            _("What clients owe by settlement: invoiced, collected, outstanding and posted."),
            order=40,
        ),
        Report(
            "finance:receivables-glance",
            _("How fast clients pay: days sales outstanding, collection rate, what is expected when."),
            order=42,
        ),
        Report(
            "finance:ageing",
            _("What clients owe as of any day, by how late it is: by client, manager, department and invoice."),
            order=44,
        ),
        Report("finance:statement", _("Everything between the company and one client in a period, to send."), order=46),
        Report(
            "finance:reminder-overdue", _("Clients with overdue invoices, and when they were last reminded."), order=48
        ),
        Report("finance:receipt-list", _("Money that came in, and which invoices it paid."), order=50),
        Report("finance:receipt-unapplied", _("Money that came in and belongs to no invoice yet."), order=60),
    )
