"""Replaying an event log: what the rules take, what they refuse and why; logs that can't be read."""

import csv
import datetime as dt
import gzip
import json
import os
import subprocess
import sys
from collections import Counter
from contextlib import nullcontext
from decimal import Decimal
from io import StringIO
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from apps.approvals.analysis.figures import Selection
from apps.approvals.models import Approval, Task
from apps.documents.grants import Grant
from apps.documents.models import Document
from apps.documents.services import eventlog
from apps.finance.expenses.models import ExpenseClaim
from apps.finance.payments.models import Payment
from apps.org.models import User
from apps.workspace.management.commands import replay
from apps.workspace.replay.mapping import DEFAULT, BadLog, Mapping, cases

#: activity → verb and step; the steps of this log in their order are clerk and boss
ACTIVITIES = {
    "saved": {"verb": "save"},
    "submitted": {"verb": "submit"},
    "clerk approves": {"verb": "approve", "step": "clerk"},
    "boss approves": {"verb": "approve", "step": "boss"},
    "clerk returns": {"verb": "return", "step": "clerk"},
    "somebody returns": {"verb": "return", "step": None},
    "taken back": {"verb": "take_back"},
    "payment requested": {"verb": "request_payment"},
    "paid": {"verb": "pay"},
}
MAPPING = {
    "name": "A small log",
    "columns": {"case": "claim", "activity": "what", "time": "when", "amount": "sum"},
    "steps": ["clerk", "boss"],
    "activities": ACTIVITIES,
}
UNSEEN = "This document does not exist, or you may not see it."
APPROVED = ["submitted", "clerk approves", "boss approves"]
PAID = [*APPROVED, "payment requested", "paid"]


@pytest.fixture
def mapping(tmp_path):
    path = tmp_path / "mapping.json"
    path.write_text(json.dumps(MAPPING), encoding="utf-8")
    return path


@pytest.fixture
def log(tmp_path):
    """callable({case: [activity, …]}) → a log of these claims over 120.50 each, an event a day."""

    def write(claims, *, name="log.csv", amount="120.50", columns=("claim", "what", "when", "sum")):
        path = tmp_path / name
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "wt", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(columns)
            for case, events in claims.items():
                for day, event in enumerate(events, start=1):
                    rows.writerow([case, event, f"2026-03-{day:02} 10:00:00+08:00", amount])
        return path

    return write


@pytest.fixture
def here(db, monkeypatch):
    """The command plays in the database of the test, which is thrown away as well."""
    monkeypatch.setattr(replay, "throwaway_database", lambda suffix: nullcontext("test"))


def played(path, mapping, **options) -> dict:
    out = StringIO()
    call_command("replay", path, mapping=mapping, json=True, stdout=out, **options)
    return json.loads(out.getvalue())


def waits_of_file(path, mapping) -> list[float]:
    """Hours from the moment it was somebody's turn to the decision, as the log tells."""
    waits = []
    for events in cases(path, Mapping.read(mapping)):
        for before, event in pairwise(events):
            if event.verb in ("approve", "return"):
                waits.append((event.at - before.at) / dt.timedelta(hours=1))
    return waits


def waits_of_xes() -> list[float]:
    """The same from the event log that leaves the house."""
    reader = User.objects.create(username="reader", is_superuser=True)
    papers = eventlog.papers_of(reader, Selection(dt.date(2026, 1, 1), dt.date(2026, 12, 1)))
    file, _number = eventlog.write("xes", eventlog.traces(papers, lambda done, total: None))
    waits = []
    with file:
        for _event, event in ElementTree.iterparse(file):
            said = {part.get("key"): part.get("value") for part in event} if event.tag.endswith("}event") else {}
            moment = dt.datetime.fromisoformat(said["time:timestamp"]) if said else None
            if said.get("verb") == "opened":
                begun = moment
            elif said.get("verb") in ("approved", "returned"):
                waits.append((moment - begun) / dt.timedelta(hours=1))
    return waits


