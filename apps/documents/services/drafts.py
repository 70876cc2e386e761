"""Drafts: papers nobody but the applicant has anything to do with yet."""

from collections.abc import Callable

from django.db import transaction

from apps.documents import permissions
from apps.documents.errors import Stale
from apps.documents.models import Document, Participant
from apps.documents.services.files import drop_file
from apps.documents.services.locking import lock, save


@transaction.atomic
def save_draft(
    document: Document,
    *,
    by,
    lines: Callable[[Document], None] | None = None,
    revision: int | None = None,
    reason: str = "draft saved",
) -> Document:
    """Store a draft or a returned paper as typed; ``lines`` writes what hangs on it, in the same transaction.

    ``revision`` is the one the form was opened with. Raises `Stale` when somebody saved in between, `NotAllowed` when
    the paper is not the person's to change.
    """
    is_new = document.pk is None
    if is_new:
        document.kind = type(document).KIND
        document.applicant = by
        document.department_id = document.department_id or by.department_id
        permissions.require(by, "create", document)
    else:
        stored = lock(document)
        permissions.require(by, "update", stored)
        if revision is not None and stored.revision != revision:
            raise Stale
        _keep_what_services_own(document, stored)
        document.revision = stored.revision + 1
    save(document, by=by, reason=reason)
    if is_new:
        Participant.objects.create(user=by, document_id=document.pk, applicant=True)
    if lines:
        lines(document)
    return document


@transaction.atomic
def delete_draft(document: Document, *, by) -> None:
    """Throw away a draft that was never submitted."""
    document = lock(document)
    permissions.require(by, "delete", document)
    for file in (*document.attachments.all(), *document.enclosures.all()):
        drop_file(file, document)
    document._history_user = by
    document._change_reason = "draft deleted"
    document.delete()


def _keep_what_services_own(document: Document, stored: Document) -> None:
    """A form instance read before the lock may be old: what only services change comes from the locked row."""
    for name in ("kind", "number", "state", "applicant_id", "approval_id", "submitted_at", "closed_at", "form_key"):
        setattr(document, name, getattr(stored, name))
