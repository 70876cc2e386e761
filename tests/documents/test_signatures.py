"""What a step asks for with an approval: a file, a signature drawn by hand."""

import base64
import hashlib
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.approvals.errors import FileMissing, SignatureMissing
from apps.approvals.events import verify
from apps.approvals.models import Event, Task
from apps.core.errors import Refused
from apps.core.pdf import render_print_form
from apps.documents import services
from apps.documents.models import Enclosure
from apps.documents.printing import PrintParts, print_form
from tests.documents.test_talk import PDF, upload
from tests.factories.approvals import route, step
from tests.factories.documents import submitted

pytestmark = pytest.mark.django_db


def png(width=60, height=20) -> bytes:
    """A picture that can be shown."""

    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    rows = (b"\0" + b"\x80" * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


SIGNED = png()
DRAWN = f"data:image/png;base64,{base64.b64encode(SIGNED).decode()}"


def signature(content=SIGNED):
    return SimpleUploadedFile("signature.png", content)


@pytest.fixture
def memo(people):
    """Waiting for bob, who signs; then finance, who encloses a file."""
    route(
        "memo",
        [
            step("head", rule="department_head", signature_required=True),
            step("finance", role="finance_reviewer", attachment_required=True),
        ],
    )
    return submitted(people.alice)


def page(memo, name, *args):
    return reverse(f"testkind:memo-{name}", args=[memo.pk, *args])


def test_a_step_that_asks_for_a_signature_gets_one(people, memo):
    with pytest.raises(SignatureMissing, match="needs your signature"):
        services.approve(memo, by=people.bob, files=[upload()])
    assert not Task.objects.filter(state="approved").exists()
    services.approve(memo, by=people.bob, signature=signature())
    sha256 = hashlib.sha256(SIGNED).hexdigest()
    named = [{"name": "signature.png", "sha256": sha256, "signature": True}]
    assert Event.objects.get(verb="approved").payload["files"] == named
    row = Enclosure.objects.get()
    assert (row.is_signature, row.file_type, row.task.user, row.sha256) == (True, "png", people.bob, sha256)
    assert list(verify()) == []


def test_a_step_that_asks_for_a_file_gets_one(people, memo):
    services.approve(memo, by=people.bob, signature=signature())
    for given in ({}, {"signature": signature()}):
        with pytest.raises(FileMissing, match="needs a file"):
            services.approve(memo, by=people.fay, **given)
    memo = services.approve(memo, by=people.fay, files=[upload()])
    assert memo.state == "approved"


@pytest.mark.parametrize("verb", ["return_", "reject"])
def test_a_refusal_needs_neither(people, memo, verb):
    getattr(services, verb)(memo, by=people.bob, reason="No")
    assert not Enclosure.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (PDF, "is a picture of the type PNG"),
        (b"MZ\x90\x00", "is none of PDF"),
        (SIGNED + bytes(100 * 1024), "at most 100 KB"),
        (png(3001, 1), "3,000 dots"),
        (b"", "is empty"),
    ],
)
def test_what_is_no_signature_is_refused(people, memo, content, words):
    with pytest.raises(Refused, match=words) as refusal:
        services.approve(memo, by=people.bob, signature=signature(content))
    assert (set(refusal.value.fields), refusal.value.status) == ({"signature"}, 422)


def test_it_is_drawn_or_chosen_on_the_page(people, memo, client):
    client.force_login(people.bob)
    shown = client.get(page(memo, "detail")).content.decode()
    assert "<canvas" in shown
    missing = client.post(page(memo, "approve"), {"comment": "Fine"})
    assert (missing.status_code, list(missing.context["form"].errors)) == (422, ["signature"])
    assert "Fine" in missing.content.decode()
    assert "<canvas" in missing.content.decode()
    wrong = client.post(page(memo, "approve"), {"signature": "data:image/png;base64,???"})
    assert wrong.context["form"].errors["signature"] == ["This is no signature; draw it again."]
    assert client.post(page(memo, "approve"), {"signature": DRAWN}).status_code == 302
    assert Enclosure.objects.get().sha256 == hashlib.sha256(SIGNED).hexdigest()
    address = page(memo, "enclosure", Enclosure.objects.get().pk)
    assert f'<img class="signature-image" src="{address}?inline=1"' in client.get(page(memo, "detail")).content.decode()

    client.force_login(people.fay)
    shown = client.get(page(memo, "detail")).content.decode()
    assert ("<canvas" in shown, "Attach files (required)" in shown) == (False, True)
    missing = client.post(page(memo, "approve"), {"signature": ""})
    assert list(missing.context["form"].errors) == ["files"]
    assert "<canvas" not in missing.content.decode()
    assert client.post(page(memo, "approve"), {"files": upload()}).status_code == 302


def test_a_chosen_picture_serves_as_well(people, memo, client):
    client.force_login(people.bob)
    assert client.post(page(memo, "approve"), {"signature": "", "signature_file": signature()}).status_code == 302
    assert Enclosure.objects.get().is_signature


def test_several_at_once_say_that_it_is_missing(people, memo, client):
    client.force_login(people.bob)
    answer = client.post(reverse("workspace:approve-selected"), {"task": Task.objects.open().get().pk})
    said = [(result.done, result.said) for result in answer.context["results"]]
    assert said == [(False, "This step needs your signature: draw it, or choose a picture of it.")]


@pytest.mark.parametrize("engine", ["weasyprint", "reportlab"])
def test_it_is_printed(people, memo, monkeypatch, engine):
    services.approve(memo, by=people.bob, signature=signature())
    memo = type(memo).objects.select_related("approval").get(pk=memo.pk)
    form = print_form(memo, PrintParts(), by=people.alice, base_url="")
    assert [(row.label, row.picture) for row in form.signatures] == [("Head: Bob", SIGNED)]
    assert form.chain[0][-1] == ""
    monkeypatch.setenv("AGENCYOPS_PDF_ENGINE", engine)
    content = render_print_form(form)
    assert b"/Image" in content
