"""What the columns and activities of an event log mean to us: a small JSON file, so that another log needs no code."""

import csv
import datetime as dt
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import islice
from pathlib import Path

DEFAULT = Path(__file__).with_name("bpi2020.json")
MEANINGS = ("case", "activity", "time", "amount")
VERBS = ("save", "submit", "approve", "return", "take_back", "request_payment", "pay")


class BadLog(Exception):
    """The log or its mapping can't be read; the text says where."""


@dataclass(frozen=True)
class LogEvent:
    """One line of the log: which claim, what happened to it, at which step of the chain, when, and its amount."""

    case: str
    name: str
    verb: str
    step: str | None
    at: dt.datetime
    amount: Decimal


@dataclass(frozen=True)
class Mapping:
    """Columns, steps in their order, and the verb (and step) behind each activity name."""

    name: str
    columns: dict[str, str]
    steps: tuple[str, ...]
    activities: dict[str, dict]

    @classmethod
    def read(cls, path: Path) -> "Mapping":
        data = json.loads(path.read_text(encoding="utf-8"))
        for problem in _problems(data):
            raise BadLog(f"{path.name}: {problem}")
        return cls(data["name"], data["columns"], tuple(data["steps"]), data["activities"])

    def event(self, row: dict[str, str]) -> LogEvent:
        """The meaning of one line; raises `BadLog` for an activity the mapping does not know."""
        name = self._cell(row, "activity")
        activity = self.activities.get(name)
        if activity is None:
            raise BadLog(f"activity {name!r} is not in the mapping {self.name!r}")
        return LogEvent(
            case=self._cell(row, "case"),
            name=name,
            verb=activity["verb"],
            step=activity.get("step"),
            at=_moment(self._cell(row, "time")),
            amount=_amount(self._cell(row, "amount")),
        )

    def _cell(self, row: dict[str, str], meaning: str) -> str:
        column = self.columns[meaning]
        if row.get(column) is None:
            raise BadLog(f"the log has no column {column!r}")
        return row[column]


def _problems(data: dict) -> Iterator[str]:
    """What is wrong with a mapping, the gravest first."""
    for part in ("name", "columns", "steps", "activities"):
        if part not in data:
            yield f"{part!r} is missing"
    if set(data["columns"]) != set(MEANINGS):
        yield f"columns must name {', '.join(MEANINGS)}"
    if not data["steps"]:
        yield "there are no steps"
    unknown = {activity["verb"] for activity in data["activities"].values()} - set(VERBS)
    if unknown:
        yield f"unknown verbs {', '.join(sorted(unknown))}"
    for name, activity in data["activities"].items():
        if activity.get("step") is not None and activity["step"] not in data["steps"]:
            yield f"{name!r} names the step {activity['step']!r}, which is not among the steps"


def _moment(text: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError as problem:
        raise BadLog(f"{text!r} is no time") from problem


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation as problem:
        raise BadLog(f"{text!r} is no amount") from problem
    if not amount.is_finite():
        raise BadLog(f"{text!r} is no amount")
    return amount


def cases(path: Path, mapping: Mapping, limit: int | None = None) -> Iterator[list[LogEvent]]:
    """The log's claims in order of first appearance, each with its events in file order."""
    opener = gzip.open if path.suffix == ".gz" else open
    found: dict[str, list[LogEvent]] = {}
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            try:
                event = mapping.event(row)
            except BadLog as problem:
                raise BadLog(f"line {number}: {problem}") from problem
            found.setdefault(event.case, []).append(event)
    return islice(found.values(), limit)
