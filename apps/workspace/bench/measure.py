"""Measures the real pages: through the site's own middleware, as the people who use them."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from statistics import median

from django.db import connection
from django.http import HttpResponseBase
from django.test import Client, override_settings
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from apps.approvals.models import Route, RouteVersion, Task
from apps.approvals.services import publish, start_draft
from apps.core.jobs.models import Job
from apps.core.jobs.runner import attempt, claim
from apps.documents.models import Document
from apps.finance.expenses.models import ExpenseClaim
from apps.finance.expenses.services import save_claim
from apps.workspace.bench.fill import Filler, People

ROUNDS = 21
WARM_UP = 3


@dataclass
class Measured:
    """One page: median wall and processor milliseconds, SQL statements, bytes of the answer."""

    page: str
    median_ms: float
    cpu_ms: float
    queries: int
    bytes: int
    extra: dict

    def as_json(self) -> dict:
        return {
            "page": self.page,
            "median_ms": self.median_ms,
            "cpu_ms": self.cpu_ms,
            "queries": self.queries,
            "bytes": self.bytes,
            **self.extra,
        }


class Statements:
    """Counts what is sent to the database, savepoints included."""

    def __init__(self):
        self.count = 0

    def __call__(self, execute, sql, params, many, context):
        self.count += 1
        return execute(sql, params, many, context)


class Bench:
    """The pages, each as a function that opens it once and answers its response."""

    def __init__(self, filler: Filler, people: People):
        self.filler = filler
        self.people = people
        self.clients = {name: signed_in(getattr(people, name)) for name in ("staff", "head", "accountant", "executive")}
        self.first_open = Task.objects.open().order_by("pk").first().approval.document

    def run(self, rounds: int = ROUNDS) -> list[Measured]:
        """Every page, the floor first."""
        with override_settings(ROOT_URLCONF="apps.workspace.bench.floor"):
            floor = self.measure("floor", lambda: self.get("staff", "/floor/"), rounds)
        claims = reverse("finance:expenseclaim-list")
        detail = self.first_open.get_absolute_url()
        pages: list[tuple[str, Callable]] = [
            ("desk", lambda: self.get("staff", "/")),
            ("inbox", lambda: self.get("head", "/inbox/")),
            ("list_staff", lambda: self.get("staff", claims)),
            ("list_head", lambda: self.get("head", claims)),
            ("list_accountant", lambda: self.get("accountant", claims)),
            ("detail", lambda: self.get("head", detail)),
        ]
        measured = [floor, *(self.measure(name, open_, rounds) for name, open_ in pages)]
        measured.append(self.measure("submit", self._submit, rounds, prepare=self._draft))
        measured.append(self.measure("approve", self._approve, rounds, prepare=self._task))
        measured.append(self._claims())
        measured.append(self.measure("pdf", lambda _: self.get("head", self.first_open.url("print")), 5, prepare=int))
        return [*measured, *self._approvals(rounds)]

    def _approvals(self, rounds: int) -> list[Measured]:
        """The other lists of a person, of whoever has most in them; the analysis; and putting a route in force."""
        inbox = reverse("workspace:inbox")
        pages = {
            "decided": ("accountant", f"{inbox}?tab=decided"),
            "copied": ("executive", f"{inbox}?tab=copied"),
            "mine": ("staff", f"{inbox}?tab=mine"),
            "analysis": ("executive", reverse("documents:analysis")),
        }
        measured = [
            self.measure(name, partial(self.get, who, address), rounds) for name, (who, address) in pages.items()
        ]
        return [*measured, self.measure("publish", self._publish, min(rounds, 3), prepare=self._next_version)]

    def _next_version(self) -> RouteVersion:
        return start_draft(Route.objects.get(kind=ExpenseClaim.KIND), by=self.people.executive)

    def _publish(self, version: RouteVersion):
        return publish(version, by=self.people.executive)

    def get(self, who: str, address: str):
        return _ok(self.clients[who].get(address))

    def measure(self, page: str, open_: Callable, rounds: int, *, prepare: Callable | None = None) -> Measured:
        walls, processors, response = [], [], None
        warm_up = min(WARM_UP, rounds)
        for number in range(rounds + warm_up):
            given = (prepare(),) if prepare else ()
            with _counted() as statements:
                wall, processor = time.perf_counter(), time.process_time()
                response = open_(*given)
                walls.append(time.perf_counter() - wall)
                processors.append(time.process_time() - processor)
            if number < warm_up:
                walls.clear()
                processors.clear()
        return Measured(page, _ms(median(walls)), _ms(median(processors)), statements.count, _size(response), {})

    def _draft(self) -> Document:
        claim = ExpenseClaim(title="Bench", department=self.people.staff.department)
        line = {"category": self.filler.categories[0], "date": self.filler.now.date(), "amount": "120.00"}
        line["description"] = "Train"
        return save_claim(claim, by=self.people.staff, lines=[line])

    def _submit(self, claim: Document):
        return moved(self.clients["staff"].post(claim.url("submit"), {"revision": claim.revision}))

    def _task(self) -> Document:
        claims = Task.objects.waiting_for(self.people.head).filter(approval__document__kind=ExpenseClaim.KIND)
        return claims.last().approval.document

    def _approve(self, document: Document):
        return moved(self.clients["head"].post(document.url("approve"), {"comment": "Fine"}))

    def _claims(self) -> Measured:
        """The filtered list of claims as a workbook."""
        department = self.filler.departments[2].pk
        address = f"{reverse('finance:expenseclaim-list')}?department={department}&export=xlsx"
        return self.export("export", "accountant", address)

    def export(self, page: str, who: str, address: str) -> Measured:
        """A workbook, and what openpyxl alone needs to write the same cells."""
        with _counted() as statements:
            wall, processor = time.perf_counter(), time.process_time()
            content = self._exported(self.clients[who], address)
            wall, processor = time.perf_counter() - wall, time.process_time() - processor
        rows = list(load_workbook(io.BytesIO(content), read_only=True).active.iter_rows(values_only=True))
        alone = min(_written_alone(rows) for _round in range(3))
        extra = {"rows": len(rows), "openpyxl_alone_ms": _ms(alone), "times_openpyxl": round(processor / alone, 2)}
        return Measured(page, _ms(wall), _ms(processor), statements.count, len(content), extra)

    def _exported(self, client: Client, address: str) -> bytes:
        response = client.get(address)
        if response.status_code == 302:  # long lists are written by the worker
            job = Job.objects.order_by("-pk").first()
            attempt(claim(job.pk, worker="bench"))
            response = client.get(reverse("core:job-download", args=[job.pk]))
        return _content(_ok(response))


def _written_alone(rows: list[tuple]) -> float:
    """Processor seconds of openpyxl alone for these cells: what neighbours on the machine do changes it little."""
    started = time.process_time()
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    book.save(io.BytesIO())
    return time.process_time() - started


@contextmanager
def _counted() -> Iterator[Statements]:
    statements = Statements()
    with connection.execute_wrapper(statements):
        yield statements


def signed_in(user) -> Client:
    client = Client(SERVER_NAME="localhost", headers={"accept-language": "en", "user-agent": "bench"})
    client.force_login(user, backend="apps.org.accounts.backends.RolesBackend")
    return client


def _ok(response):
    if response.status_code != 200:
        raise RuntimeError(f"{response.request['PATH_INFO']} answered {response.status_code}")
    return response


def moved(response):
    if response.status_code != 302:
        raise RuntimeError(f"{response.request['PATH_INFO']} answered {response.status_code}")
    return response


def _content(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def _size(answer) -> int:
    """Bytes of a page; a service answers none."""
    return len(_content(answer)) if isinstance(answer, HttpResponseBase) else 0


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)
