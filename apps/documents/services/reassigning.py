"""Who decides changes: transfer, added approvers, an approval taken back, a reminder (approvals.md §1)."""

from collections.abc import Callable, Iterable

from django.db import transaction

from apps.approvals import reassigning as engine
from apps.approvals.engine import Outcome
from apps.approvals.models import Task
from apps.documents import permissions
from apps.documents.models import Document
from apps.documents.services import notices
from apps.documents.services.decisions import in_turn, settle
from apps.documents.services.locking import lock
from apps.documents.services.projection import follow
from apps.org.services import hold


@transaction.atomic
def transfer(document: Document, *, by, to, reason: str) -> Document:
    """Give one's turn to decide to somebody else, with a reason (轉辦)."""
    [to] = hold([to])
    document, _access = in_turn(document, "transfer", by)
    outcome = engine.transfer(document.approval_id, by=by, to=to, reason=reason)
    return _follow(document, outcome, by=by, said=reason)


@transaction.atomic
def add_approvers(document: Document, *, by, people: Iterable, place: str, reason: str) -> Document:
    """Ask others to decide too, before oneself, beside, or after, with a reason (加签)."""
    people = hold(people)
    document, _access = in_turn(document, "consult" if place == Task.Place.OPINION else "add_approvers", by)
    outcome = engine.add_approvers(document.approval_id, by=by, people=people, place=place, reason=reason)
    return _follow(document, outcome, by=by, said=reason)


def consult(document: Document, *, by, people: Iterable, reason: str) -> Document:
    """Ask others for an opinion; the decision stays one's own and comes back once all have given it (委派)."""
    return add_approvers(document, by=by, people=people, place=Task.Place.OPINION, reason=reason)


@transaction.atomic
def remove_approver(document: Document, *, by, task: int) -> Document:
    """Let somebody go again whom one has asked to decide too (减签)."""
    return _decide_again(document, engine.remove_approver, "remove_approver", by=by, task=task)


@transaction.atomic
def take_back(document: Document, *, by) -> Document:
    """Undo one's own approval, until somebody else has acted on the paper (拿回)."""
    return _decide_again(document, engine.take_back, "take_back", by=by)


@transaction.atomic
def urge(document: Document, *, by) -> list:
    """Remind those whose turn it is, at most once an hour (催辦); answers who was reminded."""
    document = _asked(document, "urge", by)
    return notices.urged(document, engine.urge(document.approval_id, by=by), by=by)


def _asked(document: Document, action: str, by) -> Document:
    document = lock(document)
    permissions.require(by, action, document)
    return document


def _decide_again(document: Document, verb: Callable[..., Outcome], action: str, *, by, **given) -> Document:
    """A verb after which the run may go on, on the facts and the content as they are."""
    document = _asked(document, action, by)
    facts, content_hash = document.facts(), document.content_hash()
    outcome = verb(document.approval_id, by=by, facts=facts, content_hash=content_hash, **given)
    return settle(document, outcome, by=by, reason=action)


def _follow(document: Document, outcome: Outcome, *, by, said: str) -> Document:
    document.approval = outcome.approval
    follow(document, outcome)
    notices.asked(document, outcome, by=by, reason=said.strip())
    return document
