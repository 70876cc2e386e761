"""What Business is told by itself when the money of a settlement moves (clause 3.3.5).

Finance knows no settlements: `money_moved` listens to what `finance.billing.hooks` tells.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.business.engagements.models import Engagement
from apps.business.settlements import ledger
from apps.business.settlements.models import Settlement
from apps.finance.billing.models import Receivable
from apps.notifications.services import notify


def money_moved(receivable: Receivable, event: str, *, by) -> None:
    """Finance itself tells applicant and manager what came in and what is booked; when nothing is left to come, they
    are told that the engagement can be closed. It is never closed by itself."""
    if event != "posted" or receivable.document.kind != Settlement.KIND:
        return
    papers = Settlement.objects.select_related("applicant", "engagement__manager")
    paper = papers.get(pk=receivable.document_id)
    if not may_be_closed(paper):
        return
    engagement = paper.engagement
    notify(
        to=[paper.applicant, engagement.manager],
        title=_("Everything of %(engagement)s is settled, paid and booked: it can be closed"),
        params={"engagement": engagement.number},
        url=engagement.get_absolute_url(),
        key=f"close-engagement-{engagement.pk}",
    )


def may_be_closed(paper: Settlement) -> bool:
    """The contract is settled in full, its receivables are all posted, and the engagement is still open."""
    if paper.engagement.phase in (Engagement.Phase.CLOSED, Engagement.Phase.TERMINATED):
        return False
    if Settlement.objects.filter(contract=paper.contract_id, state=Settlement.State.IN_REVIEW).exists():
        return False
    open_money = Receivable.objects.live().filter(contract=paper.contract_id, posted_on=None)
    return not open_money.exists() and ledger.settles_the_rest(paper)
