"""The system acts where a deadline comes near or has passed; each paper in a transaction of its own."""

import logging

from django.db import transaction

from apps.approvals import deadlines as engine
from apps.approvals.models import Task
from apps.core import clock
from apps.core.errors import Refused
from apps.documents.models import Document
from apps.documents.services import notices
from apps.documents.services.decisions import settle
from apps.documents.services.locking import lock

logger = logging.getLogger("agencyops.deadlines")


def watch_deadlines() -> int:
    """Act on every paper on which something is due; answers on how many. Two at once do nothing twice."""
    due = Task.objects.open().filter(act_at__lte=clock.now()).order_by()
    papers = Document.objects.filter(pk__in=due.values("approval__document")).order_by("pk")
    return sum(_try(document) for document in list(papers))


@transaction.atomic
def act(document: Document) -> bool:
    """Do what is due on a paper now; False where somebody else has just done it or decided."""
    document = lock(document)
    if document.state != Document.State.IN_REVIEW:
        return False
    acted = engine.act(document.approval_id, facts=document.facts(), content_hash=document.content_hash())
    outcome = acted.outcome
    if not (acted.soon or acted.late or outcome.opened or outcome.passed_on or outcome.closed_steps):
        return False
    settle(document, outcome, by=None, reason="deadline")
    notices.deadline(document, acted.soon, notices.DUE_SOON)
    notices.deadline(document, acted.late, notices.LATE)
    return True


def _try(document: Document) -> bool:
    """One paper that cannot go on keeps no other from its turn; it is tried again the next time."""
    try:
        return act(document)
    except Refused as refusal:
        logger.warning("Deadline of %s: %s", document, refusal)
    except Exception:
        logger.exception("Deadline of %s", document)
    return False
