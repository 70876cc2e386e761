"""The engagement's file (業務檔案): what comes in, what is missing, what is waived, and how files are handed out."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from apps.business.engagements import services
from apps.business.engagements.wording import completeness
from apps.business.models import DossierEntry, DossierFile, Engagement
from apps.core import clock
from apps.core.errors import Forbidden, Refused
from apps.documents.errors import BadFile
from apps.org.models import Company
from tests.factories import engagements
from tests.factories.engagements import PDF, begun, file_called, fresh, member_of

pytestmark = pytest.mark.django_db
MORNING = dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def first_day():
    with clock.at(MORNING):
        yield


@pytest.fixture
def cast(db):
    return engagements.company()


@pytest.fixture
def engagement(cast):
    engagements.checklist("Brief", "Proof", optional=("Photographs",))
    return begun(cast.manager)


@pytest.fixture
def brief(engagement):
    return engagement.dossier.get(name="Brief")


def url(page, *args):
    return reverse(f"business:{page}", args=args)


def missing(engagement):
    return [entry.name for entry in services.missing_documents(engagement)]


def test_documents_come_in(cast, engagement, brief):
    assert missing(engagement) == ["Brief", "Proof"]
    member_of(engagement, cast.member)
    files = [file_called(), file_called("page2.pdf", PDF + b"2")]
    entry = services.receive(brief, by=cast.member, files=files, on=dt.date(2026, 2, 27))
    assert entry.received_on == dt.date(2026, 2, 27)
    rows = entry.files.values_list("name", "file_type", "size", "uploaded_by__username")
    assert list(rows) == [("scan.pdf", "pdf", 15, "member"), ("page2.pdf", "pdf", 16, "member")]
    assert missing(engagement) == ["Proof"]
    assert completeness(list(engagement.dossier.all())) == 50


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (("scan.pdf", b"<html><script>"), "is none of PDF"),
        (("scan.exe", b"MZ\x00\x00"), "is none of PDF"),
        (("scan.pdf", b""), "is empty"),
        (("scan.pdf", PDF + bytes(2 * 1024 * 1024)), "larger than 1 MB"),
    ],
)
def test_bad_files_are_refused_whole(cast, engagement, brief, file, said):
    Company.objects.update(max_attachment_mb=1)
    with pytest.raises(BadFile, match=said):
        services.receive(brief, by=cast.manager, files=[file_called(), file_called(*file)])
    assert (DossierFile.objects.count(), fresh(brief).received_on) == (0, None)


def test_the_same_file_comes_once(cast, engagement, brief):
    services.receive(brief, by=cast.manager, files=[file_called()])
    with pytest.raises(Refused, match="here already"):
        services.receive(brief, by=cast.manager, files=[file_called("again.pdf")])
    file = brief.files.get()
    file.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        file.save()


@pytest.mark.parametrize(
    ("files", "on", "field"),
    [([], None, "files"), ([1], dt.date(2026, 3, 3), "on")],
)
def test_nothing_and_the_future_are_refused(cast, engagement, brief, files, on, field):
    with pytest.raises(Refused) as refusal:
        services.receive(brief, by=cast.manager, files=[file_called() for _one in files], on=on)
    assert set(refusal.value.fields) == {field}
    assert fresh(brief).received_on is None


def test_a_wrong_file_is_removed(cast, engagement, brief):
    entry = services.receive(brief, by=cast.manager, files=[file_called(), file_called("b.pdf", PDF + b"2")])
    first, second = entry.files.all()
    assert services.remove_file(first, by=cast.manager).received_on == dt.date(2026, 3, 2)
    assert services.remove_file(second, by=cast.manager).received_on is None
    assert missing(engagement) == ["Brief", "Proof"]


@pytest.mark.parametrize("who", ["head", "executive"])
def test_a_document_is_waived_with_a_reason(cast, engagement, brief, who):
    with pytest.raises(Refused, match="Give a reason"):
        services.waive(brief, by=cast.people[who], reason=" ")
    entry = services.waive(brief, by=cast.people[who], reason="Told by phone")
    assert (entry.waived_by, entry.waived_on, entry.waive_reason) == (
        cast.people[who],
        dt.date(2026, 3, 2),
        "Told by phone",
    )
    assert missing(engagement) == ["Proof"]
    services.unwaive(entry, by=cast.people[who])
    assert missing(engagement) == ["Brief", "Proof"]


@pytest.mark.parametrize("who", ["manager", "member", "service", "auditor", "chief"])
def test_others_do_not_waive(cast, engagement, brief, who):
    member_of(engagement, cast.member)
    with pytest.raises(Forbidden):
        services.waive(brief, by=cast.people[who], reason="Not needed")
    assert fresh(brief).waived_on is None


def test_a_manager_who_heads_the_department_does_not_waive_alone(cast):
    engagements.checklist("Brief")
    own = begun(cast.head)
    with pytest.raises(Forbidden, match="not by the manager"):
        services.waive(own.dossier.get(), by=cast.head, reason="Not needed")


def test_a_received_document_needs_no_waiver(cast, engagement, brief):
    services.waive(brief, by=cast.head, reason="Told by phone")
    entry = services.receive(brief, by=cast.manager, files=[file_called()])
    assert (entry.waived_on, entry.waived_by, entry.waive_reason) == (None, None, "")
    with pytest.raises(Refused, match="is not missing"):
        services.waive(entry, by=cast.head, reason="Told by phone")


def test_the_table_wants_a_reason(cast, engagement, brief):
    with pytest.raises(IntegrityError), transaction.atomic():
        DossierEntry.objects.filter(pk=brief.pk).update(waived_on=clock.today())


def test_further_documents(cast, engagement, brief):
    entry = services.add_entry(engagement, by=cast.manager, name=" Permit  of the city ")
    assert (entry.name, entry.required, entry.order) == ("Permit of the city", True, 40)
    with pytest.raises(Refused, match="already"):
        services.add_entry(engagement, by=cast.manager, name="permit of the city")
    with pytest.raises(Refused, match="waive it"):
        services.remove_entry(brief, by=cast.manager)
    services.receive(entry, by=cast.manager, files=[file_called()])
    with pytest.raises(Refused, match="remove them first"):
        services.remove_entry(entry, by=cast.manager)
    services.remove_file(entry.files.get(), by=cast.manager)
    services.remove_entry(entry, by=cast.manager)
    assert missing(engagement) == ["Brief", "Proof"]


def test_the_file_is_closed_with_the_engagement(cast, engagement, brief):
    Engagement.objects.filter(pk=engagement.pk).update(phase="closed")
    with pytest.raises(Forbidden, match="has ended"):
        services.receive(brief, by=cast.manager, files=[file_called()])


def test_on_the_page(client, cast, engagement, brief):
    client.force_login(cast.manager)
    page = client.get(url("engagement-file", engagement.pk))
    assert (page.context["missing"], page.context["complete"]) == (2, 0)
    assert page.content.decode().count("is-missing") == 2
    answer = client.post(
        url("dossierentry-receive", brief.pk), {"files": [file_called(), file_called("b.pdf", PDF + b"2")], "on": ""}
    )
    assert answer.url == f"{url('engagement-file', engagement.pk)}#entry-{brief.pk}"
    page = client.get(url("engagement-file", engagement.pk))
    assert (page.context["missing"], page.context["complete"]) == (1, 50)
    assert [tab["count"] for tab in page.context["tabs"]] == [0, 0, 0, 1, 0]
    answer = client.post(url("dossierentry-receive", brief.pk), {"on": "never"}, follow=True)
    assert "Enter the day as year-month-day." in answer.content.decode()
    client.post(url("dossierentry-create", engagement.pk), {"name": "Permit", "required": "1"})
    permit = engagement.dossier.get(name="Permit")
    client.post(url("dossierentry-remove", permit.pk))
    assert not engagement.dossier.filter(name="Permit").exists()
    client.force_login(cast.head)
    proof = engagement.dossier.get(name="Proof")
    client.post(url("dossierentry-waive", proof.pk), {"reason": "Lost"})
    assert client.get(url("engagement-file", engagement.pk)).context["complete"] == 100
    client.post(url("dossierentry-unwaive", proof.pk))
    assert fresh(proof).waived_on is None
    client.post(url("dossierfile-remove", brief.files.first().pk))
    assert brief.files.count() == 1


def test_files_are_handed_out_safely(client, cast, engagement, brief):
    services.receive(brief, by=cast.manager, files=[file_called("計劃.pdf")])
    file = brief.files.get()
    assert file.sha256 in file.file.name
    assert "計劃" not in file.file.name
    client.force_login(cast.auditor)
    answer = client.get(url("dossierfile-show", file.pk))
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    assert "sandbox" in answer["Content-Security-Policy"]
    shown = client.get(url("dossierfile-show", file.pk), {"inline": "1"})
    assert b"".join(shown.streaming_content) == PDF
    assert shown["Content-Disposition"].startswith("inline")
    assert client.post(url("dossierfile-remove", file.pk)).status_code == 403
    client.force_login(cast.colleague)
    assert client.get(url("dossierfile-show", file.pk)).status_code == 404
    assert client.get(url("dossierfile-show", 999)).status_code == 404


@pytest.mark.parametrize("number", [1, 30])
def test_the_page_asks_the_same_number_of_questions(
    client, cast, engagement, brief, number, django_assert_max_num_queries
):
    for index in range(number):
        entry = services.add_entry(engagement, by=cast.manager, name=f"Document {index}")
        services.receive(entry, by=cast.manager, files=[file_called(f"{index}.pdf", PDF + str(index).encode())])
    client.force_login(cast.head)
    client.get(url("engagement-file", engagement.pk))
    with django_assert_max_num_queries(16):
        client.get(url("engagement-file", engagement.pk))
