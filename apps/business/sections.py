"""What business adds to the page of a client, to merging clients, to leavers' hand-over and to credit exposure."""

from apps.business.contracts import sections as contracts
from apps.business.engagements import sections as engagements
from apps.business.engagements.charging import contracts_for
from apps.finance.expenses import charging


def register() -> None:
    """Called once at the start."""
    contracts.register()
    engagements.register()
    charging.register_source(contracts_for)
