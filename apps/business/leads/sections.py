"""What leads and opportunities add to the page of a client, to merging clients and to leavers' hand-over."""

from itertools import chain
from operator import attrgetter
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.business.leads.models import Lead, Opportunity
from apps.business.leads.permissions import ADD_OPPORTUNITY
from apps.business.leads.services import merging, owners
from apps.business.leads.tables import state_of
from apps.core import registry
from apps.core.money import format_money
from apps.core.registry import PageSection
from apps.service.clients.models import Client

MOST = 30


def _entry(row: Lead | Opportunity) -> dict[str, Any]:
    """One line: an opportunity with its stage and amount, a lead that has become none."""
    tone, words = state_of(row)
    entry = {"row": row, "tone": tone, "words": words}
    if isinstance(row, Lead):
        return {**entry, "title": row.company_name, "stage": "", "amount": "—"}
    stage = row.stage.label if row.is_open else ""
    return {**entry, "title": row.title, "stage": stage, "amount": format_money(row.expected_amount)}


def of_client(client: Client, viewer) -> dict[str, Any] | None:
    """Those this viewer may see, the latest activity first; leads that became an opportunity are told by it."""
    opportunities = Opportunity.objects.visible_to(viewer).filter(client=client).select_related("owner", "stage")
    leads = Lead.objects.visible_to(viewer).filter(client=client).exclude(state=Lead.State.QUALIFIED)
    rows = chain(opportunities.order_by("-active_on", "-pk")[:MOST], leads.select_related("owner")[:MOST])
    latest = sorted(rows, key=attrgetter("active_on"), reverse=True)[:MOST]
    may_add = viewer.has_perm(ADD_OPPORTUNITY)
    if not latest and not may_add:
        return None
    return {"rows": [_entry(row) for row in latest], "may_add": may_add}


SECTION = PageSection(
    "leads", _("Leads and opportunities"), "business/sections/leads.html", of_client, order=30, later="work"
)


def register() -> None:
    """Called once at the start."""
    registry.register_client_section(SECTION)
    registry.register_client_merge(merging.move_to_client)
    registry.register_handover(owners.hand_over, describe=owners.describe)
