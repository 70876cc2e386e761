"""Columns about a client that apps above finance add to the ageing, such as its credit limit.

A source is registered once; it says which columns it has, who may see them, and what stands in them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from apps.core.tables import Column


@dataclass(frozen=True)
class ClientColumns:
    """`columns`: (name, heading, kind of `core.tables.Column`) · `values(client ids)` → {client: {name: value}}."""

    columns: tuple[tuple[str, Any, str], ...]
    values: Callable[[Iterable[int]], dict[int, dict[str, Any]]]
    shown_to: Callable[[Any], bool]


sources: list[ClientColumns] = []


def register(source: ClientColumns) -> None:
    """Add columns to every list of the ageing that has a client in its rows."""
    if source not in sources:
        sources.append(source)


@dataclass
class Extra:
    """The further columns one person sees, read for all the clients of a page in one go when first asked."""

    viewer: Any
    clients: Callable[[], Iterable[int]]
    _known: dict[int, dict[int, dict[str, Any]]] = field(default_factory=dict)

    def columns(self, client_of: Callable[[Any], int]) -> list[Column]:
        """The columns, reading from the row through `client_of`."""
        return [
            Column(name, header, kind=kind, accessor=self._reader(source, name, client_of))
            for source in sources
            if source.shown_to(self.viewer)
            for name, header, kind in source.columns
        ]

    def _reader(self, source: ClientColumns, name: str, client_of: Callable[[Any], int]) -> Callable[[Any], Any]:
        def read(row: Any) -> Any:
            if id(source) not in self._known:
                self._known[id(source)] = source.values(self.clients())
            return self._known[id(source)].get(client_of(row), {}).get(name)

        return read
