"""The checks of the records: what is wrong is found and named, and what is not is not."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.approvals import triggers
from apps.approvals.models import Delegation, Event, Route, RouteStep, Task
from apps.core import clock
from apps.core.jobs import do_soon
from apps.documents import grants
from apps.documents.checking import findings, runs
from apps.documents.models import CheckRun
from apps.org.models import User
from tests.factories.approvals import route, step
from tests.factories.documents import submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def memo(people, two_steps):
    two_steps()
    return submitted(people.alice)


@pytest.fixture
def open_gate(db):
    """A database in which somebody has taken the triggers off."""
    triggers.remove(connection)


def leave(person):
    """Somebody is marked as having left past the page that hands their tasks over."""
    User.objects.filter(pk=person.pk).update(is_active=False)


def delegation(person, substitute, *, year=None):
    day = clock.today()
    ends = day.replace(year=year) if year else day
    return Delegation.objects.create(person=person, substitute=substitute, starts=ends, ends=ends, set_by=person)


def of_events(papers=None):
    return [(found.subject, found.text, found.url) for found in findings.of_events(papers)]


def of_rights():
    return [(found.subject, found.text) for found in findings.of_rights()]


def test_nothing_is_found_where_nothing_is_wrong(memo):
    assert (of_events(), of_rights()) == ([], [])


def test_a_tampered_event_is_found_with_its_paper(memo, open_gate):
    Event.objects.filter(seq=2).update(payload={"people": []})
    assert of_events() == [(memo.number, "Event 2: was changed after it was written", memo.get_absolute_url())]


def test_one_paper_is_checked_alone(people, memo, open_gate):
    other = submitted(people.tom)
    Event.objects.filter(approval=other.approval_id, seq=1).update(payload={})
    assert of_events([memo]) == []
    assert [subject for subject, _text, _url in of_events([other])] == [other.number]


def test_a_stray_right_and_a_missing_one_are_found(people, memo):
    grants.Grant.objects.all().delete()
    grants.give([(people.fay.pk, grants.APPROVE, memo.pk, "a favour")])
    assert sorted(of_rights()) == [
        (memo.number, "Fay has a right to decide it, but nothing waits for Fay (a favour)."),
        (memo.number, "It waits for Bob, who has no right to decide it."),
    ]


@pytest.mark.parametrize("state", ["open", "waiting"])
def test_tasks_of_a_leaver_are_found(people, memo, state):
    leave(people.bob)
    Task.objects.update(state=state)
    if state == "waiting":
        grants.Grant.objects.all().delete()
    assert of_rights() == [(memo.number, "It waits for Bob, who has left.")]


def test_substitutes_who_have_left_are_found(people):
    delegation(people.bob, people.sam)
    delegation(people.tina, people.olga)
    leave(people.sam)
    leave(people.tina)
    assert of_rights() == [
        ("Sam for Bob", "Sam, who has left, decides for Bob."),
        ("Olga for Tina", "Olga decides for Tina, who has left."),
    ]


def test_a_delegation_that_is_over_is_nobodys_trouble(people):
    delegation(people.bob, people.sam, year=2021)
    leave(people.sam)
    assert of_rights() == []


def test_routes_that_ask_for_nobody_are_found(people):
    published = route(
        "memo",
        [
            step("named", rule="people", people=[people.bob, people.sam]),
            step("finance", role="finance_director"),
            step("service", rule="named_head", department=people.service),
        ],
    )
    Route.objects.update(owner=people.gone)
    RouteStep.objects.get(key="named").copy_people.add(people.gone)
    assert people.gone.is_active is False
    leave(people.sam)
    leave(people.dora)
    name = str(published.route)
    assert of_rights() == [
        (name, "Its owner, Gone, has left."),
        (name, "Step “Named” names Sam, who has left."),
        (name, "Step “Named” copies papers to Gone, who has left."),
        (name, "Step “Finance” asks for the role “Role finance_director”, which nobody has."),
        (name, "Step “Service” asks the head of “Service”, where nobody is head."),
    ]


# ---- carrying them out ----


def test_the_chore_keeps_what_it_found(people, memo):
    grants.give([(people.fay.pk, grants.APPROVE, memo.pk, "a favour")])
    do_soon("documents.check-records")
    rows = {row.check_name: row for row in CheckRun.objects.all()}
    assert {name: (row.checked, row.found) for name, row in rows.items()} == {"events": (2, 0), "rights": (1, 1)}
    [finding] = runs.findings_of(rows["rights"])
    assert finding.text == "Fay has a right to decide it, but nothing waits for Fay (a favour)."
    assert all(row.finished_at and row.asked_by is None for row in rows.values())


def test_more_than_is_kept_is_counted(people, memo, monkeypatch):
    monkeypatch.setattr(runs, "KEPT", 2)
    grants.give([(people.fay.pk, grants.APPROVE, memo.pk, f"favour {number}") for number in range(5)])
    row = runs.run("rights", by=people.root)
    assert (row.found, len(row.findings), row.asked_by) == (5, 2, people.root)


def test_a_run_that_was_broken_off_shows_as_such(memo):
    CheckRun.objects.create(check_name="events", started_at=clock.now())
    [row] = runs.latest("events")
    assert row.finished_at is None


def test_old_results_are_let_go(memo):
    with clock.at(clock.now() - runs.KEPT_FOR * 2):
        runs.run_all()
    runs.run_all()
    assert CheckRun.objects.count() == 2


# ---- the commands ----


def say(command, *arguments):
    output = StringIO()
    try:
        call_command(command, *arguments, stdout=output)
    except CommandError as error:
        return output.getvalue(), str(error)
    return output.getvalue(), ""


def test_the_command_checks_one_paper_by_its_number(people, memo, open_gate):
    other = submitted(people.tom)
    Event.objects.filter(approval=other.approval_id, seq=2).update(verb="approved")
    assert say("verify_events", memo.number) == ("All 2 events hold.\n", "")
    said, error = say("verify_events", other.number)
    assert said.startswith(f"{other.number}: Event 2: was changed after it was written\n")
    assert error.startswith("The log does not hold in ")
    assert say("verify_events", "MEMO-1") == ("", "No paper has the number MEMO-1.")
