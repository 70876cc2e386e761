"""What follows the signing of a contract in subjects above: they register here, because contracts don't know them."""

from collections.abc import Callable

#: called as `run(contract, by=…)` in the transaction of the signing
after_signing: list[Callable[..., None]] = []


def register_after_signing(run: Callable[..., None]) -> None:
    """Add what follows a signature; twice changes nothing."""
    if run not in after_signing:
        after_signing.append(run)
