"""Which places a contract template may use. Contracts know them and say so here: they stand above the catalogue."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Wording:
    """Place → what stands there, and callable(text) → what is wrong with a template, in sentences."""

    places: Mapping[str, Any] = field(default_factory=dict)
    check: Callable[[str], list[str]] = lambda body: []


wording = Wording()


def register(places: Mapping[str, Any], check: Callable[[str], list[str]]) -> None:
    """Say which places there are; called once at the start."""
    wording.places, wording.check = places, check
