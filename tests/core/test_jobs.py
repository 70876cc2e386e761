"""Background work: once per request, through errors and dead workers, for its requester's eyes only."""

import io
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from django_tasks_db.models import DBTaskResult

from apps.core.errors import Refused
from apps.core.jobs import Job, Result, care, chore, do_soon, enqueue, job, registry, retry, runner
from apps.core.jobs.liveness import WorkerLock, is_alive
from apps.core.storage import private_storage
from tests.factories.org import UserFactory
from tests.worker import run_worker

WENT_WRONG = "Something went wrong on our side. The error has been logged."
calls: list = []


@job("test-export", title="Export of everything")
def export(task, progress):
    calls.append((task.params, translation.get_language(), timezone.get_current_timezone_name()))
    progress(1, 2, "Half of it")
    return Result(file=io.BytesIO(b"rows"), name="账目.xlsx", message="2 rows")


@job("test-page", title="Import of people")
def lead_to_page(task, progress):
    return Result(url="/notifications/")


@job("test-refusal", title="Import of a file")
def refuse(task, progress):
    calls.append("refusal")
    raise Refused("The file has no sheet named People.")


@job("test-error", title="Work that breaks")
def break_down(task, progress):
    calls.append("error")
    raise ZeroDivisionError("secret detail")


@chore("test-chore")
def sweep(*, floor):
    calls.append(("sweep", floor))


@chore("test-hourly", every=timedelta(hours=1))
def chime():
    """What it does is of no interest, only how often it is started."""


@pytest.fixture(autouse=True)
def surroundings(settings, tmp_path):
    """A real queue, private files of this test's own, and nothing called yet."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    settings.PRIVATE_ROOT = tmp_path
    calls.clear()


@pytest.fixture
def user(db):
    return UserFactory()


def queued():
    """The queue's waiting entries, without the periodic chores that every worker starts."""
    return DBTaskResult.objects.filter(status="READY", task_path="apps.core.jobs.runner.run_job")


def make_due():
    DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())


def claimed(user, *, worker="elsewhere", name="test-export"):
    return runner.claim(enqueue(name, by=user).pk, worker=worker)


def stored_files(tmp_path):
    return [path for path in (tmp_path / "jobs").rglob("*") if path.is_file()]


# ---- asking for work ----


def test_job_runs_in_the_requesters_language_and_zone_and_leaves_a_file(user, client):
    client.force_login(user)
    with translation.override("zh-hant"), timezone.override("Asia/Tokyo"):
        work = enqueue("test-export", by=user, params={"query": "state=approved"})
    run_worker()
    work.refresh_from_db()
    assert calls == [({"query": "state=approved"}, "zh-hant", "Asia/Tokyo")]
    assert (work.state, work.progress, work.message, work.attempts) == ("done", 100, "2 rows", 1)
    response = client.get(reverse("core:job-download", args=[work.pk]))
    assert b"".join(response.streaming_content) == b"rows"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%E8%B4%A6%E7%9B%AE.xlsx"


def test_job_is_announced_to_its_requester_with_a_link(user):
    work = enqueue("test-page", by=user, title="Import of 3 people")
    run_worker()
    [notification] = user.notifications.all()
    assert (notification.title, notification.url) == ("Ready: Import of 3 people", f"/jobs/{work.pk}/")


def test_what_is_rolled_back_never_runs(user):
    with transaction.atomic():
        enqueue("test-export", by=user)
        transaction.set_rollback(True)
    run_worker()
    assert (Job.objects.count(), calls) == (0, [])


def test_same_key_is_the_same_job_and_runs_once(user):
    first = enqueue("test-export", by=user, key="export-abc")
    second = enqueue("test-export", by=user, key="export-abc")
    run_worker()
    third = enqueue("test-export", by=user, key="export-abc")
    run_worker()
    assert first == second == third
    assert len(calls) == 1


def test_unknown_work_is_refused_when_it_is_asked_for(user):
    with pytest.raises(LookupError):
        enqueue("no-such-work", by=user)
    with pytest.raises(LookupError):
        do_soon("no-such-chore")


def test_two_functions_cannot_share_a_name():
    with pytest.raises(registry.ImproperlyConfigured):
        job("test-export", title="Another")(refuse)


