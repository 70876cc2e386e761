"""How far the money of a paper is, told to apps above: they register here, because finance doesn't know them."""

from collections.abc import Callable

#: called as `run(receivable, event, by=…)` in the transaction; event: invoiced, reversed, collected, reopened, posted
observers: list[Callable[..., None]] = []


def register_observer(run: Callable[..., None]) -> None:
    """Add a listener; twice changes nothing."""
    if run not in observers:
        observers.append(run)


def tell(receivable, event: str, *, by) -> None:
    """Tell every listener."""
    for run in observers:
        run(receivable, event, by=by)
