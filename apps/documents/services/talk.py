"""Comments, copies and attachments."""

from collections.abc import Iterable

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from apps.approvals import engine
from apps.approvals.models import Event
from apps.core import clock
from apps.documents import grants, permissions
from apps.documents.errors import DocumentError
from apps.documents.models import Attachment, Comment, Document, Participant
from apps.documents.services import enclosing, mentions, notices
from apps.documents.services.files import drop_file, keep_file
from apps.documents.services.locking import lock
from apps.documents.services.projection import take_part


@transaction.atomic
def comment(document: Document, *, by, text: str, mentioned: Iterable = (), files: Iterable[File] = ()) -> Comment:
    """Add a remark; the applicant, the people deciding and those named in it are told.

    Somebody named who does not see the paper is given sight of it, where the writer may share it.
    """
    document = lock(document)
    access = permissions.require(by, "comment", document)
    if not text.strip():
        raise DocumentError(_("Write something first."), fields={"text": [_("Write something first.")]})
    if len(text) > 2000:
        raise DocumentError(_("A comment has at most 2,000 characters."), fields={"text": [_("Too long.")]})
    named = [person for person in mentions.mentioned_in(text, document, picked=mentioned) if person.pk != by.pk]
    strangers = mentions.strangers(named, document) if named else []
    mentions.refuse_strangers(strangers, access)
    enclosed = enclosing.examined(files)
    row = Comment.objects.create(document_id=document.pk, author=by, text=text.strip())
    enclosing.enclose(document, enclosed, by=by, comment=row)
    grants.give((person.pk, grants.VIEW, document.pk, f"mentioned:{row.pk}") for person in strangers)
    if document.approval_id:
        said = {"mentioned": [person.pk for person in named], "files": enclosing.named(enclosed)}
        payload = {"text": row.text, "comment": row.pk, **{name: value for name, value in said.items() if value}}
        engine.record(document.approval_id, Event.Verb.COMMENTED, by=by, payload=payload)
    notices.commented(document, row, named=named)
    return row


@transaction.atomic
def copy_to(document: Document, *, by, people: Iterable) -> None:
    """Let people read along (抄送)."""
    document = lock(document)
    permissions.require(by, "copy", document)
    left_out = {document.applicant_id, by.pk}
    people = [person for person in people if person.is_active and person.pk not in left_out]
    if not people:
        raise DocumentError(_("Choose somebody."), fields={"people": [_("Choose somebody.")]})
    grants.give((person.pk, grants.VIEW, document.pk, "copied") for person in people)
    take_part(document, copied={person.pk for person in people})
    engine.record(document.approval_id, Event.Verb.COPIED, by=by, payload={"people": [person.pk for person in people]})
    notices.copied(document, people, by=by)


def mark_read(document: Document, *, by) -> None:
    """Note that a person to whom the paper was copied has opened it."""
    Participant.objects.filter(user=by, document_id=document.pk, copied_at__isnull=False, read_at__isnull=True).update(
        read_at=clock.now()
    )


@transaction.atomic
def attach(document: Document, *, by, file) -> Attachment:
    """Keep a file with the paper. Its type is what its content says; the name is only remembered.

    Raises `BadFile` for a file that is too large, of a type not accepted, or already on this paper.
    """
    document = lock(document)
    permissions.require(by, "attach", document)
    return keep_file(document, by=by, file=file)


@transaction.atomic
def detach(attachment: Attachment, *, by) -> None:
    """Take a file off a paper that may still be changed."""
    document = lock(attachment.document)
    permissions.require(by, "attach", document)
    drop_file(attachment, document)


def twins(attachment: Attachment, *, viewer) -> list[Document]:
    """Other papers with the very same file, as far as the viewer may see them."""
    papers = Document.objects.visible_to(viewer).filter(attachments__sha256=attachment.sha256)
    return list(papers.exclude(pk=attachment.document_id).exclude(state=Document.State.REJECTED).order_by("pk")[:5])
