"""Letting go of an attachment."""

from functools import partial

from django.db import transaction

from apps.documents.models import Attachment, Document


def drop_file(attachment: Attachment, document: Document) -> None:
    """Take a file off a paper. What somebody may have decided on stays in the store; what nobody saw goes for good."""
    stored = attachment.file
    attachment.delete()
    if not document.number:
        transaction.on_commit(partial(stored.storage.delete, stored.name))
