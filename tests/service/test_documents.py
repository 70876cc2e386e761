"""Files put to a client, and the papers about it."""

import datetime as dt

import pytest
from django.urls import reverse

from apps.core import clock, registry
from apps.core.errors import Forbidden, Refused
from apps.documents.errors import BadFile
from apps.service.clients import services
from apps.service.clients.models import ClientDocument
from apps.service.clients.sections import MOST_PAPERS
from tests.factories.credit import assessment
from tests.factories.service import client_of, document_of, scan
from tests.story import parts_of

pytestmark = pytest.mark.django_db


def url(page, *args):
    return reverse(f"service:clientdocument-{page}", args=args)


def section(http, client):
    return parts_of(http, client)["documents"]


def typed(**values):
    return {"name": "Licence", "kind": "licence", "received_on": clock.today().isoformat(), **values}


def test_a_file_is_put_to_a_client_shown_and_handed_out(cast, as_):
    client = client_of(cast.alice)
    http = as_("alice")
    answer = http.post(url("create", client.pk), typed(file=scan("a b.pdf")))
    assert answer.url == f"{client.get_absolute_url()}#documents"
    row = client.documents.get()
    assert (row.name, row.kind, row.file_name, row.by, row.file_type) == (
        "Licence",
        "licence",
        "a b.pdf",
        cast.alice,
        "pdf",
    )
    assert row.file.name == f"clients/{row.sha256[:2]}/{row.sha256}"
    assert section(http, client)["documents"] == [row]
    shown = http.get(url("show", row.pk), {"inline": "1"})
    assert b"".join(shown) == b"%PDF-1.7\n%%EOF\n"
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert shown["Content-Security-Policy"].startswith("default-src 'none'")
    assert shown["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({}, "file", "This field is required."),
        ({"file": scan("x.pdf", b"<html>")}, None, "is none of PDF"),
        ({"file": scan(), "received_on": "2999-01-01"}, "received_on", "can't be received in the future"),
    ],
)
def test_what_cannot_be_kept_is_refused_at_its_field(cast, as_, values, field, said):
    client = client_of(cast.alice)
    answer = as_("alice").post(url("create", client.pk), typed(**values))
    errors = answer.context["form"].errors.get(field or "__all__", [])
    assert said in " ".join(errors)
    assert ClientDocument.objects.count() == 0


def test_the_same_file_is_kept_once_per_client(cast):
    client = client_of(cast.alice)
    document_of(client, cast.alice, name="Licence")
    with pytest.raises(Refused, match="here already: “Licence”"):
        document_of(client, cast.alice)
    document_of(client_of(cast.alice, "Other"), cast.alice)
    with pytest.raises(BadFile):
        document_of(client, cast.alice, file=scan("x.pdf", b"MZ"))
    assert ClientDocument.objects.count() == 2


def test_a_newer_file_takes_the_place_and_the_history_says_so(cast, as_):
    client = client_of(cast.alice)
    row = document_of(client, cast.alice, name="Licence")
    http, page = as_("alice"), url("update", row.pk)
    version = http.get(page).context["form"]["version"].value()
    newer = scan("new.pdf", b"%PDF-1.7\n2\n%%EOF\n")
    assert http.post(page, typed(version=version, file=newer, remark="2027")).status_code == 302
    before, row = row, client.documents.get()
    assert (row.file_name, row.remark, row.sha256 != before.sha256) == ("new.pdf", "2027", True)
    assert row.history.first().history_change_reason == "scan.pdf replaced by new.pdf"
    assert before.file.storage.exists(before.file.name)
    assert "scan.pdf replaced by new.pdf" in http.get(url("history", row.pk)).text


def test_removing_needs_a_reason_and_stays_in_the_story(cast, as_):
    client = client_of(cast.alice)
    row = document_of(client, cast.alice, name="Licence")
    http = as_("alice")
    http.post(url("remove", row.pk), {"reason": " "})
    assert client.documents.get() == row
    assert http.post(url("remove", row.pk), {"reason": "of somebody else"}).url.endswith("#documents")
    assert client.documents.count() == 0
    story = parts_of(http, client)["timeline"]["entries"]
    told = [(entry.title, entry.text) for entry in story if entry.icon == "file-earmark"]
    assert told == [("Document removed: Licence", "of somebody else"), ("Document added: Licence", "added: scan.pdf")]


def status(http, page):
    answer = http.get(page)
    if answer.streaming:
        assert b"".join(answer)
    return answer.status_code


def test_only_who_sees_the_client_sees_its_files(cast, as_):
    row = document_of(client_of(cast.alice), cast.alice)
    pages = [url("show", row.pk), url("update", row.pk), url("history", row.pk)]
    codes = {who: [status(as_(who), page) for page in pages] for who in ("alice", "bob", "tom", "erin", "olga")}
    assert codes == {
        "alice": [200, 200, 200],
        "bob": [200, 200, 200],
        "tom": [404, 404, 404],
        "erin": [200, 403, 200],
        "olga": [404, 404, 404],
    }
    assert as_("tom").post(url("remove", row.pk), {"reason": "x"}).status_code == 404
    with pytest.raises(Forbidden):
        services.remove_document(row, by=cast.erin, reason="x")
    with pytest.raises(Forbidden):
        services.save_document(row, by=cast.tom)


def test_files_of_a_merged_client_go_with_it(cast):
    source, target = client_of(cast.alice), client_of(cast.alice, "Acme Trading")
    row = document_of(source, cast.alice)
    merge = services.merge(source=source, target=target, by=cast.sam, reason="same")
    assert merge.moved["documents"] == 1
    assert target.documents.get() == row


def test_papers_about_a_client_are_listed_latest_first_for_who_sees_them(cast, as_):
    assert len(registry.client_papers) == 7
    client = client_of(cast.alice)
    papers = [assessment(cast.alice, client) for _number in range(2)]
    assessment(cast.alice, client_of(cast.alice, "Other"))
    seen = section(as_("alice"), client)
    assert [paper.pk for paper in seen["papers"]] == [paper.pk for paper in reversed(papers)]
    assert seen["more"] is False
    for _number in range(MOST_PAPERS):
        assessment(cast.alice, client)
    seen = section(as_("alice"), client)
    assert (len(seen["papers"]), seen["more"]) == (MOST_PAPERS, True)
    assert section(as_("sam"), client)["papers"] == []


def test_a_document_received_earlier_keeps_its_day(cast):
    day = clock.today() - dt.timedelta(days=3)
    assert document_of(client_of(cast.alice), cast.alice, received_on=day).received_on == day
