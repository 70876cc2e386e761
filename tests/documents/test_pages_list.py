"""The list of a kind: what one sees, exports that are noted, papers printed, and the check codes they carry."""

import io
import shutil
import subprocess

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from apps.approvals.models import Event
from apps.core import lists
from apps.core.jobs.models import Job
from apps.documents import printing, services, verification
from apps.documents.models import Export
from apps.documents.views import lists as pages
from tests.documents.trips import messages_of, publish, trip
from tests.factories.org import permission_called

LIST = "/vehicles/requests/"


@pytest.fixture
def world(people):
    publish()
    return people


def test_everybody_sees_their_own_part(client, world):
    mine, theirs = trip(world.alice), trip(world.olga)
    seen = {"alice": [mine.number], "bob": [mine.number], "rita": [theirs.number, mine.number], "tom": []}

    for name, numbers in seen.items():
        client.force_login(world.people[name])
        assert [row.number for row in client.get(LIST).context["page"].rows] == numbers


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_costs_the_same_for_one_row_and_for_thirty(client, world, count):
    for _number in range(count):
        trip(world.alice, submitted=False)
    client.force_login(world.alice)
    client.get(LIST)

    with CaptureQueriesContext(connection) as queries:
        assert len(client.get(LIST).context["page"].rows) == count

    assert len(queries) == 9, "\n".join(query["sql"][:150] for query in queries)


def test_the_workbook_holds_what_is_filtered_and_the_export_is_noted(client, world):
    trip(world.alice, title="Suzhou")
    trip(world.alice, title="Hangzhou")
    trip(world.olga, title="Suzhou too")
    client.force_login(world.alice)

    response = client.get(f"{LIST}export/", {"format": "xlsx", "q": "Suzhou"}, follow=True)

    book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    titles = [row[1] for row in book.active.iter_rows(values_only=True) if row[0] and str(row[0]).startswith("YC-")]
    assert titles == ["Suzhou"]
    note = Export.objects.get()
    assert (note.user, note.list_name, note.filters, note.file_format, note.rows) == (
        world.alice,
        "Vehicle requests",
        "Search: Suzhou",
        "xlsx",
        1,
    )


def test_long_exports_run_in_the_background_once_and_are_noted(
    client, world, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(lists, "EXPORT_ROWS", 2)
    for _number in range(3):
        trip(world.alice, submitted=False)
    client.force_login(world.alice)
    address = client.get(LIST).context["exports"][0]["url"]

    with django_capture_on_commit_callbacks(execute=True):
        targets = {client.get(address).url for _click in range(2)}

    job = Job.objects.get()
    assert targets == {job.get_absolute_url()}
    assert (job.state, Export.objects.get().rows, Export.objects.get().user) == ("done", 3, world.alice)


def test_only_auditors_and_administrators_read_the_log_of_exports(client, world):
    trip(world.alice)
    client.force_login(world.alice)
    b"".join(client.get(f"{LIST}?export=xlsx").streaming_content)
    assert client.get("/exports/").status_code == 403

    world.rita.user_permissions.add(permission_called("documents.view_export_log"))
    client.force_login(world.rita)

    assert [row.user for row in client.get("/exports/").context["page"].rows] == [world.alice]


class TestPrinting:
    def test_the_paper_carries_chain_and_check_code(self, client, world):
        document = trip(world.alice)
        services.approve(document, by=world.bob, comment="Fine")
        document.refresh_from_db()
        client.force_login(world.alice)

        text = _text_of(client.get(document.url("print")))

        for word in (document.number, "Bob", "Fine", "Suzhou", verification.code_of(document), "Printed by Alice"):
            assert word in text

    def test_a_draft_is_marked_and_carries_no_code(self, client, world):
        document = trip(world.alice, submitted=False)
        client.force_login(world.alice)

        assert printing._watermark(document) == "DRAFT"
        assert _text_of(client.get(document.url("print"))).count("YC-") == 0
        assert verification.code_of(document) == ""

    def test_chosen_papers_become_one_pdf_without_those_one_may_not_see(self, client, world):
        mine, other, hidden = trip(world.alice), trip(world.alice), trip(world.olga)
        client.force_login(world.alice)

        response = client.post(LIST, {"print": "1", "papers": [mine.pk, other.pk, hidden.pk]})

        text = _text_of(response)
        assert [document.number in text for document in (mine, other, hidden)] == [True, True, False]

    def test_many_papers_are_printed_in_the_background(
        self, client, world, monkeypatch, django_capture_on_commit_callbacks
    ):
        monkeypatch.setattr(pages, "PRINT_AT_ONCE", 1)
        papers = [trip(world.alice).pk for _number in range(2)]
        client.force_login(world.alice)

        with django_capture_on_commit_callbacks(execute=True):
            for _click in range(2):
                client.post(LIST, {"print": "1", "papers": papers, "once": "abc"})

        job = Job.objects.get()
        assert (job.state, job.result_name.endswith(".pdf")) == ("done", True)

    def test_nothing_chosen_is_said(self, client, world):
        trip(world.alice)
        client.force_login(world.alice)

        assert messages_of(client.post(LIST, {"print": "1"}, follow=True)) == ["Choose the papers to print first."]


class TestVerification:
    def test_who_may_see_the_paper_learns_its_state(self, client, world):
        document = trip(world.alice)
        code = verification.code_of(document)
        client.force_login(world.alice)

        context = client.get(f"/verify/{code}/").context

        assert (context["genuine"], context["verdict"].document.pk, context["verdict"].is_current) == (
            True,
            document.pk,
            True,
        )

    def test_what_happened_since_the_printing_is_told(self, client, world):
        document = trip(world.alice)
        code = verification.code_of(document)
        services.approve(document, by=world.bob)
        client.force_login(world.alice)

        verdict = client.get("/verify/", {"number": document.number, "code": code.lower()}).context["verdict"]

        assert [event.verb for event in verdict.since] == [Event.Verb.APPROVED, Event.Verb.OPENED]

    @pytest.mark.parametrize("visitor", [None, "olga"])
    def test_everybody_else_learns_yes_or_no(self, client, world, visitor):
        document = trip(world.alice, title="Secret client")
        code = verification.code_of(document)
        if visitor:
            client.force_login(world.people[visitor])

        response = client.get(f"/verify/{code}/")

        page = response.content.decode()
        assert (response.context["genuine"], response.context["verdict"]) == (True, None)
        assert "Secret client" not in page
        assert document.number not in page

    @pytest.mark.parametrize(
        "change", [lambda code: code[:-1] + ("0" if code[-1] != "0" else "1"), lambda code: "Z" + code]
    )
    def test_a_changed_code_is_not_known(self, client, world, change):
        code = verification.code_of(trip(world.alice))

        assert client.get(f"/verify/{change(code)}/").context["genuine"] is False

    def test_the_code_belongs_to_one_number(self, client, world):
        first, second = trip(world.alice), trip(world.alice)

        asked = {"number": second.number, "code": verification.code_of(first)}

        assert client.get("/verify/", asked).context["genuine"] is False


def _text_of(response) -> str:
    assert response["Content-Type"] == "application/pdf"
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    content = b"".join(response.streaming_content)
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=content, check=True, capture_output=True
    ).stdout.decode()