def test_enqueue_costs_a_job_and_a_queue_entry(user, django_assert_num_queries):
    with django_assert_num_queries(4):  # with the savepoint around the two inserts
        enqueue("test-export", by=user)


# ---- trouble ----


def test_refusal_fails_at_once_with_its_sentence(user, caplog):
    work = enqueue("test-refusal", by=user)
    run_worker()
    work.refresh_from_db()
    assert (work.state, work.message, work.attempts) == ("failed", "The file has no sheet named People.", 1)
    assert [notification.title for notification in user.notifications.all()] == ["Failed: Import of a file"]
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_error_is_retried_later_each_time_and_then_given_up(user, caplog):
    work = enqueue("test-error", by=user)
    waits = []
    for _attempt in range(2):
        run_worker()
        work.refresh_from_db()
        assert work.state == "queued"
        waits.append(round((queued().get().run_after - timezone.now()).total_seconds()))
        run_worker()  # not yet due
        make_due()
    run_worker()
    work.refresh_from_db()
    assert waits == [10, 40]
    assert (work.state, work.message, work.attempts, calls) == ("failed", WENT_WRONG, 3, ["error"] * 3)
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [ZeroDivisionError] * 3
    assert user.notifications.count() == 1


def test_failed_job_can_be_tried_again_by_hand(user, client):
    client.force_login(user)
    work = enqueue("test-refusal", by=user)
    run_worker()
    page = client.get(work.get_absolute_url())
    assert "The file has no sheet named People." in page.text
    response = client.post(reverse("core:job-retry", args=[work.pk]), follow=True)
    assert "“Import of a file” is tried again." in response.text
    run_worker()
    assert calls == ["refusal", "refusal"]


def test_only_a_failed_job_is_tried_again(user, client):
    client.force_login(user)
    work = enqueue("test-export", by=user)
    response = client.post(reverse("core:job-retry", args=[work.pk]), follow=True)
    assert "has not failed" in response.text
    with pytest.raises(Refused):
        retry(job=work)
    assert queued().count() == 1


def test_work_whose_function_is_gone_fails_instead_of_blocking_the_queue(user):
    work = enqueue("test-export", by=user)
    Job.objects.filter(pk=work.pk).update(name="removed-since", max_attempts=1)
    run_worker()
    work.refresh_from_db()
    assert (work.state, work.message) == ("failed", WENT_WRONG)


def test_trouble_of_a_listener_does_not_undo_the_job(user, caplog):
    def stumble(work):
        Job.objects.filter(pk=work.pk).update(title="half done")
        raise ZeroDivisionError

    registry.on_finished.append(stumble)
    try:
        work = enqueue("test-page", by=user)
        run_worker()
    finally:
        registry.on_finished.remove(stumble)
    work.refresh_from_db()
    assert (work.state, work.title) == ("done", "Import of people")
    assert "a listener failed" in caplog.text


# ---- progress and the fence ----


def test_progress_is_written_at_most_twice_a_second(user, django_assert_num_queries):
    work = claimed(user)
    progress = runner.Progress(work)
    with django_assert_num_queries(1):
        for done in range(1000):
            progress(done + 500, 1500, "Counting")
    work.refresh_from_db()
    assert (work.progress, work.message) == (33, "Counting")


def test_progress_never_says_done_before_it_is(user):
    work = claimed(user)
    runner.Progress(work)(20, 10)
    work.refresh_from_db()
    assert work.progress == 99


def test_attempt_that_was_given_up_writes_nothing_any_more(user, tmp_path, caplog):
    work = claimed(user)
    Job.objects.filter(pk=work.pk).update(heartbeat_at=timezone.now() - timedelta(hours=1))
    assert care.reap() == 1
    with pytest.raises(runner.AttemptLostError):
        runner.Progress(work)(1, 2)
    with pytest.raises(runner.AttemptLostError):
        runner.complete(work, Result(file=io.BytesIO(b"late"), name="late.xlsx"))
    runner.attempt(work)
    runner.try_later(work)
    work.refresh_from_db()
    assert (work.state, work.result_name, stored_files(tmp_path)) == ("queued", "", [])
    assert queued().count() == 2  # the first entry, which finds nothing to do once the second has run
    run_worker()
    assert user.notifications.count() == 1


def test_second_entry_for_one_job_does_nothing(user):
    work = enqueue("test-export", by=user)
    runner.push_job(work.pk)
    run_worker()
    assert len(calls) == 1


