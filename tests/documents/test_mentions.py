"""People named in comments, and files that go with comments and decisions."""

import hashlib

import pytest
from django.urls import reverse

from apps.approvals.events import verify
from apps.approvals.models import Event
from apps.core.storage import private_storage
from apps.documents import services, visibility
from apps.documents.chain import chain_of
from apps.documents.enclosures import enclosures_of
from apps.documents.errors import BadFile, DocumentError
from apps.documents.models import Document, Enclosure, Grant
from apps.documents.printing import printed_chain
from apps.notifications.models import Notification
from apps.org.models import User
from tests.documents.test_talk import PDF, PNG, told, upload
from tests.factories.documents import STATES, brought_to, draft, submitted
from tests.factories.org import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def memo(people, two_steps):
    """Alice's memo at bob's."""
    two_steps()
    memo = submitted(people.alice)
    told()
    return memo


def page(memo, name, *args):
    return reverse(f"testkind:memo-{name}", args=[memo.pk, *args])


# ---- who may be named ----


@pytest.mark.parametrize("state", STATES)
def test_readers_of_a_paper_are_those_who_see_it(people, two_steps, state):
    two_steps()
    memo = brought_to(state, people.tom, head=people.tina, finance=people.fay, executive=people.erin)
    see = {p.username for p in User.objects.all() if Document.objects.visible_to(p).filter(pk=memo.pk).exists()}
    assert set(visibility.readers_of(memo).values_list("username", flat=True)) == see


def test_who_is_named_is_told_once_and_of_that(people, memo):
    services.comment(memo, by=people.boss, text="@bob and @Alice: see @nobody, bob@example.org")
    named = f"Boss named you in a comment on {memo.number}"
    assert {(who, title) for who, title, _body in told()} == {("alice", named), ("bob", named)}
    assert Event.objects.get(verb="commented").payload["mentioned"] == [people.bob.pk, people.alice.pk]
    services.comment(memo, by=people.bob, text="@bob talks to himself")
    assert [who for who, *_rest in told()] == ["alice"]


@pytest.mark.parametrize(
    ("text", "found"), [("@annabel", []), ("@ann: yes", ["ann"]), ("@ann，好", ["ann"]), ("@王小明請看", ["wang"])]
)
def test_a_name_ends_where_it_ends(people, memo, text, found):
    for username, name in (("ann", "Ann"), ("wang", "王小明"), ("wangx", "王小")):
        services.copy_to(memo, by=people.alice, people=[UserFactory(username=username, name=name)])
    told()
    services.comment(memo, by=people.alice, text=text)
    named = Notification.objects.filter(title__contains="named you").values_list("recipient__username", flat=True)
    assert list(named) == found


def test_a_stranger_is_named_only_by_who_may_share_the_paper(people, memo):
    with pytest.raises(DocumentError, match="Olga may not see this paper") as refusal:
        services.comment(memo, by=people.boss, text="@Olga knows")
    assert set(refusal.value.fields) == {"text"}
    assert (told(), memo.comments.count()) == ([], 0)

    row = services.comment(memo, by=people.alice, text="@Olga knows")
    grant = Grant.objects.get(user=people.olga)
    assert (grant.permission.codename, grant.reason) == ("view_document", f"mentioned:{row.pk}")
    assert ("olga", f"Alice named you in a comment on {memo.number}", "@Olga knows") in told()


def test_of_two_of_one_name_the_reader_is_meant_and_else_one_is_picked(people, memo):
    first, second = (UserFactory(username=name, name="Lee") for name in ("lee1", "lee2"))
    with pytest.raises(DocumentError, match="Several people are called Lee"):
        services.comment(memo, by=people.alice, text="@Lee")
    services.comment(memo, by=people.alice, text="@Lee", mentioned=[second])
    assert Grant.objects.filter(user__in=[first, second]).get().user == second
    services.comment(memo, by=people.boss, text="@Lee")
    assert {who for who, title, _body in told() if "named" in title} == {"lee2"}


def test_names_are_offered_readers_first(people, memo, client):
    client.force_login(people.alice)
    found = client.get(page(memo, "mentionable"), {"q": "o"}).json()
    assert found[:2] == [
        {"value": people.bob.pk, "name": "Bob", "text": "Bob · Business"},
        {"value": people.boss.pk, "name": "Boss", "text": "Boss · Company"},
    ]
    assert {"value": people.olga.pk, "name": "Olga", "text": "Olga · Service (will see this paper)"} in found
    client.force_login(people.boss)
    assert [row["name"] for row in client.get(page(memo, "mentionable"), {"q": "o"}).json()] == ["Bob", "Root"]
    client.force_login(people.olga)
    assert client.get(page(memo, "mentionable"), {"q": "o"}).status_code == 404


