"""The verbs of the approval chain, on documents (clauses 6.2.2–6.2.4)."""

from collections.abc import Callable, Iterable
from functools import partial

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from apps.approvals import engine, reassigning
from apps.approvals.choosing import Choices
from apps.approvals.engine import Outcome
from apps.approvals.errors import AlreadyDecided, ContentChanged, ReasonMissing
from apps.approvals.models import Approval, Event, Step
from apps.core import clock
from apps.core.numbering import next_number
from apps.documents import permissions
from apps.documents.errors import Incomplete, NotAllowed, Stale
from apps.documents.models import Document, Revocation
from apps.documents.services import notices, voiding
from apps.documents.services.choices import chosen_approvers
from apps.documents.services.enclosing import enclose, examined, examined_signature, named
from apps.documents.services.locking import lock, save
from apps.documents.services.projection import follow

State = Document.State


@transaction.atomic
def submit(document: Document, *, by, revision: int | None = None) -> Document:
    """Hand a draft in, or a corrected paper again. The first submission gives the number.

    Raises `Incomplete` with messages by field, `NoRoute` or `NoApprover` when nobody could decide it.
    """
    document = lock(document)
    permissions.require(by, "submit", document)
    if revision is not None and document.revision != revision:
        raise Stale
    problems = document.check_submission(by)
    if problems:
        raise Incomplete(problems)
    document.state, document.submitted_at, document.closed_at = State.IN_REVIEW, clock.now(), None
    if not document.number:
        document.number = next_number(document.PREFIX, clock.today().year)
    document.revision += 1
    document.on_submitted(by)
    facts, content_hash = document.facts(), document.content_hash()
    if document.approval_id:
        outcome = engine.resubmit(
            document.approval_id,
            facts=facts,
            content_hash=content_hash,
            by=by,
            department=document.department,
            choices=partial(chosen_approvers, document),
        )
    else:
        outcome = engine.start(
            kind=document.KIND,
            applicant=document.applicant,
            department=document.department,
            facts=facts,
            content_hash=content_hash,
            by=by,
            choices=partial(chosen_approvers, document),
            version=document.route_version(),
        )
        document.approval = outcome.approval
    return settle(document, outcome, by=by, reason="submitted", changed=True)


@transaction.atomic
def approve(
    document: Document,
    *,
    by,
    comment: str = "",
    seen: str | None = None,
    revision: int | None = None,
    step: str | None = None,
    files: Iterable[File] = (),
    signature: File | None = None,
    choices: Choices | None = None,
) -> Document:
    """Approve the open step. ``seen`` is the content hash the person was shown; a changed paper is refused.

    A list shows the ``revision`` instead, which every change of the content raises. ``choices``: who is to decide the
    next step, by its key, where the route lets the approver choose.
    """
    document, given = _decision(document, "approve", by, seen, step)
    if revision is not None and document.revision != revision:
        raise ContentChanged
    enclosed = [*examined(files), *examined_signature(signature)]
    outcome = engine.approve(document.approval_id, comment=comment, enclosed=named(enclosed), choices=choices, **given)
    enclose(document, enclosed, by=by, task=outcome.decided)
    return settle(document, outcome, by=by, reason="approved")


@transaction.atomic
def return_(
    document: Document,
    *,
    by,
    reason: str,
    to: str | None = None,
    seen: str | None = None,
    step: str | None = None,
    files: Iterable[File] = (),
) -> Document:
    """Return for correction with a reason: to the applicant, or to an earlier step by its key (clause 6.2.4)."""
    document, given = _decision(document, "return", by, seen, step)
    enclosed = examined(files)
    outcome = engine.return_(document.approval_id, reason=reason, to=to, enclosed=named(enclosed), **given)
    enclose(document, enclosed, by=by, task=outcome.decided)
    return settle(document, outcome, by=by, reason="returned")


@transaction.atomic
def reject(
    document: Document, *, by, reason: str, seen: str | None = None, step: str | None = None, files: Iterable[File] = ()
) -> Document:
    """Refuse for good, with a reason."""
    document, given = _decision(document, "reject", by, seen, step)
    enclosed = examined(files)
    outcome = engine.reject(document.approval_id, reason=reason, enclosed=named(enclosed), **given)
    enclose(document, enclosed, by=by, task=outcome.decided)
    return settle(document, outcome, by=by, reason="rejected")


