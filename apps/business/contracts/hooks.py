"""What follows in subjects above: they register here, because contracts don't know them.

Each is called in the transaction of what it follows, with the contract's row locked.
"""

from collections.abc import Callable

#: called as `run(contract, by=…)` when a contract is signed
after_signing: list[Callable[..., None]] = []
#: called as `run(contract, by=…)` when a contract is terminated
after_termination: list[Callable[..., None]] = []
#: called as `run(supplement, by=…)` at each submission of a supplement
after_submitting_supplement: list[Callable[..., None]] = []


def register_after_signing(run: Callable[..., None]) -> None:
    """Add what follows a signature; twice changes nothing."""
    _add(after_signing, run)


def register_after_termination(run: Callable[..., None]) -> None:
    """Add what follows the termination of a contract; twice changes nothing."""
    _add(after_termination, run)


def register_after_submitting_supplement(run: Callable[..., None]) -> None:
    """Add what follows the submission of a supplement; twice changes nothing."""
    _add(after_submitting_supplement, run)


def _add(runs: list[Callable[..., None]], run: Callable[..., None]) -> None:
    if run not in runs:
        runs.append(run)
