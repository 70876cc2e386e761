"""One command that runs the whole installation: the web server and the background worker, watched together."""

import logging
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

logger = logging.getLogger(__name__)

GRACE_SECONDS = 30
POLL_SECONDS = 0.2
QUICK_DEATH_SECONDS = 5
QUICK_DEATHS_ALLOWED = 5


@dataclass
class Child:
    """One process to keep alive."""

    name: str
    command: list[str]
    directory: Path
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0
    quick_deaths: int = 0

    def start(self) -> None:
        # In a session of its own: Ctrl-C reaches only the supervisor, which then asks each child once, politely.
        self.process = subprocess.Popen(self.command, cwd=self.directory, start_new_session=True)  # noqa: S603
        self.started_at = time.monotonic()

    def has_died(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def signal(self, number: int) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)


@dataclass
class Supervisor:
    """Starts the children, starts a dead one again, and passes the wish to stop on to all of them."""

    children: list[Child]
    on_started: Callable[[], None] = lambda: None
    stopping: bool = field(default=False, init=False)
    _asked_again: bool = field(default=False, init=False)

    def run(self) -> int:
        """Blocks until a signal or a child that cannot be kept alive; returns the exit status."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask_to_stop)
        for child in self.children:
            child.start()
        self.on_started()
        status = 0
        while not self.stopping:
            time.sleep(POLL_SECONDS)
            if not all(self._keep_alive(child) for child in self.children):
                status = 1
                break
        self._stop()
        return status

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self._asked_again = self.stopping
        self.stopping = True

    def _keep_alive(self, child: Child) -> bool:
        if self.stopping or not child.has_died():
            return True
        lived = time.monotonic() - child.started_at
        child.quick_deaths = child.quick_deaths + 1 if lived < QUICK_DEATH_SECONDS else 0
        code = child.process.returncode if child.process else None
        if child.quick_deaths > QUICK_DEATHS_ALLOWED:
            logger.error("The %s process cannot be kept alive (last exit status %s); giving up.", child.name, code)
            return False
        logger.warning("The %s process ended with status %s; starting it again.", child.name, code)
        time.sleep(min(child.quick_deaths, QUICK_DEATHS_ALLOWED) * POLL_SECONDS)
        child.start()
        return True

    def _stop(self) -> None:
        self.stopping = True
        for child in self.children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline and not self._asked_again:
            if all(child.has_died() for child in self.children):
                return
            time.sleep(POLL_SECONDS / 4)
        for child in self.children:
            child.signal(signal.SIGKILL)
            if child.process is not None:
                child.process.wait()


def children_for(*, directory: Path, address: str, workers: int, threads: int) -> list[Child]:
    """The web server (the application is loaded once and shared by its workers) and one worker for background jobs."""
    web = [
        *(sys.executable, "-m", "gunicorn", "agencyops.wsgi:application"),
        *("--bind", address, "--worker-class", "gthread", "--workers", str(workers), "--threads", str(threads)),
        *("--preload", "--timeout", "120", "--graceful-timeout", "20", "--keep-alive", "5", "--log-level", "warning"),
        *("--max-requests", "20000", "--max-requests-jitter", "2000"),
    ]
    jobs = [sys.executable, "manage.py", "worker"]
    return [Child("web", web, directory), Child("job", jobs, directory)]


def port_is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
