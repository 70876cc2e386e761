"""What risk adds to the navigation."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.core import navigation, reports
from apps.core.navigation import Item
from apps.core.reports import Report
from apps.org.permissions import needs
from apps.risk.credit.permissions import ASSESS, SEES_POLICY, SEES_SCORING, VIEW, VIEW_ALL


def _assesses(request: HttpRequest) -> bool:
    return request.user.has_perm(ASSESS) or request.user.has_perm(VIEW_ALL)


def register() -> None:
    """Called once at the start."""
    navigation.register(
        Item(_("Credit exposure"), "risk:exposure", "speedometer2", 10, "risk", needs(VIEW)),
        Item(_("Credit assessments"), "risk:creditassessment-list", "clipboard-check", 20, "risk", _assesses),
        Item(_("Credit exceptions"), "risk:waiver-list", "shield-check", 30, "risk", needs(VIEW)),
        Item(_("Scoring models"), "risk:scoringmodel-list", "list-check", 310, "system", needs(SEES_SCORING)),
        Item(_("Credit policy"), "risk:policy", "sliders", 320, "system", needs(SEES_POLICY)),
    )
    reports.register(
        Report("risk:exposure", _("What each client owes and may come to owe, against its credit limit."), order=10),
        Report("risk:waiver-list", _("Who let a paper through the credit gate, why, and until when."), order=20),
    )
