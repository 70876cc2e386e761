"""Who may see and do what about credit.

Limits, exposure and exceptions of every client are seen by Finance, management and the managers of Business; of a
single client by whoever is in charge of it, in a short form. Holds, exceptions, the policy and scoring models are the
finance director's.
"""

from django.utils.translation import gettext as _

from apps.core.errors import Forbidden
from apps.documents import permissions as documents
from apps.documents.permissions import YES, Access, Answer, never, no, rule
from apps.risk.credit.models import CreditAssessment, ScoringModel
from apps.service.clients.models import Client
from apps.service.clients.permissions import is_in_charge

VIEW = "risk.view_credit"
VIEW_ALL = "risk.view_all_creditassessment"
ASSESS = "risk.add_creditassessment"
HOLD = "risk.change_credithold"
REVOKE = "risk.change_creditwaiver"
POLICY = "risk.change_creditpolicy"
SEES_POLICY = "risk.view_creditpolicy"
SCORING = "risk.change_scoringmodel"
SEES_SCORING = "risk.view_scoringmodel"

READS = {VIEW, VIEW_ALL, SEES_POLICY, SEES_SCORING}

#: what a new company gives to its roles
ROLES = {
    "finance_reviewer": READS | {ASSESS},
    "finance_director": READS | {ASSESS, HOLD, REVOKE, POLICY, SCORING},
    "executive": READS,
    "auditor": READS,
    "business_manager": {VIEW, ASSESS},
    "sysadmin": {SEES_POLICY, SEES_SCORING},
}


def sees_every(user) -> bool:
    """Limits, exposure and exceptions of every client."""
    return user.is_active and user.has_perm(VIEW)


def sees_short(user, client: Client) -> bool:
    """What is left of the limit, and why the gate would be closed: whoever may write an application for the client."""
    return sees_every(user) or is_in_charge(user, client)


def require_every(user) -> None:
    """Refuse with the reason unless this person sees the credit of every client."""
    if not sees_every(user):
        raise Forbidden(_("Limits and exposure are seen by Finance, management and the managers of Business."))


def clients_to_assess(user):
    """Clients this person may propose a limit for."""
    rows = Client.objects.live()
    return rows if sees_every(user) else rows.visible_to(user)


def may(user, action: str, what=None) -> Answer:
    """May this person do this to the client, exception or scoring model they see? The answer carries its reason."""
    return _RULES[action](user, what)


def require(user, action: str, what=None) -> None:
    """Refuse with the reason unless this person may."""
    answer = may(user, action, what)
    if not answer:
        raise Forbidden(answer.reason)


def _hold(user, client: Client) -> Answer:
    if not user.has_perm(HOLD):
        return never(_("Only the finance director puts clients on hold and lets them go."))
    if client.is_merged:
        return never(_("This file was merged into another one; work with that one."))
    return YES


def _revoke(user, waiver) -> Answer:
    return YES if user.has_perm(REVOKE) else never(_("Only the finance director revokes exceptions."))


def _edit_model(user, model: ScoringModel) -> Answer:
    if not user.has_perm(SCORING):
        return never(_("Only the finance director changes scoring models."))
    if model is not None and model.state != ScoringModel.State.DRAFT:
        return never(_("A scoring model that was published is never changed; start a new version."))
    return YES


_RULES = {"hold": _hold, "revoke": _revoke, "edit_model": _edit_model}


@rule("create", kind=CreditAssessment.KIND)
def create(access: Access) -> Answer:
    """Finance and the managers of Business assess clients."""
    if not access.user.has_perm(ASSESS):
        return no(_("Clients are assessed by Finance and by the managers of Business."))
    return documents.create(access)
