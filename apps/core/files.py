"""What a file really is, whatever it is called, and how to hand it out safely.

A file is known by its content; its name and the type the browser declares are for people only. Nothing here unpacks or
parses what was uploaded: a few bytes at the front and, for ZIP containers, the bounded list of names at the end do.
"""

import hashlib
import re
import struct
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import IO

from django.http import FileResponse

MIME = {
    "pdf": "application/pdf",
    "ofd": "application/ofd",
    "jpg": "image/jpeg",
    "png": "image/png",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "zip": "application/zip",
    "xml": "application/xml",
}
SUFFIXES = {kind: {f".{kind}"} for kind in MIME} | {"jpg": {".jpg", ".jpeg"}}
INLINE = {MIME["pdf"], MIME["jpg"], MIME["png"]}

HEAD_BYTES = 4096
CHUNK_BYTES = 1024 * 1024
DIRECTORY_BYTES = 1024 * 1024
END_RECORD_BYTES = 22

# What browsers take for HTML at the front of a file (WHATWG MIME sniffing), and the XML languages that run scripts.
_ACTIVE_TAGS = frozenset(
    "a b body br div font h1 head html iframe img link math meta object p script style svg table title".split()  # noqa: SIM905
)
_ACTIVE_NAMESPACES = (b"www.w3.org/1999/xhtml", b"www.w3.org/2000/svg", b"www.w3.org/1999/xsl")
_XML_START = re.compile(rb"(?:\s*<\?xml\b[^>]{0,200}\?>)?(?:\s|<!--.*?-->)*<([A-Za-z_][\w.:-]{0,100})[\s/>]", re.DOTALL)


def sniff(file: IO[bytes]) -> str | None:
    """The kind of a file by its content: a key of `MIME`, or None for everything we do not take."""
    with _read_from(file, 0):
        head = file.read(HEAD_BYTES)
    if re.match(rb"%PDF-\d\.\d", head):
        return "pdf"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if head.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"):
        return "png"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(file)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return _kind_of_markup(file, head.removeprefix(b"\xef\xbb\xbf"))
    return None


def sha256_of(file: IO[bytes]) -> str:
    """The SHA-256 of the content in hexadecimal, read in pieces."""
    digest = hashlib.sha256()
    with _read_from(file, 0):
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def suffix_fits(kind: str, name: str) -> bool:
    """Whether a file's name says what its content is: `scan.JPEG` fits jpg, `invoice.pdf` does not fit zip."""
    return PurePath(name).suffix.lower() in SUFFIXES[kind]


def mime_of_name(name: str) -> str:
    """The type for a file the program has made itself and named itself."""
    suffix = PurePath(name).suffix.lower()
    return next((MIME[kind] for kind, suffixes in SUFFIXES.items() if suffix in suffixes), "application/octet-stream")


def clean_name(name: str) -> str:
    """A file name without path, control characters and characters that turn the reading direction around."""
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(
        character for character in name if unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    )
    stem, dot, suffix = kept.strip().rpartition(".")
    if not dot:
        return suffix[:150] or "file"
    return f"{stem[:150]}.{suffix[:20]}" if stem else f"file.{suffix[:20]}"


def serve_file(file: IO[bytes], name: str, *, inline: bool = False, content_type: str) -> FileResponse:
    """Hand out a private file, after the caller has asked for permission.

    Only PDF and pictures are ever shown inside the page, everything else is downloaded. No cache keeps a copy, and no
    script in the file runs in our name. (A PDF shown inline gets no `sandbox`: older browsers would refuse to start
    their viewer, which isolates the document itself.)
    """
    inline = inline and content_type in INLINE
    policy = ["default-src 'none'", "style-src 'unsafe-inline'", "img-src 'self' data:", "frame-ancestors 'self'"]
    if inline and content_type == MIME["pdf"]:
        policy += ["object-src 'self'"]
    else:
        policy += ["sandbox"]
    headers = {
        "Content-Security-Policy": "; ".join(policy),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "SAMEORIGIN" if inline else "DENY",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "private, no-store",
    }
    return FileResponse(
        file, as_attachment=not inline, filename=clean_name(name), content_type=content_type, headers=headers
    )


@contextmanager
def _read_from(file: IO[bytes], position: int) -> Iterator[None]:
    """Read from somewhere and leave the file where it was."""
    before = file.tell()
    file.seek(position)
    try:
        yield
    finally:
        file.seek(before)


# ---- ZIP containers ----


def _kind_of_zip(file: IO[bytes]) -> str | None:
    """ofd, xlsx, docx or plain zip by the names inside; None when the container is broken, huge or carries macros."""
    names = _names_in_zip(file)
    if names is None or any(name.lower().endswith("vbaproject.bin") for name in names):
        return None
    if "OFD.xml" in names:
        return "ofd"
    if "[Content_Types].xml" in names:
        if "xl/workbook.xml" in names:
            return "xlsx"
        if "word/document.xml" in names:
            return "docx"
    return "zip"


def _names_in_zip(file: IO[bytes]) -> set[str] | None:
    """The names in the central directory, read without unpacking anything and never more than a megabyte of it."""
    with _read_from(file, 0):
        size = file.seek(0, 2)
        tail_start = file.seek(max(0, size - END_RECORD_BYTES - 0xFFFF))
        tail = file.read()
        end = tail.rfind(b"PK\x05\x06")
        if end < 0 or len(tail) - end < END_RECORD_BYTES:
            return None
        count, length, offset, comment = struct.unpack("<10xHLLH", tail[end : end + END_RECORD_BYTES])
        ends_with_file = end + END_RECORD_BYTES + comment == len(tail)
        if length > DIRECTORY_BYTES or offset + length != tail_start + end or not ends_with_file:
            return None
        file.seek(offset)
        return _walk_directory(file.read(length), count)


def _walk_directory(directory: bytes, count: int) -> set[str] | None:
    """The names of the entries of a central directory; None unless it holds exactly as many as it says."""
    names = set()
    position = 0
    for _entry in range(count):
        if directory[position : position + 4] != b"PK\x01\x02" or len(directory) < position + 46:
            return None
        name_length, extra_length, comment_length = struct.unpack("<HHH", directory[position + 28 : position + 34])
        names.add(directory[position + 46 : position + 46 + name_length].decode("utf-8", "replace"))
        position += 46 + name_length + extra_length + comment_length
    return names if position == len(directory) else None


# ---- markup ----


def _kind_of_markup(file: IO[bytes], head: bytes) -> str | None:
    """xml for plain data; None for disguised web pages and pictures, and for anything with entities or style sheets."""
    start = _XML_START.match(head)
    if start is None:
        return None
    tag = start.group(1).decode("ascii").lower().rpartition(":")[2]
    if tag in _ACTIVE_TAGS or _contains(file, (b"<!doctype", b"<!entity", b"<?xml-stylesheet", *_ACTIVE_NAMESPACES)):
        return None
    return "xml"


def _contains(file: IO[bytes], needles: tuple[bytes, ...]) -> bool:
    """Whether one of some lower-case byte strings occurs anywhere, whatever its case there."""
    overlap = max(map(len, needles)) - 1
    with _read_from(file, 0):
        kept = b""
        while chunk := file.read(CHUNK_BYTES):
            window = kept + chunk.lower()
            if any(needle in window for needle in needles):
                return True
            kept = window[-overlap:]
    return False
