"""The real worker in a process of its own: killed in the middle of a job, asked to stop in the middle of a job."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

PREAMBLE = """
import os, time, django
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agencyops.settings")
django.setup()
from pathlib import Path
from apps.core.jobs import enqueue, job
from apps.core.jobs.worker import work
from apps.org.models import User

@job("test-slow", title="Slow work")
def slow(task, progress):
    with Path(os.environ["MARKS"]).open("a") as marks:
        marks.write(f"begun {task.attempts}\\n")
    time.sleep(task.params["seconds"] if task.attempts == 1 else 0)
    with Path(os.environ["MARKS"]).open("a") as marks:
        marks.write(f"ended {task.attempts}\\n")
"""
WORK = PREAMBLE + "work(interval=0.1)"
ENQUEUE = PREAMBLE + "enqueue('test-slow', by=User.objects.create(username='u', name='U'), params={'seconds': SECONDS})"


@pytest.fixture
def house(tmp_path, empty_sqlite):
    """An installation of its own on SQLite; `run(code)` starts a Python process in it."""
    shutil.copy(empty_sqlite, tmp_path / "agencyops.sqlite3")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "DATABASE", "EMAIL"))}
    environment = kept | {"VAR_DIR": str(tmp_path), "MARKS": str(tmp_path / "marks"), "SECRET_KEY": "test"}
    processes = []

    def run(*arguments):
        with (tmp_path / "said").open("ab") as said:
            process = subprocess.Popen(
                [sys.executable, *arguments], cwd=settings.BASE_DIR, env=environment, stdout=said, stderr=said
            )
        processes.append(process)
        return process

    yield run, tmp_path
    for process in processes:
        process.kill()
        process.wait()


def must_end_well(process, folder: Path):
    assert process.wait() == 0, (folder / "said").read_text()


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def marks(folder: Path) -> list[str]:
    path = folder / "marks"
    return path.read_text().splitlines() if path.exists() else []


def job_row(folder: Path):
    with sqlite3.connect(folder / "agencyops.sqlite3") as database:
        row = database.execute("select state, attempts from core_job").fetchone()
    database.close()
    return row


def test_job_survives_the_killing_of_its_worker(house):
    run, folder = house
    must_end_well(run("-c", ENQUEUE.replace("SECONDS", "600")), folder)
    worker = run("-c", WORK)
    wait_for(lambda: marks(folder) == ["begun 1"])
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert job_row(folder) == ("running", 1)
    successor = run("-c", WORK)
    wait_for(lambda: job_row(folder) == ("done", 2))
    assert marks(folder) == ["begun 1", "begun 2", "ended 2"]
    successor.send_signal(signal.SIGTERM)
    must_end_well(successor, folder)


def test_worker_asked_to_stop_finishes_its_job(house):
    run, folder = house
    must_end_well(run("-c", ENQUEUE.replace("SECONDS", "1")), folder)
    worker = run("-c", WORK)
    wait_for(lambda: marks(folder) == ["begun 1"])
    worker.send_signal(signal.SIGTERM)
    must_end_well(worker, folder)
    assert (job_row(folder), marks(folder)) == (("done", 1), ["begun 1", "ended 1"])
