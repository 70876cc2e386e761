"""What risk adds to the page of a client and to merging clients."""

from apps.core import registry
from apps.risk.credit import sections as credit
from apps.risk.credit.services.merging import move


def register() -> None:
    """Called once at the start."""
    registry.register_client_section(credit.SECTION)
    registry.register_client_merge(move)
