"""Where engagements hang on other parts of the program, and where subjects above hang on the page of an engagement."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.business.contracts import hooks
from apps.business.engagements import services
from apps.business.engagements.models import Engagement
from apps.business.engagements.services import owners
from apps.business.engagements.wording import phase_of
from apps.core import registry
from apps.core.registry import PageSection

#: so many engagements stand on the page of a client; the list has them all
MOST_SHOWN = 20

#: parts of an engagement's page that plans, settlements and others add; `context(engagement, viewer)`
page_sections: list[PageSection] = []


def register_section(section: PageSection) -> None:
    """Add a part to the overview of an engagement; the same key again replaces it."""
    others = [known for known in page_sections if known.key != section.key]
    page_sections[:] = sorted([*others, section], key=lambda known: (known.order, known.key))


def register() -> None:
    """Called once at the start."""
    hooks.register_after_signing(services.begin)
    hooks.register_after_termination(services.end_with_contract)
    hooks.register_after_submitting_supplement(open_supplement)
    registry.register_handover(owners.hand_over, describe=owners.describe)
    registry.register_client_merge(owners.merge_clients)
    registry.register_client_section(
        PageSection(
            "engagements", _("Engagements"), "business/_engagements_of_client.html", of_client, order=50, later="work"
        )
    )


def of_client(client, viewer) -> dict[str, Any] | None:
    """The engagements of this client that the viewer may see, latest first."""
    rows = Engagement.objects.visible_to(viewer).filter(client=client).select_related("service_type", "manager")
    found = list(rows.order_by("-pk")[: MOST_SHOWN + 1])
    shown = [{"engagement": row, "phase": phase_of(row)} for row in found[:MOST_SHOWN]]
    return {"rows": shown, "more": len(found) > MOST_SHOWN} if found else None


def open_supplement(supplement, *, by) -> None:
    """The team reads what supplements its contract."""
    engagement = getattr(supplement.contract, "engagement", None)
    if engagement is not None:
        services.open_to_team(engagement, supplement)
