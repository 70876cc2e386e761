"""The status page: whether the records hold, the background works, mails leave; for administrators and auditors."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from apps.core.jobs import Job, do_soon, registry
from apps.core.models import PeriodicWork
from apps.documents import grants
from apps.documents.checking import runs
from apps.documents.models import CheckRun
from apps.notifications.models import ChatChannel, ChatMessage, Notification
from tests.factories.approvals import route, step
from tests.factories.cast import cast
from tests.factories.documents import submitted
from tests.factories.notifications import NotificationFactory
from tests.worker import run_worker

pytestmark = pytest.mark.django_db


def breaks():
    raise ZeroDivisionError("secret detail")


@pytest.fixture
def people(db):
    return cast()


@pytest.fixture
def page(client, people):
    client.force_login(people.root)
    return lambda: client.get("/status/").text


@pytest.fixture
def queue(settings, tmp_path):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    settings.PRIVATE_ROOT = tmp_path


def test_before_the_first_check_it_says_so(page):
    assert page().count("Not checked yet.") == 2


def test_nothing_found_says_so(page):
    runs.run_all()
    text = page()
    assert text.count("All is well") == 2
    assert "0 events checked" in text


def test_what_was_found_is_said_in_words_with_a_way_to_the_paper(page, people):
    route("memo", [step("head", rule="department_head")])
    memo = submitted(people.alice)
    grants.give([(people.fay.pk, grants.APPROVE, memo.pk, "a favour")])
    runs.run_all()
    text = page()
    assert "1 thing is wrong" in text
    assert f'<a href="{memo.get_absolute_url()}">{memo.number}</a>' in text
    assert "Fay has a right to decide it, but nothing waits for Fay (a favour)." in text


def test_a_check_that_did_not_end_is_told_beside_the_last_that_did(page):
    runs.run_all()
    CheckRun.objects.create(check_name="events", started_at=timezone.now())
    text = page()
    assert text.count("has not come to its end") == 1
    assert text.count("All is well") == 2


def test_checking_now_runs_in_the_background_once(client, page, people, queue):
    for _click in range(2):
        response = client.post("/status/check/", {"key": "abc"})
    job = Job.objects.get()
    assert (response.status_code, response["Location"]) == (302, job.get_absolute_url())
    assert not CheckRun.objects.exists()
    run_worker()
    job.refresh_from_db()
    assert (job.state, job.message, job.result_url) == ("done", "Nothing is wrong.", "/status/")
    assert {row.asked_by for row in CheckRun.objects.filter(asked_by__isnull=False)} == {people.root}
    assert "Asked for by Root." in page()


def test_whoever_lost_the_right_meanwhile_starts_no_check(client, page, people, queue):
    client.post("/status/check/", {"key": "abc"})
    type(people.root).objects.filter(pk=people.root.pk).update(is_superuser=False)
    run_worker()
    assert (Job.objects.get().state, Job.objects.get().message) == ("failed", "You may not do this any more.")


def test_a_queue_nobody_works_on_is_told(page, queue):
    do_soon("notifications.send-mails")
    assert "Nobody works" not in page()
    DBTaskResult.objects.update(enqueued_at=timezone.now() - timedelta(minutes=6))
    assert "Nobody works" in page()


def test_chores_tell_when_they_ended_and_how(page, monkeypatch):
    monkeypatch.setitem(registry._chores, "breaks", registry.Chore(breaks, timedelta(hours=1), "Break"))
    PeriodicWork.objects.create(name="breaks")
    do_soon("breaks")
    text = page()
    assert "ZeroDivisionError" in text
    assert "secret detail" not in text
    PeriodicWork.objects.update(trouble="", ended_at=timezone.now() - timedelta(hours=3))
    assert "Late" in page()


def test_failed_mails_are_listed_and_tried_again(client, page, people):
    NotificationFactory(recipient=people.bob, mail="failed", mail_attempts=5, mail_after=timezone.now())
    text = page()
    assert "1 e-mail could not be sent" in text
    assert people.bob.email in text
    response = client.post("/status/mails/", follow=True)
    assert "1 message is tried again." in response.text
    assert Notification.objects.get().mail == "due"
    assert mail.outbox == []


def test_it_costs_few_statements_whatever_there_is_to_tell(page, django_assert_max_num_queries, people):
    runs.run_all()
    channel = ChatChannel.objects.create(name="Office", format="wecom", url="https://example.com/")
    now = timezone.now()
    for number in range(3):
        NotificationFactory(recipient=people.bob, mail=["failed", "digest", "due"][number], mail_after=now)
        ChatMessage.objects.create(channel=channel, text="x", answer="93000", send_after=now, created_at=now)
    with django_assert_max_num_queries(15):
        text = page()
    assert "1 notification waits for the daily e-mail." in text
    assert text.count("93000") == 3


@pytest.mark.parametrize("person", ["alice", "boss", "fay"])
def test_it_is_not_for_everybody(client, people, person):
    client.force_login(people.people[person])
    assert client.get("/status/").status_code == 403
    assert client.post("/status/check/").status_code == 403
    assert client.post("/status/mails/").status_code == 403
    assert "/status/" not in client.get("/").text
