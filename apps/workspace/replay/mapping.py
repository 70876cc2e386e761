"""What the columns and activities of an event log mean to us: a small JSON file, so that another log needs no code."""

import csv
import datetime as dt
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path

DEFAULT = Path(__file__).with_name("bpi2020.json")
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
        unknown = {activity["verb"] for activity in data["activities"].values()} - set(VERBS)
        if unknown:
            raise BadLog(f"{path.name}: unknown verbs {', '.join(sorted(unknown))}")
        return cls(data["name"], data["columns"], tuple(data["steps"]), data["activities"])

    def event(self, row: dict[str, str]) -> LogEvent:
        """The meaning of one line; raises `BadLog` for an activity the mapping does not know."""
        name = row[self.columns["activity"]]
        activity = self.activities.get(name)
        if activity is None:
            raise BadLog(f"activity {name!r} is not in the mapping {self.name!r}")
        return LogEvent(
            case=row[self.columns["case"]],
            name=name,
            verb=activity["verb"],
            step=activity.get("step"),
            at=dt.datetime.fromisoformat(row[self.columns["time"]]),
            amount=Decimal(row[self.columns["amount"]]),
        )


def cases(path: Path, mapping: Mapping, limit: int | None = None) -> Iterator[list[LogEvent]]:
    """The log's claims in order of first appearance, each with its events in file order."""
    opener = gzip.open if path.suffix == ".gz" else open
    found: dict[str, list[LogEvent]] = {}
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            event = mapping.event(row)
            found.setdefault(event.case, []).append(event)
    return islice(found.values(), limit)
