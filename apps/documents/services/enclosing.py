"""Files that go with a decision or a comment: checked like attachments, their hashes named in its event."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.files import File
from django.utils.translation import gettext as _

from apps.core.files import clean_name
from apps.documents.errors import BadFile
from apps.documents.models import Document, Enclosure
from apps.documents.services.files import examine

MOST = 10


@dataclass(frozen=True)
class Examined:
    """A file that may be kept: what it is by its content, and its hash."""

    file: File
    name: str
    file_type: str
    sha256: str


def examined(files: Iterable[File]) -> list[Examined]:
    """The files of one decision or comment, each once. Raises `BadFile` for what is not kept."""
    files = list(files)
    if len(files) > MOST:
        raise BadFile(_("At most %(most)s files go with one decision or comment.") % {"most": MOST})
    found: dict[str, Examined] = {}
    for file in files:
        file_type, sha256 = examine(file)
        found.setdefault(sha256, Examined(file, clean_name(file.name), file_type, sha256))
    return list(found.values())


def named(files: Iterable[Examined]) -> list[dict[str, str]]:
    """What an event says of the files."""
    return [{"name": file.name, "sha256": file.sha256} for file in files]


def enclose(document: Document, files: Sequence[Examined], *, by, **goes_with) -> None:
    """Store the files with the decision (``task``) or the ``comment`` they go with."""
    for row in files:
        Enclosure.objects.create(
            document_id=document.pk,
            file=row.file,
            name=row.name,
            size=row.file.size,
            sha256=row.sha256,
            file_type=row.file_type,
            uploaded_by=by,
            **goes_with,
        )
