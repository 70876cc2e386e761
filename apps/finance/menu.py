"""What finance adds to the navigation, beside the claims themselves."""

from django.utils.translation import gettext_lazy as _

from apps.core import navigation
from apps.core.navigation import Item
from apps.finance.expenses.permissions import LEDGER, PAY
from apps.finance.payments.permissions import VIEW
from apps.org.permissions import needs


def register() -> None:
    """Called once at the start."""
    navigation.register(
        Item(_("Claims to pay"), "finance:claims-to-pay", "cash-coin", 20, "finance", needs(PAY)),
        Item(_("Payments"), "finance:payment-list", "bank", 30, "finance", needs(VIEW)),
        Item(_("Expense ledger"), "finance:ledger", "journal-text", 40, "finance", needs(LEDGER)),
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
            _("Fund accounts"), "finance:fundaccount-list", "wallet2", 160, "system", needs("finance.view_fundaccount")
        ),
    )
