"""What risk adds to the navigation."""


def register() -> None:
    """Called once at the start."""
