"""What risk adds to the page of a client, to merging clients and to the ageing."""

from apps.core import registry
from apps.finance.receivables import columns
from apps.risk.credit import ageing
from apps.risk.credit import sections as credit
from apps.risk.credit.models import CreditAssessment
from apps.risk.credit.services.merging import move


def register() -> None:
    """Called once at the start."""
    registry.register_client_section(credit.SECTION)
    registry.register_client_merge(move)
    columns.register(ageing.COLUMNS)
    registry.register_client_papers(CreditAssessment, "client")