@pytest.mark.django_db(transaction=True)
def test_heartbeat_shows_that_a_silent_job_lives(user, monkeypatch):
    work = claimed(user)
    monkeypatch.setattr(runner, "HEARTBEAT_SECONDS", 0.02)
    before = work.heartbeat_at
    with runner.Heartbeat(work):
        deadline = timezone.now() + timedelta(seconds=10)
        while work.heartbeat_at == before and timezone.now() < deadline:
            work.refresh_from_db()
    assert work.heartbeat_at > before


# ---- dead workers ----


def test_worker_lock_tells_the_living_from_the_dead():
    lock = WorkerLock()
    assert (is_alive(lock.worker_id), is_alive("elsewhere"), is_alive("")) == (True, None, None)
    lock.release()
    assert is_alive(lock.worker_id) is False


def test_job_of_a_dead_worker_is_put_back_once(user):
    lock = WorkerLock()
    work = claimed(user, worker=lock.worker_id)
    DBTaskResult.objects.update(status="RUNNING", worker_ids=[lock.worker_id], started_at=timezone.now())
    assert care.reap() == 0
    lock.release()
    assert (care.reap(), care.reap()) == (1, 0)
    assert list(DBTaskResult.objects.order_by("status").values_list("status", flat=True)) == ["FAILED", "READY"]
    run_worker()
    work.refresh_from_db()
    assert (work.state, work.attempts, len(calls)) == ("done", 2, 1)


def test_job_of_a_worker_out_of_sight_is_put_back_when_its_heartbeat_stops(user):
    work = claimed(user)
    assert care.reap() == 0
    Job.objects.filter(pk=work.pk).update(heartbeat_at=timezone.now() - timedelta(minutes=3))
    assert care.reap() == 1


def test_job_that_kills_its_workers_is_given_up(user):
    work = claimed(user)
    Job.objects.filter(pk=work.pk).update(attempts=3, heartbeat_at=timezone.now() - timedelta(minutes=3))
    assert care.reap() == 1
    work.refresh_from_db()
    assert (work.state, work.message) == ("failed", "The work was interrupted too often and was given up.")
    assert user.notifications.count() == 1


# ---- chores, and what comes round ----


@pytest.mark.django_db
def test_chore_runs_after_the_commit_with_its_parameters(django_assert_num_queries):
    with django_assert_num_queries(1):
        do_soon("test-chore", floor=3)
    run_worker()
    assert calls.count(("sweep", 3)) == 1


@pytest.mark.django_db
def test_periodic_chore_starts_once_in_each_slot_among_all_workers():
    nine = datetime(2026, 11, 23, 9, 10, tzinfo=UTC)
    starts = [
        "test-hourly" in care.schedule(now=nine + timedelta(minutes=minutes), known=known)
        for minutes, known in [(0, {}), (1, {}), (49, {}), (50, {}), (51, {}), (10, {})]
    ]
    assert starts == [True, False, False, True, False, False]


@pytest.mark.django_db
def test_schedule_looks_only_once_per_slot(django_assert_num_queries):
    known = {}
    care.schedule(known=known)
    with django_assert_num_queries(0):
        care.schedule(known=known)


def test_clean_up_removes_files_after_30_days_and_jobs_after_half_a_year(user, client, tmp_path):
    client.force_login(user)
    ages = {29: "fresh", 31: "old", 181: "ancient"}
    jobs = {title: enqueue("test-export", by=user, title=title) for title in ages.values()}
    run_worker()
    for days, title in ages.items():
        Job.objects.filter(pk=jobs[title].pk).update(finished_at=timezone.now() - timedelta(days=days))
    DBTaskResult.objects.update(finished_at=timezone.now() - timedelta(days=3))
    care.clean_up()
    assert [work.title for work in Job.objects.order_by("pk")] == ["fresh", "old"]
    assert len(stored_files(tmp_path)) == 1
    assert DBTaskResult.objects.count() == 0
    assert client.get(reverse("core:job-download", args=[jobs["old"].pk])).status_code == 404
    assert "results are kept for 30 days" in client.get(jobs["old"].get_absolute_url()).text


# ---- pages ----


