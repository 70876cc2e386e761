"""What business adds to the navigation: reports."""

from django.utils.translation import gettext_lazy as _

from apps.business.reports.permissions import VIEW
from apps.core.navigation import Item
from apps.core.reports import Report
from apps.org.permissions import needs

ITEMS: list[Item] = [
    Item(_("Profitability"), "business:profitability", "bar-chart", 20, "reports", needs(VIEW)),
]

#: the registers and reports of business on the page "Reports"
LISTED: list[Report] = [
    Report(
        "business:opportunity-list",
        _("Every opportunity by stage with its expected amount: what may come, and what has stood still."),
        order=10,
    ),
    Report(
        "business:intake-register",
        _("Every intake application: who decided what and when, how long it took, and what came of it."),
        order=20,
    ),
    Report(
        "business:contract-register",
        _("Every approved contract: what it is worth, what is settled of it, and how long it runs."),
        order=30,
    ),
    Report(
        "business:contracts-expiring", _("Contracts in force that end within 90 days, the next one first."), order=40
    ),
    Report(
        "business:progressreports-due",
        _("Engagements whose clients wait for a progress report, the oldest promise first."),
        order=50,
    ),
    Report(
        "business:progressreport-list", _("What clients were told about progress, and what they answered."), order=60
    ),
    Report(
        "business:engagement-unbilled",
        _("Work that is delivered and not billed, with what is left to settle."),
        order=70,
    ),
    Report(
        "business:settlement-register",
        _("Every approved settlement: invoiced, received, outstanding and posted, with the days in between."),
        order=80,
    ),
    Report(
        "business:profitability",
        _("What each engagement brought and cost, against the estimate at intake."),
        order=90,
        group="business",
    ),
    Report(
        "business:profitability-clients",
        _("What each client brought and cost, all engagements together."),
        order=95,
        item=Item(
            _("Profitability by client"), "business:profitability-clients", "bar-chart", 95, "business", needs(VIEW)
        ),
    ),
]
