"""A file is known by its content and handed out so that it can do no harm."""

import hashlib
import io
import struct
import zipfile

import pytest

from apps.core.files import MIME, clean_name, mime_of_name, serve_file, sha256_of, sniff, suffix_fits
from apps.core.storage import PrivatePath, private_storage

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(40)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def zipped(*names, comment=b""):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, "content")
        archive.comment = comment
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n...", "pdf"),
        (b"\xff\xd8\xff\xe0....JFIF", "jpg"),
        (PNG, "png"),
        (zipped("OFD.xml", "Doc_0/Document.xml"), "ofd"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
        (zipped("[Content_Types].xml", "word/document.xml"), "docx"),
        (zipped("a.txt", "发票.pdf"), "zip"),
        (zipped("a.txt", comment=b"scanned by reception"), "zip"),
        (zipped(), "zip"),
        (zipped("[Content_Types].xml", "ppt/presentation.xml"), "zip"),
        (b'<?xml version="1.0" encoding="UTF-8"?>\n<!-- e-invoice -->\n<EInvoice><Header/></EInvoice>', "xml"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><ns:EInvoice xmlns:ns='urn:x'/>", "xml"),
        (b"<EInvoice/>", "xml"),
    ],
)
def test_sniff_knows_what_we_take(content, kind):
    assert sniff(io.BytesIO(content)) == kind


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"MZ\x90\x00",
        b"#!/bin/sh\n",
        b"\n%PDF-1.7",
        b"\xef\xbb\xbf%PDF-1.7",
        b"GIF89a<script>alert(1)</script>",
        b"\x89PNG\r\n\x1a\n<script>",
        b"<html><script>alert(1)</script></html>",
        b"<!DOCTYPE html><p>hello",
        b"  <ScRiPt >alert(1)</script>",
        SVG,
        b"<?xml version='1.0'?>" + SVG,
        b"<?xml version='1.0'?><invoice>"
        + b" " * 9000
        + b'<x:script xmlns:x="http://www.w3.org/1999/xhtml"/></invoice>',
        b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
        b"<?xml version='1.0'?><?xml-stylesheet href='evil.xsl'?><a/>",
        "<?xml version='1.0' encoding='UTF-16'?><a/>".encode("utf-16"),
        b"<",
        b"PK\x03\x04 torn",
        zipped("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"),
        zipped("a.txt") + b"<script>trailer</script>",
        zipped("a.txt")[:-22] + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 60000, 60000, 51, 38, 0),
        zipped("a.txt")[:-22] + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 0xFFFFFFFF, 38, 0),
    ],
)
def test_sniff_refuses_everything_else(content):
    assert sniff(io.BytesIO(content)) is None


def test_sniff_finds_markup_across_the_edge_of_a_piece():
    content = b"<a>" + b"x" * (1024 * 1024 - 8) + b"<!ENTITY e 'x'></a>"
    assert sniff(io.BytesIO(content)) is None


def test_sniff_refuses_a_directory_of_more_than_a_megabyte():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(20_000):
            archive.writestr(f"{number:030}", "")
    assert sniff(stream) is None


def test_reading_leaves_the_file_where_it_was():
    file = io.BytesIO(zipped("OFD.xml"))
    file.seek(7)
    assert (sniff(file), sha256_of(file), file.tell()) == ("ofd", hashlib.sha256(file.getvalue()).hexdigest(), 7)


def test_sha256_reads_more_than_one_piece():
    content = b"0123456789" * 300_000
    assert sha256_of(io.BytesIO(content)) == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("kind", "name", "fits"),
    [("jpg", "scan.JPEG", True), ("pdf", "發票.pdf", True), ("zip", "invoice.pdf", False), ("xml", "noname", False)],
)
def test_suffix_fits(kind, name, fits):
    assert suffix_fits(kind, name) is fits


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("发票 (1).pdf", "发票 (1).pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\claim.xlsx", "claim.xlsx"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("", "file"),
        (".pdf", "file.pdf"),
        ("x" * 300 + ".pdf", "x" * 150 + ".pdf"),
    ],
)
def test_clean_name(name, cleaned):
    assert clean_name(name) == cleaned


def test_mime_of_name_knows_what_we_make():
    assert [mime_of_name(name) for name in ("a.xlsx", "a.PDF", "a.exe")] == [
        MIME["xlsx"],
        MIME["pdf"],
        "application/octet-stream",
    ]


def test_served_file_is_a_download_that_runs_nothing():
    response = serve_file(io.BytesIO(b"<EInvoice/>"), "数电发票.xml", inline=True, content_type=MIME["xml"])
    assert {name: response[name] for name in ("Content-Disposition", "X-Content-Type-Options", "Cache-Control")} == {
        "Content-Disposition": "attachment; filename*=utf-8''%E6%95%B0%E7%94%B5%E5%8F%91%E7%A5%A8.xml",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    assert response["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert response["Content-Security-Policy"].endswith("; sandbox")
    assert response["X-Frame-Options"] == "DENY"
    assert b"".join(response.streaming_content) == b"<EInvoice/>"


def test_served_file_does_not_tell_its_stored_name(tmp_path):
    (tmp_path / "0f3a").write_bytes(PNG)
    with (tmp_path / "0f3a").open("rb") as file:
        response = serve_file(file, "scan.png", inline=True, content_type=MIME["png"])
    assert (response["Content-Disposition"], response["Content-Length"]) == ('inline; filename="scan.png"', "56")


def test_picture_may_be_shown_inside_our_own_pages():
    response = serve_file(io.BytesIO(PNG), 'a"b.png', inline=True, content_type=MIME["png"])
    assert response["Content-Disposition"] == r'inline; filename="a\"b.png"'
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert response["Content-Security-Policy"].endswith("; sandbox")


def test_pdf_shown_inline_keeps_its_viewer():
    response = serve_file(io.BytesIO(b"%PDF-1.7"), "a.pdf", inline=True, content_type=MIME["pdf"])
    assert "sandbox" not in response["Content-Security-Policy"]
    assert response["Content-Type"] == "application/pdf"


def test_private_files_have_no_address_and_say_nothing_by_their_name(settings, tmp_path):
    settings.PRIVATE_ROOT = tmp_path / "private"
    storage = private_storage()
    name = storage.save(PrivatePath("attachments")(None, "工资表.xlsx"), io.BytesIO(b"secret"))
    path = tmp_path / "private" / name
    assert path.read_bytes() == b"secret"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert name.startswith("attachments/")
    assert len(path.name) == 32
    with pytest.raises(ValueError, match="no address"):
        storage.url(name)