def test_a_refused_comment_is_kept_as_typed(people, memo, client):
    client.force_login(people.boss)
    answer = client.post(page(memo, "comment"), {"text": "Ask @Olga about it"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["text"])
    assert "Ask @Olga about it" in answer.content.decode()


# ---- files that go along ----


def test_files_go_with_the_decision_and_their_hash_into_its_event(people, memo):
    seen = memo.content_hash()
    services.approve(memo, by=people.bob, comment="See the offer", seen=seen, files=[upload("offer.pdf"), upload()])
    sha256 = hashlib.sha256(PDF).hexdigest()
    assert Event.objects.get(verb="approved").payload["files"] == [{"name": "offer.pdf", "sha256": sha256}]
    row = Enclosure.objects.get()
    assert (row.task.user, row.sha256, row.size, row.file_type) == (people.bob, sha256, len(PDF), "pdf")
    assert private_storage().exists(row.file.name)
    memo = type(memo).objects.get(pk=memo.pk)
    assert memo.content_hash() == seen
    assert list(verify()) == []
    chain = chain_of(memo, enclosures=enclosures_of(memo))
    [decision] = chain.current.stops[0].decisions
    assert [(file.name, file.url) for file in decision.files] == [("offer.pdf", page(memo, "enclosure", row.pk))]
    assert printed_chain(chain)[0][-1] == "See the offer\nWith: offer.pdf"


@pytest.mark.parametrize(("verb", "said"), [("return_", "returned"), ("reject", "rejected")])
def test_files_go_with_a_refusal(people, memo, verb, said):
    getattr(services, verb)(memo, by=people.bob, reason="No", files=[upload()])
    assert Enclosure.objects.get().task.state == said
    assert [file["name"] for file in Event.objects.get(verb=said).payload["files"]] == ["scan.pdf"]


def test_files_go_with_a_comment_and_an_opinion(people, memo):
    comment = services.comment(memo, by=people.alice, text="Here", files=[upload("a.png", PNG)])
    services.consult(memo, by=people.bob, people=[people.olga], reason="?")
    services.advise(memo, by=people.olga, opinion="There", files=[upload()])
    rows = [(row.comment, row.task.user if row.task else None) for row in Enclosure.objects.all()]
    assert rows == [(comment, None), (None, people.olga)]


def test_a_bad_file_refuses_the_decision(people, memo, client):
    with pytest.raises(BadFile):
        services.approve(memo, by=people.bob, files=[upload("offer.pdf", b"MZ\x90\x00")])
    with pytest.raises(BadFile, match="At most 10"):
        services.approve(memo, by=people.bob, files=[upload(content=PDF + bytes([n])) for n in range(11)])
    client.force_login(people.bob)
    given = {"comment": "Fine so far", "files": upload("offer.pdf", b"MZ\x90\x00")}
    answer = client.post(page(memo, "approve"), given)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["files"])
    assert "Fine so far" in answer.content.decode()
    assert not Enclosure.objects.exists()
    assert not Event.objects.filter(verb="approved").exists()


def test_they_are_shown_at_the_decision_and_handed_out_to_readers_only(people, memo, client):
    client.force_login(people.bob)
    client.post(page(memo, "comment"), {"text": "See", "files": upload("note.png", PNG)})
    client.post(page(memo, "approve"), {"comment": "Fine", "files": [upload("offer.pdf"), upload("b.png", PNG + b"x")]})
    addresses = [page(memo, "enclosure", row.pk) for row in Enclosure.objects.all()]
    assert len(addresses) == 3
    html = client.get(page(memo, "detail")).content.decode()
    assert [html.count(f'"{address}"') for address in addresses] == [1, 1, 1]
    story = client.get(page(memo, "history")).content.decode()
    assert [story.count(f'"{address}"') for address in addresses] == [1, 1, 1]
    assert b"".join(client.get(addresses[1]).streaming_content) == PDF
    client.force_login(people.olga)
    assert client.get(addresses[1]).status_code == 404
    own = submitted(people.olga)
    assert client.get(page(own, "enclosure", Enclosure.objects.first().pk)).status_code == 404


def test_files_of_comments_go_with_a_draft_that_is_thrown_away(people, django_capture_on_commit_callbacks):
    memo = draft(people.alice)
    services.comment(memo, by=people.alice, text="For later", files=[upload()])
    name = Enclosure.objects.get().file.name
    with django_capture_on_commit_callbacks(execute=True):
        services.delete_draft(memo, by=people.alice)
    assert not private_storage().exists(name)
