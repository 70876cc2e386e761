"""Taking a document for a change."""

from apps.documents.errors import NotFound
from apps.documents.kinds import kind_of
from apps.documents.models import Document


def lock(document: Document) -> Document:
    """The same paper as its kind, freshly read, its row locked until the transaction ends.

    Lock order everywhere: people → document → approval → step → task. Both rows of the paper are locked; only the
    person and the department are joined: what PostgreSQL joins to a row it had to wait for is as old as the question.
    """
    rows = kind_of(document.kind).objects.select_for_update(of=("self", "document_ptr"))
    fresh = rows.select_related("applicant", "department").filter(pk=document.pk).first()
    if fresh is None:
        raise NotFound
    return fresh


def save(document: Document, *, by, reason: str) -> None:
    """Write the paper and its history row, with who did it and why."""
    document._history_user = by
    document._change_reason = reason
    document.save()
