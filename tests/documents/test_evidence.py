"""The evidence pack: form, decisions, log, files and head in one PDF, for those who may see the paper."""

import shutil
import subprocess
from pathlib import Path

import pytest
from django.db import connection

from apps.approvals import triggers
from apps.approvals.models import Event
from apps.core import pdf
from apps.documents import services, verification
from apps.documents.evidence import pack_parts
from apps.documents.models import Export
from apps.documents.printing import PrintParts
from tests.documents.test_talk import PDF, upload
from tests.factories.documents import draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def memo(people, two_steps):
    """Submitted with a file and approved by the head."""
    two_steps()
    paper = draft(people.alice)
    services.attach(paper, by=people.alice, file=upload("quotation.pdf", PDF + b"quotation"))
    services.submit(paper, by=people.alice)
    services.approve(paper, by=people.bob, comment="Within the budget")
    return type(paper).objects.get(pk=paper.pk)


def words(data, tmp_path):
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    path = tmp_path / "pack.pdf"
    path.write_bytes(data)
    text = subprocess.run(["pdftotext", "-raw", path, "-"], check=True, capture_output=True).stdout.decode()
    return "".join(text.split())


@pytest.mark.parametrize("engine", ["weasyprint", "reportlab"])
def test_everything_that_proves_the_decisions_is_on_it(client, people, memo, tmp_path, monkeypatch, engine):
    monkeypatch.setenv(pdf.ENGINE_VARIABLE, engine)
    client.force_login(people.fay)
    response = client.get(memo.url("evidence"))
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    text = words(b"".join(response.streaming_content), tmp_path)
    file = memo.attachments.get()
    expected = [memo.number, "Withinthebudget", file.name, file.sha256, f"{file.size:,}", memo.content_hash()]
    expected += [*Event.objects.values_list("hash", flat=True), "4entries;everyhashholds"]
    expected += [verification.code_of(memo)]
    assert [part for part in expected if part not in text] == []


def test_it_is_noted_as_an_export(client, people, memo):
    client.force_login(people.fay)
    client.get(memo.url("evidence"))
    rows = Export.objects.values_list("user__username", "list_name", "filters", "file_format", "rows")
    assert list(rows) == [("fay", "Evidence pack", memo.number, "pdf", 1)]


def test_a_log_that_does_not_hold_is_said(memo):
    triggers.remove(connection)
    Event.objects.filter(seq=2).update(payload={})
    notes = dict(pack_parts(memo, PrintParts()).notes)
    assert notes["Log of approvals"] == "does not hold: 2: was changed after it was written"
    assert notes["Head of its event log"] == memo.approval.head_hash


def test_a_stored_file_that_was_changed_or_is_missing_is_said(memo):
    def listed():
        return [row[-1] for row in pack_parts(memo, PrintParts()).annex[1].rows]

    file = memo.attachments.get()
    assert listed() == [file.sha256]
    path = Path(file.file.path)
    content = path.read_bytes()
    path.write_bytes(content + b"!")
    assert listed() == [f"{file.sha256} · the stored file was changed"]
    path.unlink()
    assert listed() == [f"{file.sha256} · the stored file is missing"]


def test_files_enclosed_with_a_decision_are_listed(people, memo):
    services.approve(memo, by=people.fay, files=[upload("calculation.pdf")])
    enclosed = memo.enclosures.get()
    table = pack_parts(memo, PrintParts()).annex[2]
    assert (table.rows[0][0], table.rows[0][-1]) == ("calculation.pdf", enclosed.sha256)


def test_there_is_none_before_the_submission_and_none_for_strangers(client, people, memo):
    client.force_login(people.alice)
    unsubmitted = draft(people.alice)
    assert client.get(unsubmitted.url("evidence")).status_code == 403
    assert unsubmitted.url("evidence") not in client.get(unsubmitted.get_absolute_url()).text
    assert memo.url("evidence") in client.get(memo.get_absolute_url()).text
    client.force_login(people.olga)
    assert client.get(memo.url("evidence")).status_code == 404
    assert not Export.objects.exists()
