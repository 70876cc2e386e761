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
    """A registered chore: its function and, for periodic ones, how often it is due, in words what it does.

    ``offset`` moves the beginning of its slots, which are counted from midnight UTC.
    """

    run: Callable[..., None]
    every: timedelta | None
    title: str | Promise = ""
    offset: timedelta = timedelta()


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


def chore(
    name: str, *, every: timedelta | None = None, title: str | Promise = "", offset: timedelta = timedelta()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function as the chore `name`, started by the workers once in each `every` if that is given.

    ``title`` says on the status page what it does; a daily chore runs ``offset`` after midnight UTC.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        _add(_chores, name, Chore(function, every, title, offset), function)
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


def periodic_chores() -> dict[str, Chore]:
    """The chores that come round, by name."""
    return {name: entry for name, entry in _chores.items() if entry.every}
