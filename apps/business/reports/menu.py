"""What business adds to the navigation: reports."""

from django.utils.translation import gettext_lazy as _

from apps.business.reports.permissions import VIEW
from apps.core.navigation import Item
from apps.org.permissions import needs

ITEMS: list[Item] = [
    Item(_("Profitability"), "business:profitability", "bar-chart", 20, "reports", needs(VIEW)),
]
