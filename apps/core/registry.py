"""Small registries through which a lower app calls a higher one without importing it.

A higher app registers in its `AppConfig.ready`; the lower app goes through the list. Registering twice changes nothing.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class HandOver:
    """What one app hands on when an employee leaves: `run` does it, `describe` says beforehand in words what it will do.

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
