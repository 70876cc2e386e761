"""The log of events as XES and CSV: every event, as the log has it; only of papers the person may see; noted."""

import csv
import datetime as dt
import io
import statistics
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from apps.approvals.analysis.figures import Selection
from apps.approvals.models import Event
from apps.core import clock
from apps.core.jobs import Job
from apps.documents import services
from apps.documents.models import Document, Export
from apps.documents.services import eventlog
from apps.documents.services.deadlines import watch_deadlines
from apps.org.models import Role
from tests.factories.approvals import route, step
from tests.factories.documents import submitted
from tests.factories.org import grant
from tests.testkind.models import Memo
from tests.worker import run_worker

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
NS = "{http://www.xes-standard.org/}"
MARCH = Selection(dt.date(2026, 3, 1), dt.date(2026, 3, 1))
URL = reverse("documents:event-log")


def at(day: int, hour: int) -> dt.datetime:
    return dt.datetime(2026, 3, day, hour, tzinfo=SHANGHAI)


@pytest.fixture
def past(people):
    """alice's memo is escalated by its deadline, transferred, returned with words, and approved; tom's waits."""
    grant(Role.objects.get(code="executive"), ["approvals.view_analysis", "documents.view_all_documents"])
    grant(Role.objects.get(code="finance_director"), ["approvals.view_analysis"])
    head = step("head", rule="department_head", hours=2, when_late="superior", name='Head & "boss" <1>')
    route("memo", [head, step("finance", role="finance_reviewer")])
    with clock.at(at(2, 9)):
        memo = submitted(people.alice)
    with clock.at(at(2, 11)):
        watch_deadlines()
    for hour, verb, options in (
        (14, services.transfer, {"by": people.boss, "to": people.olga, "reason": "You know it"}),
        (15, services.return_, {"by": people.olga, "reason": "Secret words"}),
        (16, services.submit, {"by": people.alice}),
        (17, services.approve, {"by": people.bob}),
    ):
        with clock.at(at(2, hour)):
            verb(Memo.objects.get(pk=memo.pk), **options)
    with clock.at(at(3, 9)):
        submitted(people.tom)
    return people


def written(kind, user, chosen=MARCH):
    papers = eventlog.papers_of(user, chosen)
    file, number = eventlog.write(kind, eventlog.traces(papers, lambda done, total: None))
    with file:
        return file.read(), number


def values(element) -> dict[str, str]:
    return {child.get("key"): child.get("value") for child in element if child.get("key")}


def logged() -> list[tuple]:
    rows = Event.objects.order_by("approval__document__pk", "seq").select_related("actor", "step")
    return [(row.verb, row.at, row.who, row.step.label if row.step else "") for row in rows]


def test_xes_holds_every_event_as_the_log_has_it(past):
    text, number = written("xes", past.erin)
    root = ElementTree.fromstring(text)
    assert root.tag == f"{NS}log"
    assert root.get("xes.version") == "1.0"
    traces = root.findall(f"{NS}trace")
    papers = Document.objects.order_by("pk").values_list("number", flat=True)
    assert [values(trace)["concept:name"] for trace in traces] == list(papers)
    events = [values(event) for trace in traces for event in trace.findall(f"{NS}event")]
    assert number == len(events)
    assert [
        (
            event["verb"],
            dt.datetime.fromisoformat(event["time:timestamp"]),
            event.get("org:resource", ""),
            event.get("step", ""),
        )
        for event in events
    ] == logged()
    assert [event["lifecycle:transition"] for event in events[:5]] == [
        "complete",
        "schedule",
        "reassign",
        "reassign",
        "complete",
    ]
    assert events[2]["org:resource"] == "System (deadline)"
    assert events[4]["concept:name"] == 'Head & "boss" <1>: returned'
    assert b"Secret words" not in text


def test_csv_says_the_same(past):
    text, number = written("csv", past.erin)
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    assert number == len(rows)
    found = [(row["verb"], dt.datetime.fromisoformat(row["timestamp"]), row["resource"], row["step"]) for row in rows]
    assert found == logged()
    assert {row["department"] for row in rows} == {"Business", "Team"}


def test_only_papers_one_may_see_of_the_months_kind_and_departments_chosen(past):
    assert written("csv", past.dora)[1] == 0
    assert written("csv", past.erin, Selection(dt.date(2026, 2, 1), dt.date(2026, 2, 1)))[1] == 0
    assert written("csv", past.erin, Selection(MARCH.first, MARCH.last, "memo", [past.team.pk]))[1] == 2
    assert written("csv", past.erin, Selection(MARCH.first, MARCH.last, "vehiclerequest"))[1] == 0


def test_no_cell_becomes_a_formula(past):
    past.business.name = past.business.name_en = "=1+1"
    past.business.save()
    assert b"'=1+1" in written("csv", past.erin)[0]


def test_the_page_has_it_written_in_the_background(past, settings):
    client = Client()
    client.force_login(past.erin)
    sent = {"first": "2026-03", "last": "2026-03", "format": "xes"}
    assert client.post(URL, sent).url == Job.objects.get().get_absolute_url()
    number = Event.objects.count()
    run_worker()
    job = Job.objects.get()
    assert (job.state, job.result_name) == ("done", "event-log-202603-202603.xes")
    with job.result_file.open() as file:
        assert ElementTree.fromstring(file.read()).tag == f"{NS}log"
    note = Export.objects.get()
    assert (note.user, note.file_format, note.rows) == (past.erin, "xes", number)


def test_who_may_not_and_what_makes_no_sense(past):
    client = Client()
    client.force_login(past.alice)
    assert client.post(URL, {"first": "2026-03", "last": "2026-03", "format": "xes"}).status_code == 403
    client.force_login(past.erin)
    for wrong in ({"format": "exe"}, {"format": "xes"}, {"format": "xes", "first": "x", "last": "y"}):
        assert client.post(URL, wrong).url == reverse("documents:analysis")
    assert not Job.objects.exists()


def test_medians_can_be_computed_from_the_file_as_from_the_log(past):
    """From whose turn it became to the decision, in hours on the wall."""
    root = ElementTree.fromstring(written("xes", past.erin)[0])
    waits = []
    for trace in root.findall(f"{NS}trace"):
        begun: dict[str, dt.datetime] = {}
        for event in map(values, trace.findall(f"{NS}event")):
            moment = dt.datetime.fromisoformat(event["time:timestamp"])
            if event["lifecycle:transition"] == "schedule":
                begun[event["step"]] = moment
            elif event["verb"] in ("approved", "returned"):
                waits.append((moment - begun[event["step"]]) / dt.timedelta(hours=1))
    assert sorted(waits) == [1, 6]
    assert statistics.median(waits) == 3.5
