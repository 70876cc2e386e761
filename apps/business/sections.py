"""What business adds to the page of a client, to merging clients, to leavers' hand-over and to credit exposure."""

from apps.business.contracts import sections as contracts


def register() -> None:
    """Called once at the start."""
    contracts.register()
