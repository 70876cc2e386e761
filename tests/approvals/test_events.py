"""The log cannot be changed, and where somebody manages to, it shows."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from apps.approvals import triggers
from apps.approvals.events import hash_of, verify
from apps.approvals.models import Approval, Event, Task
from tests.approvals.paper import Paper
from tests.factories.approvals import route, step


@pytest.fixture
def approved(people):
    """A paper approved by bob and fay: submitted, opened, approved, opened, approved, finished."""
    route(steps=[step("head", rule="department_head"), step("finance", role="finance_reviewer")])
    paper = Paper(people.alice, people.business, amount="100.00", purpose="印章")
    return paper.submit().approve(by=people.bob, comment="同意").approve(by=people.fay)


@pytest.fixture
def open_gate(db):
    """A database in which somebody has taken the triggers off."""
    triggers.remove(connection)


def problems():
    return [(fault.seq, fault.problem) for fault in verify()]


# ---- the database refuses ----

ATTEMPTS = [
    "UPDATE approvals_event SET payload = '{}'",
    "UPDATE approvals_event SET seq = seq + 100",
    "DELETE FROM approvals_event WHERE seq = 3",
    "DELETE FROM approvals_event",
]


def refuse(statement):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("statement", ATTEMPTS)
def test_database_refuses_to_change_events(approved, statement):
    before = list(Event.objects.values())
    refuse(statement)
    assert list(Event.objects.values()) == before


def test_database_refuses_what_the_program_might_try(approved):
    event = Event.objects.first()
    for attempt in (event.delete, event.save, Event.objects.all().delete, lambda: Event.objects.update(verb="x")):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            attempt()


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite's own way round a DELETE trigger")
def test_database_refuses_to_replace_events(approved):
    columns = ", ".join(field.column for field in Event._meta.concrete_fields)
    refuse(f"INSERT OR REPLACE INTO approvals_event ({columns}) SELECT {columns} FROM approvals_event WHERE seq = 3")
    others = ", ".join(field.column for field in Event._meta.concrete_fields if field.column != "id")
    refuse(f"INSERT OR REPLACE INTO approvals_event ({others}) SELECT {others} FROM approvals_event WHERE seq = 3")


@pytest.mark.postgres
def test_database_refuses_to_empty_the_table(approved):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    refuse("TRUNCATE approvals_event CASCADE")


def test_triggers_come_and_go_as_often_as_one_likes(db):
    triggers.remove(connection)
    triggers.remove(connection)
    triggers.install(connection)


# ---- and where it could not, it shows ----


def test_verify_finds_nothing_in_an_untouched_log(approved):
    assert problems() == []
    assert [event.seq for event in Event.objects.all()] == [1, 2, 3, 4, 5, 6]


def test_verify_looks_at_the_runs_it_is_given(approved, people, open_gate):
    other = Paper(people.alice, people.business, amount="1").submit()
    Event.objects.filter(approval=other.approval, seq=1).update(payload={})
    assert list(verify(Approval.objects.filter(pk=approved.approval.pk))) == []
    assert [fault.approval for fault in verify(Approval.objects.filter(pk=other.approval.pk))] == [other.approval.pk]


CHANGES = [
    {"payload": {"text": "不同意", "task": 1}},
    {"verb": "rejected"},
    {"content_hash": "0" * 64},
    {"at": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)},
    {"step": None},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_verify_finds_a_changed_event(approved, open_gate, change):
    Event.objects.filter(seq=3).update(**change)
    assert (3, "was changed after it was written") in problems()


def test_verify_finds_another_actor(approved, people, open_gate):
    Event.objects.filter(seq=3).update(actor=people.boss)
    assert (3, "was changed after it was written") in problems()


def test_verify_finds_a_changed_event_whose_hash_was_made_anew(approved, open_gate):
    event = Event.objects.get(seq=4)
    event.payload = {}
    event.hash = hash_of(event)
    event.save()
    assert problems() == [(5, "does not follow the event before it")]


def test_verify_finds_a_last_event_made_anew(approved, open_gate):
    event = Event.objects.get(seq=6)
    event.payload = {"forged": True}
    event.hash = hash_of(event)
    event.save()
    assert problems() == [(6, "the run does not end where its log ends")]


def test_verify_finds_a_missing_event(approved, open_gate):
    Event.objects.filter(seq=2).delete()
    assert problems() == [(3, "an event is missing before this one"), (3, "does not follow the event before it")]


def test_verify_finds_a_missing_last_event(approved, open_gate):
    Event.objects.filter(seq=6).delete()
    assert problems() == [(6, "the run does not end where its log ends")]


def test_verify_finds_swapped_events(approved, open_gate):
    first, second = Event.objects.get(seq=2), Event.objects.get(seq=4)
    Event.objects.filter(pk=first.pk).update(seq=99)
    Event.objects.filter(pk=second.pk).update(seq=2)
    Event.objects.filter(pk=first.pk).update(seq=4)
    assert {(2, "was changed after it was written"), (4, "was changed after it was written")} <= set(problems())


def test_verify_finds_an_invented_event(approved, open_gate):
    last = Event.objects.get(seq=6)
    invented = Event(approval=last.approval, seq=7, verb="recorded", at=last.at, prev_hash=last.hash)
    invented.hash = hash_of(invented)
    invented.save()
    assert problems() == [(6, "the run does not end where its log ends")]


def test_verify_finds_an_emptied_log(approved, open_gate):
    Event.objects.all().delete()
    Approval.objects.update(event_count=0, head_hash="")
    assert (0, "the run has no events") in problems()


def test_verify_finds_a_changed_head(approved):
    Approval.objects.update(head_hash="0" * 64)
    assert problems() == [(6, "the run does not end where its log ends")]


DECISIONS = [
    {"comment": "I said no"},
    {"content_hash": "0" * 64},
    {"decided_at": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)},
    {"state": "rejected"},
]


@pytest.mark.parametrize("change", DECISIONS, ids=lambda change: next(iter(change)))
def test_verify_finds_a_decision_that_says_something_else_than_the_log(approved, people, change):
    task = Task.objects.get(user=people.bob)
    Task.objects.filter(pk=task.pk).update(**change)
    assert problems() == [(3, f"decision {task.pk} says something else")]


def test_verify_finds_decisions_that_came_and_went(approved, people):
    bobs, others = Task.objects.get(user=people.bob), Task.objects.get(user=people.finn)
    Task.objects.filter(pk=others.pk).update(state="approved", decided_at=bobs.decided_at)
    bobs.delete()
    assert problems() == [(0, f"decision {others.pk} is not in the log"), (3, "its decision is gone")]


# ---- the command ----


def run_command():
    output = StringIO()
    call_command("verify_events", stdout=output)
    return output.getvalue()


def test_command_says_that_all_events_hold(approved):
    assert run_command() == "All 6 events hold.\n"


def test_command_names_each_fault_and_fails(approved, open_gate):
    Event.objects.filter(seq=6).update(payload={"text": "forged"})
    output = StringIO()
    with pytest.raises(CommandError, match=r"^The log does not hold in 1 place\.$"):
        call_command("verify_events", stdout=output)
    number = approved.approval.pk
    assert output.getvalue() == f"Approval {number} without a paper: Event 6: was changed after it was written\n"
