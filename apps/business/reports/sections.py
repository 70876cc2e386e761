"""Where profitability hangs on other parts of the program: the page of an engagement and that of a client."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.business.engagements import sections as engagements
from apps.business.engagements.models import Engagement
from apps.business.reports.permissions import reported_to, sees_profitability
from apps.business.reports.profitability import estimated_rate, margin_rate, points, totals_of, with_figures
from apps.core import registry
from apps.core.money import format_money
from apps.core.registry import PageSection


def register() -> None:
    """Called once at the start."""
    engagements.register_section(
        PageSection("profitability", _("Profitability"), "business/profitability_of_engagement.html", of_engagement, 70)
    )
    registry.register_client_section(
        PageSection("profitability", _("Profitability"), "", _nothing, order=70, figures=of_client)
    )


def of_engagement(engagement: Engagement, viewer) -> dict[str, Any] | None:
    """What it brought and what was expected of it, for those who read the report."""
    if not sees_profitability(viewer):
        return None
    row = with_figures(reported_to(viewer).filter(pk=engagement.pk)).first()
    if row is None:
        return None
    return {"row": row, "rate": margin_rate(row), "estimated": estimated_rate(row), "points": points(row)}


def _nothing(client, viewer) -> None:
    """The page of a client shows figures at its head, and no part below."""


def of_client(client, viewer) -> list[dict[str, Any]]:
    """Revenue and margin of the client's engagements, for those who read the report."""
    if not sees_profitability(viewer):
        return []
    sums = totals_of(reported_to(viewer).filter(client=client))
    if not sums.engagements:
        return []
    url = f"{reverse('business:profitability')}?client={client.pk}"
    share = margin_rate(sums)
    note = "" if share is None else _now("%(rate)s %% of revenue, after direct expenses") % {"rate": share}
    return [
        {"label": _now("Revenue without tax"), "value": format_money(sums.revenue), "url": url},
        {
            "label": _now("Margin"),
            "value": format_money(sums.margin),
            "note": note,
            "url": url,
            "tone": "bad" if sums.margin < 0 else "",
        },
    ]
