"""Taking a file in, and letting go of an attachment. Whether a person may is asked before."""

from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.files import clean_name, sha256_of, sniff
from apps.documents.errors import BadFile
from apps.documents.models import Attachment, Document
from apps.documents.models.parts import StoredFile
from apps.org.models import Company


def examine(file) -> tuple[str, str]:
    """What a file is by its content (a key of `core.files.MIME`), and its hash; `BadFile` for what is not kept."""
    limit = Company.current().max_attachment_mb
    if file.size > limit * 1024 * 1024:
        raise BadFile(_("%(name)s is larger than %(limit)s MB.") % {"name": file.name, "limit": limit})
    if not file.size:
        raise BadFile(_("%(name)s is empty.") % {"name": file.name})
    file_type = sniff(file)
    if file_type is None:
        raise BadFile(
            _("%(name)s is none of PDF, OFD, JPG, PNG, XLSX, DOCX, ZIP, XML, whatever its name says.")
            % {"name": file.name}
        )
    return file_type, sha256_of(file)


def keep_file(document: Document, *, by, file, again: bool = False) -> Attachment:
    """Keep a file with a locked paper. Its type is what its content says; the name is only remembered.

    Raises `BadFile` for a file that is too large, of a type not accepted, or already on this paper; with ``again`` the
    one that is there already is answered.
    """
    file_type, sha256 = examine(file)
    if known := document.attachments.filter(sha256=sha256).first():
        if again:
            return known
        raise BadFile(_("%(name)s is already attached.") % {"name": file.name})
    return Attachment.objects.create(
        document_id=document.pk,
        file=file,
        name=clean_name(file.name),
        size=file.size,
        sha256=sha256,
        file_type=file_type,
        uploaded_by=by,
    )


def drop_file(attachment: StoredFile, document: Document) -> None:
    """Take a file off a paper. What somebody may have decided on stays in the store; what nobody saw goes for good."""
    stored = attachment.file
    attachment.delete()
    if not document.number:
        transaction.on_commit(partial(stored.storage.delete, stored.name))
