"""The one command that runs an installation, as an operator meets it: started, watched and stopped from outside."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings

PATIENCE_SECONDS = 60
MEMORY_LIMIT_MIB = 200


def wait_until(condition, what: str):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.1)
    pytest.fail(f"waited {PATIENCE_SECONDS} s for {what}")


def processes_of(parent: int) -> dict[int, str]:
    """Living children of a process and their command lines."""
    found = {}
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        for child in task.read_text().split():
            found[int(child)] = Path(f"/proc/{child}/cmdline").read_text().replace("\0", " ")
    return found


def child_named(parent: int, part: str) -> int | None:
    return next((pid for pid, command in processes_of(parent).items() if part in command), None)


def memory_in_mib(pid: int) -> float:
    """The proportional share of the process and of all below it."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    own = next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return own / 1024 + sum(memory_in_mib(child) for child in processes_of(pid))


def answer(url: str) -> int | None:
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return response.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment_of(folder: Path) -> dict[str, str]:
    """What a process needs that serves the installation in this folder, on SQLite."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "DATABASE", "DJANGO"))}
    return {**kept, "VAR_DIR": str(folder), "LOG_LEVEL": "WARNING"}


@pytest.fixture(scope="module")
def environment(tmp_path_factory, empty_sqlite):
    """An installation with nothing but its tables: enough to be started, watched and stopped."""
    folder = tmp_path_factory.mktemp("installation")
    shutil.copy(empty_sqlite, folder)
    return environment_of(folder)


def manage(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done


@contextmanager
def server(environment):
    port = free_port()
    command = [sys.executable, "manage.py", "serve", "--port", str(port)]
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True)
    url = f"http://127.0.0.1:{port}/healthz"
    try:
        wait_until(lambda: answer(url) or process.poll() is not None, "the first answer")
        yield process, url
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(timeout=PATIENCE_SECONDS)
        process.stdout.close()


@pytest.fixture(scope="module")
def serving(environment):
    """One server for the tests that leave it running."""
    with server(environment) as running:
        yield running


@pytest.fixture
def serving_alone(environment):
    with server(environment) as running:
        yield running


def test_serve_runs_web_and_worker_and_stops_both(serving_alone):
    process, url = serving_alone

    assert answer(url) == 200
    web, worker = child_named(process.pid, "gunicorn"), child_named(process.pid, "manage.py worker")
    assert web
    assert worker
    process.send_signal(signal.SIGTERM)

    assert process.wait(timeout=PATIENCE_SECONDS) == 0
    assert not Path(f"/proc/{web}").exists()
    assert not Path(f"/proc/{worker}").exists()
    said = process.stdout.read()
    assert said.startswith(f"AgencyOps is at {url.removesuffix('healthz')} (Ctrl-C stops it)\n")
    assert said.endswith("Stopped.\n")


@pytest.mark.parametrize("part", ["gunicorn", "manage.py worker"])
def test_serve_starts_a_killed_process_again(serving, part):
    process, url = serving
    killed = child_named(process.pid, part)

    os.kill(killed, signal.SIGKILL)

    def successor():
        found = child_named(process.pid, part)
        return found if found != killed else None

    assert wait_until(successor, f"another {part}")
    wait_until(lambda: answer(url) == 200, "an answer after the restart")


def test_web_server_of_a_fresh_installation_keeps_within_its_memory(tmp_path):
    """The one test that goes through all migrations on SQLite."""
    environment = environment_of(tmp_path)
    assert manage("prepare", environment=environment).returncode == 0
    with server(environment) as (process, url):
        assert [answer(url.replace("healthz", "sign-in/")) for _attempt in range(20)] == [200] * 20
        assert memory_in_mib(child_named(process.pid, "gunicorn")) < MEMORY_LIMIT_MIB


def test_serve_names_the_port_that_is_taken(environment):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        done = manage("serve", "--port", str(port), environment=environment)

    assert done.returncode == 1
    assert (
        done.stderr.strip()
        == f"CommandError: Port {port} is in use: stop what runs there or choose another, PORT={port + 1}."
    )


def test_serve_asks_for_prepare_on_an_empty_database(tmp_path):
    done = manage("serve", environment=environment_of(tmp_path))

    assert done.returncode == 1
    assert "run `python manage.py prepare` first" in done.stderr
