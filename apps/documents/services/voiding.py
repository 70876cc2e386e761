"""An approved paper becomes void: cancelled by somebody who may, or revoked by a chain."""

from apps.approvals import engine
from apps.approvals.models import Event
from apps.core import clock
from apps.core.errors import Refused
from apps.documents.models import Document, Revocation
from apps.documents.services import notices
from apps.documents.services.locking import lock, save


def void(document: Document, *, by, verb: str, reason: str, **said) -> None:
    """Note it in the log of a locked paper, let its kind undo what followed from it, and store it."""
    engine.record(document.approval_id, verb, by=by, payload={"text": reason, **said})
    document.state, document.closed_at = Document.State.CANCELLED, clock.now()
    document.on_closed(by)
    save(document, by=by, reason=f"{Event.Verb(verb).value}: {reason}"[:200])


def revoke(revocation: Revocation, *, by) -> None:
    """Carry out a revocation in the transaction of its final approval.

    Raises `Refused` with the reason of the kind where the paper can't be revoked any more, as once a claim is paid: the
    revocation then stays undecided, and is rejected or withdrawn.
    """
    paper = lock(revocation.of)
    if refusal := paper.revoke_refusal():
        raise Refused(refusal)
    void(paper, by=by, verb=Event.Verb.REVOKED, reason=revocation.reason.strip(), revocation=str(revocation))
    notices.revoked(paper, revocation, by=by)
