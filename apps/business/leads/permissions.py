"""Who may do what to a lead or an opportunity. Which exist for somebody is `visible_to`; here is the rest.

Whoever is in charge of one, or heads the department of that person, works on it; the pool is open to Business.
"""

from django.utils.translation import gettext as _

from apps.business.leads.models import Lead, Opportunity
from apps.business.leads.querysets import SEES_ALL, SEES_POOL
from apps.core.errors import Forbidden
from apps.documents.permissions import YES, Answer, never, no
from apps.documents.visibility import headed_by

ADD_LEAD = "business.add_lead"
ADD_OPPORTUNITY = "business.add_opportunity"
ASSIGN = "business.assign_lead"

#: what a new company gives to its roles
ROLES: dict[str, set[str]] = {
    "business_staff": {ADD_LEAD, ADD_OPPORTUNITY, SEES_POOL},
    "business_manager": {ADD_LEAD, ADD_OPPORTUNITY, SEES_POOL, ASSIGN},
    "market_staff": {ADD_LEAD, SEES_POOL},
    "executive": {SEES_ALL},
    "auditor": {SEES_ALL},
}

Row = Lead | Opportunity


def works_with_leads(user) -> bool:
    """Whether the pages of leads are worth a place in this person's navigation."""
    return user.has_perm(ADD_LEAD) or user.has_perm(SEES_ALL)


def works_with_opportunities(user) -> bool:
    """Whether the board is worth a place in this person's navigation."""
    return user.has_perm(ADD_OPPORTUNITY) or user.has_perm(SEES_ALL)


def is_in_charge(user, row: Row) -> bool:
    """The owner, or who heads the owner's department."""
    if row.owner_id is None:
        return False
    return row.owner_id == user.pk or row.owner.department_id in headed_by(user)


def may_begin_for(user, owner_id: int | None) -> Answer:
    """Whom somebody may put in charge of a new lead: nobody, themselves where they sell, for heads anybody."""
    if owner_id is None or user.has_perm(ASSIGN) or (owner_id == user.pk and user.has_perm(ADD_OPPORTUNITY)):
        return YES
    return no(_("Your role does not give leads to others; leave it to the pool."))


def may(user, action: str, row: Row) -> Answer:
    """May this person, who sees the row, do this to it? The answer carries its reason."""
    return (_OF_LEADS if isinstance(row, Lead) else _OF_OPPORTUNITIES)[action](user, row)


def require(user, action: str, row: Row) -> None:
    """Refuse with the reason unless this person may."""
    answer = may(user, action, row)
    if not answer:
        raise Forbidden(answer.reason)


def _closed(row: Row) -> Answer:
    words = {"name": row, "state": row.get_state_display()}
    return never(_("%(name)s is closed (%(state)s).") % words)


def _work(user, row: Row) -> Answer:
    if not row.is_open:
        return _closed(row)
    if is_in_charge(user, row):
        return YES
    if row.owner_id is None and user.has_perm(ADD_OPPORTUNITY):
        return no(_("Nobody is in charge of this; take it first."))
    return never(_("Only the employee in charge and the head of the department work on this."))


def _take(user, row: Row) -> Answer:
    if not row.is_open:
        return _closed(row)
    if row.owner_id is not None:
        return never(_("Somebody is in charge of this already."))
    if user.has_perm(SEES_POOL) and user.has_perm(ADD_OPPORTUNITY):
        return YES
    return never(_("Only Business takes leads from the pool."))


def _release(user, row: Row) -> Answer:
    if row.owner_id is None:
        return never(_("This is in the pool already."))
    return _work(user, row)


def _assign(user, row: Row) -> Answer:
    if not row.is_open:
        return _closed(row)
    if row.owner_id is None:
        allowed = user.has_perm(ASSIGN)
    else:
        allowed = row.owner.department_id in headed_by(user) or (user.has_perm(ASSIGN) and row.owner_id == user.pk)
    return YES if allowed else never(_("The head of the department gives leads and opportunities to colleagues."))


def _qualify(user, row: Row) -> Answer:
    if not user.has_perm(ADD_OPPORTUNITY):
        return never(_("Only Business turns leads into opportunities."))
    return _work(user, row)


def _reopen(user, row: Row) -> Answer:
    if row.state not in (Lead.State.DISCARDED, Opportunity.State.LOST):
        return never(_("Only what was discarded or lost is opened again."))
    if is_in_charge(user, row) or (row.owner_id is None and user.has_perm(ADD_OPPORTUNITY)):
        return YES
    return never(_("Only the employee in charge and the head of the department work on this."))


_SHARED = {"change": _work, "log": _work, "take": _take, "release": _release, "assign": _assign, "reopen": _reopen}
_OF_LEADS = {**_SHARED, "qualify": _qualify, "discard": _work}
_OF_OPPORTUNITIES = {**_SHARED, "move": _work, "lose": _work}

ACTIONS_OF_LEADS = tuple(_OF_LEADS)
ACTIONS_OF_OPPORTUNITIES = tuple(_OF_OPPORTUNITIES)
