"""How far the money of a paper is, told to apps above: they register here, because finance doesn't know them.

Listeners run in the transaction that holds the receivable; they lock no paper that leads to a receivable again.
"""

from collections.abc import Callable

#: called as `run(receivable, event, by=…)`; events: `invoiced` (an invoice is issued), `reversed` (wholly or in part),
#: `collected` (in full), `reopened` (no longer collected in full, or its posting taken back), `posted`
observers: list[Callable[..., None]] = []


def register_observer(run: Callable[..., None]) -> None:
    """Add a listener; twice changes nothing."""
    if run not in observers:
        observers.append(run)


def tell(receivable, event: str, *, by) -> None:
    """Tell every listener."""
    for run in observers:
        run(receivable, event, by=by)
