"""What happened to something, from several tables in one order."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Happening:
    """One entry of a timeline."""

    when: dt.datetime
    icon: str
    who: Any
    title: str
    text: str = ""
    lines: list[str] = field(default_factory=list)


def newest_first(found: Iterable[Happening], most: int) -> list[Happening]:
    """The latest entries."""
    return sorted(found, key=lambda entry: entry.when, reverse=True)[:most]
