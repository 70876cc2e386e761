"""Taking a document for a change."""

from apps.approvals.models import Approval
from apps.documents.errors import NotFound
from apps.documents.models import Document


def lock(document: Document) -> Document:
    """The same paper as its kind, freshly read, its row locked until the transaction ends.

    Lock order everywhere: document → approval → step → task.
    """
    model = type(document.specific)
    rows = model.objects.select_for_update(of=("self",) if model is Document else ("document_ptr",))
    fresh = rows.select_related("applicant", "department", "approval").filter(pk=document.pk).first()
    if fresh is None:
        raise NotFound()
    return fresh


def save(document: Document, *, by, reason: str) -> None:
    """Write the paper and its history row, with who did it and why."""
    document._history_user = by
    document._change_reason = reason
    document.save()


def running(document: Document) -> Approval:
    """The paper's run."""
    return document.approval
