"""What reports are about: engagements with money earned and spent, through the services."""

from decimal import Decimal

from apps.core import clock
from apps.documents.models import Document
from apps.finance.expenses.models import ExpenseClaim
from tests.factories.finance import claim_of, line
from tests.factories.settlements import item, settlement_of, through
from tests.finance.conftest import through as claim_through


def settled(company, engagement, *amounts: str):
    """Approved settlements of an engagement, one per amount (tax included)."""
    return [through(company, settlement_of(company.manager, engagement, item(amount))) for amount in amounts]


def charge(company, engagement, amount: str, *, by=None, approved=True, on=None) -> ExpenseClaim:
    """An expense claim charged to the engagement's contract, approved unless told otherwise."""
    paper = Document.objects.get(pk=engagement.contract_id)
    lines = [line(str(Decimal(amount)), date=on or clock.today())]
    claim = claim_of(by or company.manager, *lines, charged_to=paper)
    return claim_through(company, claim) if approved else claim
