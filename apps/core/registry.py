"""Small registries through which a lower app calls a higher one without importing it.

A higher app registers in its `AppConfig.ready`; the lower app goes through the list. Registering twice changes nothing.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class HandOver:
    """What one app hands on when an employee leaves: `run` does it, `describe` says beforehand what it will do.

    `run(employee=…, successor=…, by=…, reason=…)` is called inside the transaction of the deactivation;
    `describe(employee)` answers a list of sentences and changes nothing.
    """

    run: Callable[..., Any]
    describe: Callable[[Any], list[str]] | None = None

    def __call__(self, **kwargs) -> Any:
        return self.run(**kwargs)


handover: list[Callable[..., Any]] = []

# Role code → permissions ("app_label.codename") that a new company gives to this role. Every app adds its own part.
role_permissions: defaultdict[str, set[str]] = defaultdict(set)


def register_handover(run: Callable[..., Any], *, describe: Callable[[Any], list[str]] | None = None) -> None:
    """Add a part of the hand-over of a leaving employee."""
    part = HandOver(run, describe)
    if part not in handover:
        handover.append(part)


def grant_to_roles(table: dict[str, set[str]]) -> None:
    """Add an app's permissions to the roles a new company starts with: `{"cashier": {"finance.pay_expenseclaim"}}`."""
    for code, permissions in table.items():
        role_permissions[code] |= permissions


# What a new company starts with beside its organisation, in the order of the apps; run once the roles exist.
setup_steps: list[Callable[[], Any]] = []


def register_setup(run: Callable[[], Any]) -> None:
    """Add a part of what a new company starts with; `run()` may be called again and changes nothing that is there."""
    if run not in setup_steps:
        setup_steps.append(run)


_company_name: list[Callable[[], str]] = []


def register_company_name(get: Callable[[], str]) -> None:
    """Say where the name of the company comes from; exports and printed papers put it on top."""
    _company_name[:] = [get]


def company_name() -> str:
    """The company's name in the reader's language, as it stands on everything printed."""
    return _company_name[0]() if _company_name else ""


@dataclass(frozen=True)
class PageSection:
    """One part of the page that tells the whole story of a client.

    `context(client, viewer)` answers what its template needs, or None where this viewer has nothing to see there.
    `figures(client, viewer)` answers figures for the head of the page: dictionaries as components/stat.html takes them.
    Parts that are `later` lie below what a screen shows at first; those of the same word are fetched together when
    somebody comes to them.
    """

    key: str
    title: Any
    template: str
    context: Callable[[Any, Any], dict[str, Any] | None]
    order: int = 100
    side: bool = False
    later: str = ""
    figures: Callable[[Any, Any], list[dict[str, Any]]] | None = None


client_sections: list[PageSection] = []


def register_client_section(section: PageSection) -> None:
    """Add a part to the page of a client; the same key again replaces it."""
    others = [known for known in client_sections if known.key != section.key]
    client_sections[:] = sorted([*others, section], key=lambda known: (known.order, known.key))


# Kinds of papers about a client and the way from the paper to the client: (model, "engagement__client").
client_papers: list[tuple[Any, str]] = []


def register_client_papers(model: Any, path: str) -> None:
    """Say that papers of this kind are about a client, and how it is found from them."""
    if (model, path) not in client_papers:
        client_papers.append((model, path))


# Called when two files of one client are merged, in the same transaction: what points at `source` has to point at
# `target` afterwards. Answers how many rows were moved, by their name.
client_merges: list[Callable[..., dict[str, int]]] = []


def register_client_merge(move: Callable[..., dict[str, int]]) -> None:
    """Add what an app does when clients are merged: `move(source=…, target=…, by=…, reason=…)`."""
    if move not in client_merges:
        client_merges.append(move)
