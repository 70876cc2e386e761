"""Whether a worker process is still there.

Each worker holds a lock on a file of its own. The system releases it however the process ends, kill -9 included, so
on the same machine (or on a shared directory) death is seen at once. For a worker elsewhere the heartbeat must do.
"""

import fcntl
import time
import uuid
from pathlib import Path
from typing import IO

from django.conf import settings

STARTING_SECONDS = 2


def _folder() -> Path:
    return Path(settings.PRIVATE_ROOT) / "workers"


class WorkerLock:
    """Held as long as this worker lives; `worker_id` is what the jobs remember."""

    def __init__(self) -> None:
        self.worker_id = uuid.uuid4().hex
        _folder().mkdir(parents=True, exist_ok=True)
        self._file: IO[bytes] = (_folder() / self.worker_id).open("wb")
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def release(self) -> None:
        """Let go, as the end of the process would."""
        self._file.close()


def is_alive(worker_id: str) -> bool | None:
    """True or False for a worker of this machine, None for one that cannot be seen from here."""
    path = _folder() / worker_id
    return not _is_free(path) if worker_id and path.is_file() else None


def count_alive() -> int:
    """How many workers of this machine are there. One that is just starting is not touched, lest it lose its lock."""
    settled = time.time() - STARTING_SECONDS
    return sum(path.stat().st_mtime < settled and not _is_free(path) for path in _folder().glob("*"))


def sweep(*, older_than: float) -> None:
    """Remove the files of workers that are gone and were started before `older_than` (a timestamp)."""
    for path in _folder().glob("*"):
        if path.stat().st_mtime < older_than and _is_free(path):
            path.unlink(missing_ok=True)


def _is_free(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
