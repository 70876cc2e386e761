"""What business adds to the page of a client, to merging clients, to leavers' hand-over and to credit exposure."""


def register() -> None:
    """Called once at the start."""
