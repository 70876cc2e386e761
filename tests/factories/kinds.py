"""One complete draft of every kind of document. A kind enters itself here and is tested by the contract suite."""

from collections.abc import Callable

from apps.documents.models import Document
from tests.documents.trips import trip
from tests.factories import contracts, credit, documents, finance, intake, plans, settlements

DRAFTS: dict[str, Callable[..., Document]] = {
    "agencycontract": contracts.draft,
    "contractsupplement": contracts.supplement,
    "executionplan": plans.plan_of,
    "engagementintake": intake.of_anybody,
    "creditassessment": credit.assessment,
    "expenseclaim": lambda applicant: finance.claim_of(applicant, finance.line("80.00"), finance.line("20.50")),
    "memo": documents.draft,
    "planchange": lambda applicant: plans.change_of(plans.approved_plan(applicant)),
    "revocation": documents.revocation,
    "settlement": settlements.draft,
    "vehiclerequest": lambda applicant: trip(applicant, submitted=False),
}


def draft_of(kind: str, applicant) -> Document:
    """A draft of this kind that could be submitted."""
    document = DRAFTS[kind](applicant)
    return type(document).objects.get(pk=document.pk)
