"""What intake adds to the pages of clients and opportunities, and to merging clients."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.business.intake import permissions
from apps.business.intake.models import EngagementIntake, IntakeAssessment
from apps.business.intake.querysets import with_contracted
from apps.business.intake.services.merging import move_to_client
from apps.business.leads.hooks import register_section
from apps.core.registry import PageSection, register_client_merge, register_client_papers, register_client_section

#: so many applications stand on the page of a client; the register has them all
MOST_SHOWN = 20


def register() -> None:
    """Called once at the start."""
    register_client_merge(move_to_client)
    register_client_papers(EngagementIntake, "client")
    register_section(
        PageSection("assessments", _("Preliminary assessments"), "business/_assessments.html", of_opportunity, order=10)
    )
    register_client_section(
        PageSection(
            "intakes",
            _("Intake applications"),
            "business/engagementintake/_of_client.html",
            of_client,
            order=35,
            later="work",
        )
    )


def of_opportunity(opportunity, viewer) -> dict[str, Any]:
    """The assessments of an opportunity that the viewer may see, latest first, and whether they may begin one."""
    rows = IntakeAssessment.objects.visible_to(viewer).filter(opportunity=opportunity)
    return {
        "opportunity": opportunity,
        "rows": list(rows.select_related("service_type", "assessed_by").order_by("-pk")),
        "may_assess": permissions.may_assess(viewer, opportunity),
    }


def of_client(client, viewer) -> dict[str, Any] | None:
    """The applications for this client that the viewer may see, latest first."""
    seen = with_contracted(EngagementIntake.objects.visible_to(viewer).filter(client=client))
    rows = list(seen.select_related("service_type").order_by("-pk")[: MOST_SHOWN + 1])
    return {"rows": rows[:MOST_SHOWN], "more": len(rows) > MOST_SHOWN} if rows else None
