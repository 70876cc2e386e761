"""Who may raise settlements and ask for their invoices, beside the rules every document has."""

from django.utils.translation import gettext as _

from apps.business.settlements.models import Settlement
from apps.business.settlements.money import receivable_of
from apps.business.settlements.parties import works_on
from apps.documents.permissions import YES, Access, Answer, never, no, rule
from apps.finance.billing import permissions as billing

RAISE = "business.add_settlement"
VIEW_ALL = "business.view_all_settlement"

#: what a new company gives to its roles
ROLES: dict[str, set[str]] = {
    "business_staff": {RAISE},
    "business_manager": {RAISE},
    "executive": {VIEW_ALL},
    "finance_reviewer": {VIEW_ALL},
    "finance_director": {VIEW_ALL},
    "cashier": {VIEW_ALL},
    "auditor": {VIEW_ALL},
}


@rule("create", kind=Settlement.KIND)
def create(access: Access) -> Answer:
    """Business raises settlements: the manager, the team or the head of the engagement (clause 3.3.2)."""
    paper = access.document.specific if access.document.pk else access.document
    if not access.user.holds(RAISE):
        return no(_("Only business staff and business managers settle engagements."))
    if paper.department_id is None:
        return no(_("You belong to no department yet. Ask Human Resources to enter it."))
    if paper.engagement_id and not works_on(access.user, paper.engagement):
        return no(_("Only the manager, the team and the head of the department settle an engagement."))
    return YES


@rule("request_invoice", kind=Settlement.KIND)
def request_invoice(access: Access) -> Answer:
    """Approved, with something that is on no invoice yet; asked for by Business, issued by Finance (clause 3.3.4)."""
    receivable = receivable_of(access.document.specific)
    if access.document.state != Settlement.State.APPROVED or receivable is None:
        return never(_("Invoices are requested for approved settlements."))
    return billing.may(access.user, "request", receivable)


def sees_registers(user) -> bool:
    """Whether the register and the list of unbilled work are worth a place in this person's navigation."""
    return user.has_perm(RAISE) or user.has_perm(VIEW_ALL)