@pytest.mark.usefixtures("here")
class TestPlaying:
    def test_claims_run_to_the_end_the_log_gives_them(self, log, mapping):
        claims = {
            "paid": PAID,
            "approved": APPROVED,
            "decided by the boss alone": ["submitted", "boss approves", "paid"],
            "saved": ["saved"],
            "waiting": ["saved", "submitted"],
            "withdrawn": ["submitted", "taken back"],
            "returned": ["submitted", "clerk returns", "taken back"],
            "returned by nobody named": ["submitted", "somebody returns", "taken back"],
            "corrected": ["submitted", "clerk returns", "taken back", *PAID],
        }
        report = played(log(claims), mapping)
        assert (report["cases"], report["completed"], report["completed_percent"]) == (9, 9, 100.0)
        assert (report["events"], report["accepted"], report["without_refusal"]) == (30, 30, 9)
        assert (report["refused"], report["not_completed"], report["faults"]) == ([], [], [])
        assert dict(ExpenseClaim.objects.values_list("title", "state")) == {
            "paid": "approved",
            "approved": "approved",
            "decided by the boss alone": "approved",
            "saved": "draft",
            "waiting": "in_review",
            "withdrawn": "draft",
            "returned": "returned",
            "returned by nobody named": "returned",
            "corrected": "approved",
        }
        paid = Payment.objects.order_by("pk").values_list("document__title", "amount")
        assert list(paid) == [(case, Decimal("120.50")) for case in ("paid", "decided by the boss alone", "corrected")]

    def test_what_the_rules_must_refuse_is_refused_and_named(self, log, mapping):
        claims = {
            "paid twice": [*PAID, "paid"],
            "paid too early": ["submitted", "payment requested", "paid", "clerk approves"],
            "approved after the end": [*APPROVED, "clerk approves"],
            "approved before submission": ["saved", "boss approves"],
            "paid before submission": ["saved", "paid"],
            "returned after the turn": ["submitted", "clerk approves", "somebody returns", "boss approves"],
            "never written": ["paid"],
        }
        report = played(log(claims), mapping)
        refused = [(row["case"], row["event"], row["reason"]) for row in report["refused"]]
        assert refused == [
            ("paid twice", "paid", "FYBX-2026-0001 was already paid: cashier paid it on 2026-03-05."),
            ("paid too early", "payment requested", "Payment was requested without a final approval."),
            ("paid too early", "paid", "Only an approved claim can be paid."),
            ("approved after the end", "clerk approves", "You have already decided this (approved)."),
            ("approved before submission", "boss approves", UNSEEN),
            ("paid before submission", "paid", UNSEEN),
            ("returned after the turn", "somebody returns", "You have already decided this (approved)."),
            ("never written", "paid", "There is no such claim yet."),
        ]
        assert report["refused_by_reason"] == Counter(f"{event}: {reason}" for _case, event, reason in refused)
        assert all(list(row) == ["case", "event", "reason"] for row in report["refused"])
        assert report["not_completed"] == [
            {"case": "approved before submission", "expected": "approved", "ended": "draft"},
            {"case": "paid before submission", "expected": "paid", "ended": "draft"},
            {"case": "never written", "expected": "paid", "ended": "nothing"},
        ]
        assert report["faults"] == []
        assert Payment.objects.count() == 1

    def test_report_has_the_names_others_rely_on(self, log, mapping):
        report = played(log({"1": PAID}, name="log.csv.gz"), mapping)
        assert list(report) == [
            "database",
            "cases",
            "completed",
            "completed_percent",
            "without_refusal",
            "events",
            "accepted",
            "seconds",
            "events_per_second",
            "amounts_raised_to_a_cent",
            "refused_by_reason",
            "not_completed",
            "refused",
            "faults",
        ]
        assert (report["database"], report["cases"], report["completed"], report["refused"]) == ("test", 1, 1, [])
        assert report["events_per_second"] > 0

    def test_nothing_is_left_open_behind_claims_that_ended(self, log, mapping):
        played(log({str(number): PAID for number in range(3)}), mapping)
        assert not Task.objects.open().exists()
        assert set(Grant.objects.values_list("permission__codename", flat=True)) == {"view_document"}
        assert set(Approval.objects.values_list("state", flat=True)) == {"approved"}
        paid = ExpenseClaim.objects.values_list("amount", "approved_total", "paid_amount")
        assert {len(set(row)) for row in paid} == {1}

    def test_events_happen_when_the_log_says(self, log, mapping):
        played(log({"1": PAID}), mapping)
        claim = ExpenseClaim.objects.get()
        assert (claim.submitted_at.date().isoformat(), claim.paid_on.isoformat()) == ("2026-03-01", "2026-03-05")
        assert claim.number == "FYBX-2026-0001"

    def test_waiting_times_of_the_exported_log_are_those_of_the_file(self, log, mapping):
        claims = {"a": PAID, "b": ["submitted", "clerk returns", "submitted", "boss approves"], "c": APPROVED}
        path = log(claims)
        played(path, mapping)
        assert waits_of_xes() == waits_of_file(path, mapping) == [24.0] * 6

    def test_limit_takes_the_first_claims(self, log, mapping):
        report = played(log({"1": PAID, "2": ["saved"], "3": PAID}), mapping, limit=2)
        assert (report["cases"], report["events"]) == (2, 6)
        assert set(Document.objects.values_list("title", flat=True)) == {"1", "2"}

    def test_amount_below_a_cent_is_raised_and_counted(self, log, mapping):
        report = played(log({"1": PAID}, amount="0.001"), mapping)
        assert (report["amounts_raised_to_a_cent"], report["completed"]) == (1, 1)
        assert str(ExpenseClaim.objects.get().paid_amount) == "0.01"

    def test_report_in_words(self, log, mapping):
        out = StringIO()
        call_command("replay", log({"1": PAID, "2": ["saved", "paid"]}), mapping=mapping, stdout=out)
        lines = out.getvalue().splitlines()
        assert lines[0] == "2 cases, 1 ran to their real end (50.0 %)"
        assert lines[1].startswith("7 events, 6 accepted, ")
        assert lines[2:] == [f"      1 × paid: {UNSEEN}"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"activities": {}}, "line 2: activity 'submitted' is not in the mapping 'A small log'"),
        ({"activities": {"submitted": {"verb": "bless"}}}, "mapping.json: unknown verbs bless"),
        ({"columns": {**MAPPING["columns"], "time": "moment"}}, "line 2: the log has no column 'moment'"),
        ({"columns": {"case": "claim"}}, "mapping.json: columns must name case, activity, time, amount"),
        ({"steps": ["clerk"]}, "mapping.json: 'boss approves' names the step 'boss', which is not among the steps"),
        ({"steps": []}, "mapping.json: there are no steps"),
    ],
)
def test_mapping_that_does_not_fit_says_what(log, mapping, changes, message):
    mapping.write_text(json.dumps({**MAPPING, **changes}), encoding="utf-8")
    with pytest.raises(CommandError) as caught:
        call_command("replay", log({"1": PAID}), mapping=mapping)
    assert str(caught.value) == f"The log can't be read: {message}"


