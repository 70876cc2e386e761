"""The functions that may run in the background, by name."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise

from apps.core.jobs.models import Job


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a job leaves for its requester: a file to fetch (open, binary), a page to go to, a sentence."""

    file: IO[bytes] | None = None
    name: str = ""
    url: str = ""
    message: str | Promise = ""


JobFunction = Callable[[Job, Callable[..., None]], Result | None]


@dataclass(frozen=True)
class JobKind:
    """A registered job: its function, the title where the caller gives none, how often it is tried."""

    run: JobFunction
    title: str | Promise
    max_attempts: int


@dataclass(frozen=True)
class Chore:
    """A registered chore: its function and, for periodic ones, how often it is due."""

    run: Callable[..., None]
    every: timedelta | None


on_finished: list[Callable[[Job], None]] = []
"""Called with each job that is done or has failed for good, inside the transaction that says so."""

_jobs: dict[str, JobKind] = {}
_chores: dict[str, Chore] = {}


def job(name: str, *, title: str | Promise, max_attempts: int = 3) -> Callable[[JobFunction], JobFunction]:
    """Register a function as the job `name`. It is given the `Job` and `progress(done, total, message)`."""

    def register(function: JobFunction) -> JobFunction:
        _add(_jobs, name, JobKind(function, title, max_attempts), function)
        return function

    return register


def chore(name: str, *, every: timedelta | None = None) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function as the chore `name`, started by the workers once in each `every` if that is given."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        _add(_chores, name, Chore(function, every), function)
        return function

    return register


def _add(table: dict[str, Any], name: str, entry: JobKind | Chore, function: Callable) -> None:
    known = table.get(name)
    if known is not None and known.run.__qualname__ != function.__qualname__:
        raise ImproperlyConfigured(f"Two functions want to be {name!r} in the background.")
    table[name] = entry


def job_called(name: str) -> JobKind:
    """The job registered under a name; LookupError when there is none."""
    return _jobs[name]


def chore_called(name: str) -> Chore:
    """The chore registered under a name; LookupError when there is none."""
    return _chores[name]


def periodic_chores() -> dict[str, timedelta]:
    """Names of the chores that come round, and how often."""
    return {name: entry.every for name, entry in _chores.items() if entry.every}
