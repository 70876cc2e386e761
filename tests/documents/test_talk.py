"""Comments, copies and files on a paper."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.approvals.models import Event
from apps.core.storage import private_storage
from apps.documents import services
from apps.documents.errors import BadFile, DocumentError, NotAllowed, NotFound
from apps.documents.models import Attachment, Comment, Grant, Participant
from apps.documents.services.talk import twins
from apps.notifications.models import Notification
from tests.factories.documents import draft, submitted
from tests.factories.org import CompanyFactory

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR" + bytes(20)
JPG = b"\xff\xd8\xff\xe0" + bytes(20)


def zipped(*names):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return content.getvalue()


def upload(name="scan.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


def told():
    rows = list(Notification.objects.order_by("pk").values_list("recipient__username", "title", "body"))
    Notification.objects.all().delete()
    return rows


@pytest.fixture
def memo(people, two_steps):
    """Alice's memo at bob's."""
    two_steps()
    memo = submitted(people.alice)
    told()
    return memo


# ---- comments ----


def test_comment_is_told_to_the_applicant_and_whoever_decides_but_not_to_its_author(people, memo):
    services.comment(memo, by=people.boss, text="  100% needed? ")
    said = f"Boss commented on {memo.number}"
    assert sorted(told()) == [("alice", said, "100% needed?"), ("bob", said, "100% needed?")]
    services.comment(memo, by=people.bob, text="Yes")
    assert [who for who, *_rest in told()] == ["alice"]
    services.comment(memo, by=people.alice, text="Yes")
    assert [who for who, *_rest in told()] == ["bob"]
    assert list(Comment.objects.values_list("author__username", flat=True)) == ["boss", "bob", "alice"]
    assert list(Event.objects.filter(verb="commented").values_list("actor__username", flat=True)) == [
        "boss",
        "bob",
        "alice",
    ]


@pytest.mark.parametrize(
    ("text", "words"), [("", "Write something"), (" \n ", "Write something"), ("x" * 2001, "2,000")]
)
def test_comment_says_something_and_not_too_much(people, memo, text, words):
    with pytest.raises(DocumentError, match=words) as refusal:
        services.comment(memo, by=people.alice, text=text)
    assert set(refusal.value.fields) == {"text"}


def test_comment_needs_sight_of_the_paper(people, memo):
    with pytest.raises(NotFound):
        services.comment(memo, by=people.olga, text="?")


def test_comment_changes_nothing_that_is_decided_on(people, memo):
    seen = memo.content_hash()
    services.comment(memo, by=people.alice, text="Please hurry")
    services.approve(memo, by=people.bob, seen=seen)


# ---- copies ----


def test_copy_lets_people_read_and_tells_them(people, memo):
    services.copy_to(memo, by=people.alice, people=[people.olga, people.gone, people.alice])
    assert told() == [("olga", f"{memo.number} from Alice was copied to you", "")]
    assert list(Grant.objects.filter(reason="copied").values_list("user__username", "permission__codename")) == [
        ("olga", "view_document")
    ]
    assert Event.objects.get(verb="copied").payload == {"people": [people.olga.pk]}


def test_copy_is_unread_until_it_is_opened_and_again_after_the_next_copy(people, memo):
    services.copy_to(memo, by=people.alice, people=[people.olga])
    services.mark_read(memo, by=people.olga)
    assert Participant.objects.get(user=people.olga).read_at is not None
    services.copy_to(memo, by=people.bob, people=[people.olga])
    assert Participant.objects.get(user=people.olga).read_at is None
    assert Grant.objects.filter(user=people.olga).count() == 1


@pytest.mark.parametrize("names", [[], ["gone"], ["alice"], ["bob"]])
def test_copy_needs_somebody(people, memo, names):
    with pytest.raises(DocumentError, match="Choose somebody"):
        services.copy_to(memo, by=people.bob, people=[people.people[name] for name in names])


def test_copy_is_for_the_applicant_and_whoever_decides(people, memo):
    with pytest.raises(NotAllowed, match="Only the applicant and the person deciding"):
        services.copy_to(memo, by=people.boss, people=[people.olga])
    with pytest.raises(NotAllowed, match="copied to nobody"):
        services.copy_to(draft(people.alice), by=people.alice, people=[people.olga])


# ---- files ----

KINDS = [
    ("pdf", PDF),
    ("png", PNG),
    ("jpg", JPG),
    ("xml", b"<?xml version='1.0'?><invoice/>"),
    ("zip", zipped("a.txt")),
    ("ofd", zipped("OFD.xml")),
    ("xlsx", zipped("[Content_Types].xml", "xl/workbook.xml")),
    ("docx", zipped("[Content_Types].xml", "word/document.xml")),
]


@pytest.mark.parametrize(("kind", "content"), KINDS)
def test_file_is_known_by_its_content_whatever_its_name(people, kind, content):
    attachment = services.attach(draft(people.alice), by=people.alice, file=upload("anything.bin", content))
    assert (attachment.file_type, attachment.size, attachment.name) == (kind, len(content), "anything.bin")
    with attachment.file.open() as file:
        assert file.read() == content


@pytest.mark.parametrize(
    "content",
    [b"MZ\x90\x00", b"<html><script>alert(1)</script></html>", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"text"],
)
def test_disguised_file_is_refused(people, content):
    memo = draft(people.alice)
    with pytest.raises(BadFile, match=r"invoice\.pdf is none of PDF") as refusal:
        services.attach(memo, by=people.alice, file=upload("invoice.pdf", content))
    assert refusal.value.status == 422
    assert not Attachment.objects.exists()


def test_empty_and_large_files_are_refused(people):
    CompanyFactory(max_attachment_mb=1)
    memo = draft(people.alice)
    with pytest.raises(BadFile, match="is empty"):
        services.attach(memo, by=people.alice, file=upload(content=b""))
    with pytest.raises(BadFile, match="larger than 1 MB"):
        services.attach(memo, by=people.alice, file=upload(content=PDF + bytes(1024 * 1024)))
    services.attach(memo, by=people.alice, file=upload(content=PDF + bytes(1024 * 1024 - len(PDF))))


def test_same_file_twice_on_one_paper_is_refused_whatever_its_name(people):
    memo = draft(people.alice)
    services.attach(memo, by=people.alice, file=upload())
    with pytest.raises(BadFile, match=r"copy\.pdf is already attached"):
        services.attach(memo, by=people.alice, file=upload("copy.pdf"))


def test_same_file_on_another_paper_is_pointed_out_to_those_who_see_both(people, two_steps):
    two_steps()
    first, second = draft(people.tom), draft(people.alice)
    services.attach(first, by=people.tom, file=upload())
    attachment = services.attach(second, by=people.alice, file=upload("again.pdf"))
    assert twins(attachment, viewer=people.bob) == []
    services.submit(first, by=people.tom)
    assert twins(attachment, viewer=people.alice) == []
    assert [paper.pk for paper in twins(attachment, viewer=people.bob)] == [first.pk]


def test_file_changes_what_is_decided_on(people):
    memo = draft(people.alice)
    before = memo.content_hash()
    services.attach(memo, by=people.alice, file=upload())
    assert type(memo).objects.get().content_hash() != before


@pytest.mark.parametrize("name", ["alice", "bob", "boss"])
def test_file_of_a_submitted_paper_is_not_touched(people, two_steps, name):
    two_steps()
    memo = draft(people.alice)
    attachment = services.attach(memo, by=people.alice, file=upload())
    services.submit(memo, by=people.alice)
    with pytest.raises(NotAllowed):
        services.attach(memo, by=people.people[name], file=upload("other.png", PNG))
    with pytest.raises(NotAllowed):
        services.detach(attachment, by=people.people[name])


def test_name_keeps_no_path_and_no_tricks(people):
    file = upload()
    file.name = "..\\up\u202efdp.exe\n.pdf"
    attachment = services.attach(draft(people.alice), by=people.alice, file=file)
    assert attachment.name == "upfdp.exe.pdf"
    assert attachment.file.name.startswith(f"attachments/{attachment.sha256[:2]}/{attachment.sha256}")


def test_file_taken_off_a_draft_is_gone_for_good(people, django_capture_on_commit_callbacks):
    attachment = services.attach(draft(people.alice), by=people.alice, file=upload())
    name = attachment.file.name
    with django_capture_on_commit_callbacks(execute=True):
        services.detach(attachment, by=people.alice)
    assert not private_storage().exists(name)


def test_file_somebody_may_have_decided_on_stays_in_the_store(people, two_steps, django_capture_on_commit_callbacks):
    two_steps()
    memo = draft(people.alice)
    attachment = services.attach(memo, by=people.alice, file=upload())
    name = attachment.file.name
    services.return_(services.submit(memo, by=people.alice), by=people.bob, reason="Wrong file")
    with django_capture_on_commit_callbacks(execute=True):
        services.detach(attachment, by=people.alice)
    assert not Attachment.objects.exists()
    assert private_storage().exists(name)


def test_files_go_with_a_draft_that_is_thrown_away(people, django_capture_on_commit_callbacks):
    memo = draft(people.alice)
    name = services.attach(memo, by=people.alice, file=upload()).file.name
    with django_capture_on_commit_callbacks(execute=True):
        services.delete_draft(memo, by=people.alice)
    assert not private_storage().exists(name)


def test_files_have_no_public_address(people):
    attachment = services.attach(draft(people.alice), by=people.alice, file=upload())
    with pytest.raises(ValueError, match="have no address"):
        assert attachment.file.url
