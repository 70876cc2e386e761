"""What the editor of routes knows of the kinds of documents: their names, and the facts a condition may read.

The kinds stand in a higher app, which enters them here when it is ready.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class RoutedKind:
    """A kind of document for its route. ``facts``, ``editable`` and ``hideable`` parts: name → label."""

    name: str
    label: Any
    facts: Mapping[str, Any]
    editable: Mapping[str, Any] = field(default_factory=dict)
    hideable: Mapping[str, Any] = field(default_factory=dict)


_kinds: dict[str, RoutedKind] = {}


def register(kind: RoutedKind) -> None:
    """Enter a kind."""
    _kinds[kind.name] = kind


def kind_called(name: str) -> RoutedKind:
    """The kind of a route; one that is no longer there has its name and no facts."""
    return _kinds.get(name) or RoutedKind(name, name, {})


def all_kinds() -> list[RoutedKind]:
    """Every kind, by name."""
    return [_kinds[name] for name in sorted(_kinds)]
