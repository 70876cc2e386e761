"""Where settlements hang on other parts of the program: the page of an engagement, and what Finance tells."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.business.engagements import sections as engagements
from apps.business.engagements.models import Engagement
from apps.business.settlements.collecting import money_moved
from apps.business.settlements.models import Settlement
from apps.business.settlements.parties import PHASES, works_on
from apps.business.settlements.permissions import RAISE
from apps.business.settlements.services import merge_clients, readiness
from apps.core import registry
from apps.core.registry import PageSection
from apps.finance.billing import hooks


def register() -> None:
    """Called once at the start."""
    engagements.register_section(
        PageSection(
            key="settlements",
            title=_("Money"),
            template="business/settlement/_of_engagement.html",
            context=_money,
            order=60,
        )
    )
    hooks.register_observer(money_moved)
    registry.register_client_merge(merge_clients)
    registry.register_client_papers(Settlement, "client")


def _money(engagement: Engagement, viewer) -> dict[str, Any] | None:
    """What keeps it from being settled, and the settlements this viewer may see."""
    rows = Settlement.objects.visible_to(viewer).filter(engagement=engagement)
    rows = rows.select_related("applicant", "receivable").order_by("-pk")
    may_settle = engagement.phase in PHASES and viewer.holds(RAISE) and works_on(viewer, engagement)
    create_url = f"{reverse('business:settlement-create')}?engagement={engagement.pk}"
    return {
        "settlements": list(rows[:50]),
        "create_url": create_url if may_settle and engagement.contract.unsettled > 0 else "",
        "missing": readiness(engagement, missing=engagement.missing_on_page).sentences() if may_settle else [],
    }
