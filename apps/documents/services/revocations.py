"""Asking for an approved paper to be revoked (approvals.md §1, "revoke after final approval")."""

from django.db import transaction
from django.utils.translation import gettext as _

from apps.approvals.errors import ReasonMissing
from apps.documents import permissions
from apps.documents.models import Document, Revocation
from apps.documents.services.decisions import submit
from apps.documents.services.drafts import save_draft
from apps.documents.services.locking import lock


@transaction.atomic
def ask_to_revoke(document: Document, *, by, reason: str) -> Revocation:
    """Hand in the application to revoke a paper; its chain decides. The paper is in force until that is done."""
    document = lock(document)
    permissions.require(by, "revoke", document)
    if not reason.strip():
        raise ReasonMissing
    revocation = Revocation(
        of=document,
        title=(_("Revoke %(paper)s: %(title)s") % {"paper": document, "title": document.title})[:200],
        reason=reason.strip(),
        department=document.department,
        amount=document.amount,
        currency=document.currency,
    )
    save_draft(revocation, by=by)
    return submit(revocation, by=by)
