"""Who may do what: preliminary assessments and intake applications.

Assessments are seen by whoever sees their opportunity; applications are documents, so `visible_to` and the rules of
documents hold, beside the one here.
"""

from django.utils.translation import gettext as _

from apps.business.intake.models import EngagementIntake, IntakeAssessment
from apps.business.intake.querysets import live
from apps.business.leads.models import Opportunity
from apps.business.leads.permissions import is_in_charge
from apps.core.errors import Forbidden
from apps.documents.permissions import YES, Access, Answer, never, no, rule

VIEW_ALL = "business.view_all_engagementintake"
#: also opens the assessments
RAISE = "business.add_engagementintake"

#: what a new company gives to its roles
ROLES: dict[str, set[str]] = {
    "business_staff": {RAISE},
    "business_manager": {RAISE},
    "executive": {VIEW_ALL},
    "finance_reviewer": {VIEW_ALL},
    "finance_director": {VIEW_ALL},
    "auditor": {VIEW_ALL},
}


@rule("create", kind=EngagementIntake.KIND)
def create(access: Access) -> Answer:
    """Business raises applications (clause 3.1.3)."""
    if not access.user.holds(RAISE):
        return no(_("Only business staff and business managers raise intake applications."))
    if access.document.department_id is None:
        return no(_("You belong to no department yet. Ask Human Resources to enter it."))
    return YES


def works_with_intakes(user) -> bool:
    """Whether the pages of intake are worth a place in this person's navigation."""
    return user.has_perm(RAISE) or user.has_perm(VIEW_ALL)


def may_assess(user, opportunity: Opportunity) -> Answer:
    """May this person, who sees the opportunity, begin an assessment of it?"""
    if not user.has_perm(RAISE):
        return never(_("Only Business assesses opportunities."))
    if opportunity.state != Opportunity.State.OPEN:
        return no(_("The opportunity is closed."))
    if opportunity.owner_id is None:
        return no(_("Nobody is in charge of this opportunity; take it first."))
    if not is_in_charge(user, opportunity):
        return never(_("Only the employee in charge and the head of the department assess an opportunity."))
    return YES


def require_may_assess(user, opportunity: Opportunity) -> None:
    """Refuse with the reason unless this person may begin an assessment of it."""
    answer = may_assess(user, opportunity)
    if not answer:
        raise Forbidden(answer.reason)


def may(user, action: str, assessment: IntakeAssessment) -> Answer:
    """May this person, who sees the assessment, do this to it? The answer carries its reason."""
    return _RULES[action](user, assessment)


def require(user, action: str, assessment: IntakeAssessment) -> None:
    """Refuse with the reason unless this person may."""
    answer = may(user, action, assessment)
    if not answer:
        raise Forbidden(answer.reason)


def _change(user, assessment: IntakeAssessment) -> Answer:
    if assessment.frozen_on:
        text = _("It has been used by an intake application since %(day)s and stays as it was decided on.")
        return no(text % {"day": assessment.frozen_on.isoformat()})
    return may_assess(user, assessment.opportunity)


def _use(user, assessment: IntakeAssessment) -> Answer:
    """An application can be written on it (clause 3.1.3)."""
    if not user.has_perm(RAISE):
        return never(_("Only Business raises intake applications."))
    if not is_in_charge(user, assessment.opportunity):
        return never(_("Only the employee in charge and the head of the department raise the application."))
    if assessment.verdict != IntakeAssessment.Verdict.PASSED:
        return no(_("Only an assessment that has passed leads to an application."))
    if assessment.opportunity.state != Opportunity.State.OPEN:
        return no(_("The opportunity is closed."))
    if live(assessment.intakes.all()).exists():
        return no(_("An application on this assessment is under way already."))
    return YES


_RULES = {"change": _change, "decide": _change, "use": _use}

ACTIONS = tuple(_RULES)