@pytest.mark.parametrize("missing", ["name", "columns", "steps", "activities"])
def test_mapping_without_a_part_says_which(log, mapping, missing):
    mapping.write_text(json.dumps({name: part for name, part in MAPPING.items() if name != missing}), encoding="utf-8")
    with pytest.raises(CommandError) as caught:
        call_command("replay", log({"1": PAID}), mapping=mapping)
    assert str(caught.value) == f"The log can't be read: mapping.json: '{missing}' is missing"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("1,submitted,yesterday,1", "line 2: 'yesterday' is no time"),
        ("1,submitted,2026-03-01 10:00:00+08:00,much", "line 2: 'much' is no amount"),
        ("1,submitted,2026-03-01 10:00:00+08:00,NaN", "line 2: 'NaN' is no amount"),
    ],
)
def test_line_that_can_not_be_read_is_named(tmp_path, mapping, line, message):
    path = tmp_path / "log.csv"
    path.write_text(f"claim,what,when,sum\n{line}\n", encoding="utf-8")
    with pytest.raises(CommandError) as caught:
        call_command("replay", path, mapping=mapping)
    assert str(caught.value) == f"The log can't be read: {message}"


@pytest.mark.parametrize("name", ["none.csv", "broken.csv.gz", "latin.csv"])
def test_file_that_can_not_be_read_says_so(tmp_path, mapping, name):
    path = tmp_path / name
    if name != "none.csv":
        path.write_bytes("claim,what,when,sum\n1,subm\xff,x,1\n".encode("latin-1"))
    with pytest.raises(CommandError, match="The log can't be read: "):
        call_command("replay", path, mapping=mapping)


def test_mapping_of_the_public_log_is_complete():
    mapping = Mapping.read(DEFAULT)
    assert mapping.steps == ("administration", "pre_approver", "budget_owner", "supervisor", "director")
    assert {activity["step"] for activity in mapping.activities.values() if activity.get("step")} == set(mapping.steps)


def test_cases_come_in_order_of_first_appearance(log, mapping):
    path = log({"b": ["submitted"], "a": ["submitted"]})
    assert [events[0].case for events in cases(path, Mapping.read(mapping))] == ["b", "a"]
    with pytest.raises(BadLog):
        list(cases(path, Mapping.read(DEFAULT)))


def test_command_plays_beside_the_companys_data(log, mapping, tmp_path):
    """The real command in a process of its own: the site's database is not even made."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "DATABASE", "DJANGO"))}
    arguments = ["replay", str(log({"1": PAID})), "--mapping", str(mapping), "--json"]
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env={**kept, "VAR_DIR": str(tmp_path / "var"), "SECRET_KEY": "test"},
        capture_output=True,
        text=True,
        check=True,
    )
    report = json.loads(done.stdout)
    assert (report["database"], report["completed"], report["faults"]) == ("sqlite", 1, [])
    assert not list(Path(tmp_path / "var").rglob("*.sqlite3"))