@transaction.atomic
def advise(
    document: Document,
    *,
    by,
    opinion: str,
    seen: str | None = None,
    step: str | None = None,
    files: Iterable[File] = (),
) -> Document:
    """Give the opinion one was asked for; the paper goes back to whoever asked (委派)."""
    document, given = _decision(document, "advise", by, seen, step)
    enclosed = examined(files)
    outcome = reassigning.advise(document.approval_id, opinion=opinion, enclosed=named(enclosed), **given)
    enclose(document, enclosed, by=by, task=outcome.decided)
    document.approval = outcome.approval
    follow(document, outcome)
    notices.advised(document, outcome.decided, by=by)
    return document


@transaction.atomic
def withdraw(document: Document, *, by) -> Document:
    """The applicant takes the paper back before the first decision; it is a draft again and keeps its number."""
    document = lock(document)
    permissions.require(by, "withdraw", document)
    outcome = engine.withdraw(document.approval_id, by=by)
    return settle(document, outcome, by=by, reason="withdrawn")


@transaction.atomic
def cancel(document: Document, *, by, reason: str) -> Document:
    """Void an approved paper, with a reason; it keeps its number."""
    document = lock(document)
    permissions.require(by, "cancel", document)
    if not reason.strip():
        raise ReasonMissing
    voiding.void(document, by=by, verb=Event.Verb.CANCELLED, reason=reason.strip())
    notices.cancelled(document, by=by, reason=reason.strip())
    return document


@transaction.atomic
def edit_in_review(
    document: Document, *, by, field: str, change: Callable[[Document], dict], seen: str | None = None
) -> Document:
    """Let the person whose turn it is change what their step allows (``field`` is one of the step's editable names).

    ``change(document)`` writes and answers the differences for the log. Raises `NotAllowed` when the step does not open
    the field, `ContentChanged` when the paper is not the one the person saw.
    """
    document = lock(document)
    access = permissions.require(by, "approve", document)
    if not access.opens(field):
        raise NotAllowed(_("This step does not change the document."))
    if seen is not None and seen != document.content_hash():
        raise ContentChanged
    differences = change(document)
    if differences:
        document.revision += 1
        save(document, by=by, reason="changed in review")
        engine.record(
            document.approval_id,
            Event.Verb.EDITED,
            by=by,
            payload={"changes": differences},
            content_hash=document.content_hash(),
        )
    return document


def _decision(document: Document, action: str, by, seen: str | None, step: str | None = None) -> tuple[Document, dict]:
    """``step``: the key of the one the person was shown, for who is asked in several at the same time."""
    document, access = in_turn(document, action, by)
    given = {"by": by, "facts": document.facts(), "content_hash": document.content_hash(), "seen": seen}
    given["step"] = step or access.open_task.step.key
    return document, given


def in_turn(document: Document, action: str, by) -> tuple[Document, permissions.Access]:
    """The locked paper, for something that only those do whose turn it is.

    A person who had the task a moment ago is told who decided, even where the paper is no longer theirs to see.
    """
    document = lock(document)
    access = permissions.Access(by, document)
    if not access.open_task and document.approval_id:
        refusal = engine.too_late(document.approval_id, by)
        if isinstance(refusal, AlreadyDecided):
            raise refusal
    access.require(action)
    return document, access


def settle(document: Document, outcome: Outcome, *, by, reason: str, changed: bool = False) -> Document:
    """Let the document, the grants, the participants and the notices follow what the engine did."""
    document.approval = outcome.approval
    before = document.state
    _take_state(document, outcome.approval.state, by)
    if changed or document.state != before:
        save(document, by=by, reason=reason)
    follow(document, outcome)
    notices.tell(document, outcome, by=by)
    document.turn_of = [task.user for task in outcome.opened] or None
    return document


def _take_state(document: Document, run: str, by) -> None:
    if run == Approval.State.RUNNING:
        return
    document.closed_at = clock.now()
    if run == Approval.State.APPROVED:
        document.state = State.APPROVED
        document.on_approved(by)
        if document.KIND == Revocation.KIND:
            voiding.revoke(document, by=by)
    elif run == Approval.State.REJECTED:
        document.state = State.REJECTED
        document.on_closed(by)
    else:
        document.state = State.RETURNED if run == Approval.State.RETURNED else State.DRAFT
        document.closed_at = None
        document.on_reopened(by)


def earlier_steps(document: Document) -> list[Step]:
    """The steps a paper in approval can be returned to: those that have already decided it in this round."""
    if not document.approval_id:
        return []
    steps = document.approval.steps.filter(
        round=document.approval.round, state__in=(Step.State.APPROVED, Step.State.CARRIED)
    )
    return list(steps.order_by("order"))