def test_page_asks_for_itself_until_the_job_is_finished(user, client):
    client.force_login(user)
    work = claimed(user)
    runner.Progress(work)(42, 100, "Row 42")
    url = work.get_absolute_url()
    running = client.get(url, headers={"HX-Request": "true"}).text
    assert f'hx-get="{url}" hx-trigger="every 1s"' in running
    assert "Running: 42 %" in running
    assert "Row 42" in running
    assert "<html" not in running
    runner.attempt(work)
    done = client.get(url, headers={"HX-Request": "true"}).text
    assert "hx-get" not in done
    assert "Download 账目.xlsx" in done


def test_page_leads_to_the_result(user, client):
    client.force_login(user)
    work = enqueue("test-page", by=user)
    assert "Waiting for its turn" in client.get(work.get_absolute_url()).text
    run_worker()
    assert '<a class="btn btn-primary" href="/notifications/">' in client.get(work.get_absolute_url()).text


@pytest.mark.parametrize("page", ["core:job", "core:job-download", "core:job-retry"])
def test_job_of_somebody_else_does_not_exist(user, client, page):
    work = enqueue("test-export", by=user)
    run_worker()
    client.force_login(UserFactory(is_superuser=True))
    send = client.post if page == "core:job-retry" else client.get
    assert send(reverse(page, args=[work.pk])).status_code == 404


def test_download_whose_file_is_missing_is_not_found(user, client):
    client.force_login(user)
    work = enqueue("test-export", by=user)
    run_worker()
    private_storage().delete(Job.objects.get(pk=work.pk).result_file.name)
    assert client.get(reverse("core:job-download", args=[work.pk])).status_code == 404


def test_nobody_gets_in_without_signing_in(user, client):
    work = enqueue("test-export", by=user)
    assert client.get(work.get_absolute_url()).status_code == 302


def test_list_says_when_it_is_empty(user, client):
    client.force_login(user)
    assert "Nothing has run in the background for you" in client.get("/jobs/").text


def test_list_costs_the_same_for_any_number_of_jobs(user, client):
    client.force_login(user)
    enqueue("test-export", by=UserFactory(), title="Not mine")
    costs = []
    for number in (1, 30):
        while Job.objects.filter(requested_by=user).count() < number:
            enqueue("test-export", by=user, title="Mine")
        client.get("/jobs/")
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/jobs/").text
        assert (page.count(">Mine<"), page.count("Not mine")) == (number, 0)
        costs.append(len(queries))
    assert costs[0] == costs[1]


# ---- races ----


def in_threads(number, work):
    """Run `work` in threads that start together; the answers in any order."""
    start = threading.Barrier(number)
    answers = []

    def run():
        try:
            start.wait()
            answers.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _number in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_one_of_many_workers_gets_a_job():
    user = UserFactory()
    for _round in range(20):
        work = enqueue("test-export", by=user)
        answers = in_threads(6, lambda pk=work.pk: runner.claim(pk, worker=threading.current_thread().name))
        assert len([answer for answer in answers if answer is not None]) == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_identical_requests_at_once_are_one_job():
    user = UserFactory()
    for number in range(20):
        key = f"export-{number}"
        answers = in_threads(6, lambda key=key: enqueue("test-export", by=user, key=key).pk)
        assert len(set(answers)) == 1
    assert (Job.objects.count(), queued().count()) == (20, 20)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_queue_and_do_everything_once():
    user = UserFactory()
    for number in range(30):
        enqueue("test-export", by=user, params={"number": number})
    in_threads(2, run_worker)
    assert sorted(params["number"] for params, _language, _zone in [call for call in calls if len(call) == 3]) == list(
        range(30)
    )
    assert set(Job.objects.values_list("state", "attempts")) == {("done", 1)}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_reapers_put_a_job_back_once():
    user = UserFactory()
    for _round in range(10):
        work = claimed(user)
        Job.objects.filter(pk=work.pk).update(heartbeat_at=timezone.now() - timedelta(hours=1))
        assert sum(in_threads(4, care.reap)) == 1
        Job.objects.filter(pk=work.pk).update(state="done")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_schedulers_start_a_slot_once():
    for hour in range(10):
        now = datetime(2026, 11, 23, hour, tzinfo=UTC)
        assert sum("test-hourly" in names for names in in_threads(4, lambda now=now: care.schedule(now=now))) == 1
