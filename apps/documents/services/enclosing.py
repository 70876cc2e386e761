"""Files that go with a decision or a comment: checked like attachments, their hashes named in its event."""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files import File
from django.utils.translation import gettext as _

from apps.core.files import clean_name
from apps.documents.errors import BadFile, DocumentError
from apps.documents.models import Document, Enclosure
from apps.documents.services.files import examine

MOST = 10
LARGEST_SIGNATURE = 100 * 1024
LONGEST_SIDE = 3000


@dataclass(frozen=True)
class Examined:
    """A file that may be kept: what it is by its content, and its hash."""

    file: File
    name: str
    file_type: str
    sha256: str
    is_signature: bool = False


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


def examined_signature(file: File | None) -> list[Examined]:
    """A signature drawn by hand, or a picture of one; none where none was given."""
    if file is None:
        return []
    try:
        file_type, sha256 = examine(file)
    except BadFile as refusal:
        raise _bad_signature(str(refusal)) from refusal
    if file_type != "png":
        raise _bad_signature(_("A signature is a picture of the type PNG."))
    if file.size > LARGEST_SIGNATURE or max(_size_of_png(file)) > LONGEST_SIDE:
        raise _bad_signature(_("A signature has at most 100 KB, and 3,000 dots on a side."))
    return [Examined(file, clean_name(file.name), file_type, sha256, is_signature=True)]


def _size_of_png(file: File) -> tuple[int, int]:
    """Width and height, which stand at the front; nothing is unpacked for them."""
    file.seek(16)
    width, height = struct.unpack(">II", file.read(8).ljust(8, b"\0"))
    file.seek(0)
    return width, height


def _bad_signature(text: str) -> DocumentError:
    refusal = DocumentError(text, fields={"signature": [text]})
    refusal.status = 422
    return refusal


def named(files: Iterable[Examined]) -> list[dict[str, Any]]:
    """What an event says of the files."""
    return [
        {"name": file.name, "sha256": file.sha256, **({"signature": True} if file.is_signature else {})}
        for file in files
    ]


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
            is_signature=row.is_signature,
            **goes_with,
        )
