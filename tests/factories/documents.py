"""Memos in every state, brought there by the services."""

from apps.documents import services
from apps.documents.models import Document, Revocation
from tests.factories.approvals import route, step
from tests.testkind.models import Memo

STATES = [state.value for state in Document.State]


def draft(applicant, **values):
    """A memo that could be submitted."""
    memo = Memo(**{"title": "Paper for the printer", "purpose": "It is empty", "amount": "100.00", **values})
    return services.save_draft(memo, by=applicant)


def submitted(applicant, **values):
    return services.submit(draft(applicant, **values), by=applicant)


def brought_to(state, applicant, *, head, finance, executive, **values):
    """A memo in this state on the route of `two_steps`; `in_review` waits for the head."""
    memo = draft(applicant, **values)
    if state == "draft":
        return memo
    memo = services.submit(memo, by=applicant)
    if state == "in_review":
        return memo
    if state == "returned":
        return services.return_(memo, by=head, reason="Which printer?")
    if state == "rejected":
        return services.reject(memo, by=head, reason="No")
    memo = services.approve(services.approve(memo, by=head), by=finance)
    return memo if state == "approved" else services.cancel(memo, by=executive, reason="Bought elsewhere")


def revocation(applicant, of=None):
    """An application to revoke an approved memo, not yet handed in."""
    memo = of or approved(applicant)
    return services.save_draft(Revocation(of=memo, title=f"Revoke {memo}", reason="Ordered twice"), by=applicant)


def approved(applicant, **values):
    """A memo approved by the head of the department."""
    route("memo", [step("head", rule="department_head")], revocable_days=30)
    return services.approve(submitted(applicant, **values), by=applicant.department.head)
