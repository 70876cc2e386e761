"""Who may plan, carry out and check the work of an engagement. Which plans exist for somebody says `visible_to`."""

from django.utils.translation import gettext as _

from apps.business.plans import changing, people
from apps.business.plans.models import ExecutionPlan, PlanChange, PlanTask
from apps.core.errors import Forbidden
from apps.documents.permissions import YES, Access, Answer, never, no, rule
from apps.documents.visibility import headed_by

ADD_PLAN = "business.add_executionplan"
ADD_CHANGE = "business.add_planchange"
SEES_PLANS = "business.view_all_executionplan"
SEES_CHANGES = "business.view_all_planchange"

#: what a new company gives to its roles
ROLES: dict[str, set[str]] = {
    "business_staff": {ADD_PLAN, ADD_CHANGE},
    "business_manager": {ADD_PLAN, ADD_CHANGE},
    "executive": {SEES_PLANS, SEES_CHANGES},
    "auditor": {SEES_PLANS, SEES_CHANGES},
    "service_staff": {SEES_PLANS, SEES_CHANGES},
}


@rule("create", kind=ExecutionPlan.KIND)
def create_plan(access: Access) -> Answer:
    """Business plans its engagements: who manages one, works in its team or heads its department (clause 3.2.2)."""
    refused = _raises(access, ADD_PLAN)
    if refused is not None:
        return refused
    engagement = access.document.specific.engagement
    if engagement is not None and not people.works_on(access.user, engagement):
        return no(_("Only the manager, the team and the head of department of an engagement plan it."))
    return YES


@rule("create", kind=PlanChange.KIND)
def create_change(access: Access) -> Answer:
    """The same people ask for a change of the plan (clause 3.2.4)."""
    refused = _raises(access, ADD_CHANGE)
    if refused is not None:
        return refused
    plan = access.document.specific.plan
    if plan is None:
        return YES
    return may_change(access.user, plan)


@rule("change", kind=ExecutionPlan.KIND)
def change(access: Access) -> Answer:
    """The button on the page of a plan."""
    if not access.user.holds(ADD_CHANGE):
        return never(_("Only Business changes plans."))
    return may_change(access.user, access.document.specific)


@rule("again", kind=PlanChange.KIND)
def again(access: Access) -> Answer:
    """Whoever writes a change may begin anew where the plan was changed meanwhile."""
    change = access.document.specific
    if not access.is_applicant or not change.is_open_for_correction:
        return never(_("Only the applicant changes this document."))
    if change.plan is None or not changing.stale(change):
        return never(_("It was written against the plan in force."))
    return YES


def may_change(user, plan: ExecutionPlan) -> Answer:
    """Whether a change of this plan can be started."""
    if plan.state != plan.State.APPROVED or plan.engagement is None:
        return never(_("Only an approved plan is changed; correct the plan itself."))
    if not people.works_on(user, plan.engagement):
        return never(_("Only the manager, the team and the head of department of an engagement change its plan."))
    if not plan.engagement.is_running:
        return no(_("Work on this engagement does not go on; its plan is not changed."))
    return YES


def may(user, action: str, task: PlanTask) -> Answer:
    """May this person, who sees the plan, do this with the task? `progress`, `check` or `waive`."""
    plan = task.plan
    if plan.state != plan.State.APPROVED or plan.engagement is None:
        return never(_("No task is started before the plan is approved."))
    if not plan.engagement.is_running:
        return no(_("Work on this engagement does not go on at present."))
    return _RULES[action](user, task)


def require(user, action: str, task: PlanTask) -> None:
    """Refuse with the reason unless this person may."""
    answer = may(user, action, task)
    if not answer:
        raise Forbidden(answer.reason)


def _raises(access: Access, permission: str) -> Answer | None:
    if access.document.department_id is None:
        return no(_("You belong to no department yet. Ask Human Resources to enter it."))
    if not access.user.holds(permission):
        return no(_("Plans are made by Business. Ask the manager of the engagement."))
    return None


def _progress(user, task: PlanTask) -> Answer:
    """Only whoever carries the task out, and who manages the engagement, say how far it is."""
    if user.pk not in (task.owner_id, task.plan.engagement.manager_id):
        return never(_("Only the owner of the task and the manager of the engagement record progress."))
    if task.is_done and task.criterion and not task.needs_check:
        return no(_("The quality check is done; the task is closed."))
    return YES


def _check(user, task: PlanTask) -> Answer:
    """The checker, who is never the owner, once the task is done (clause 3.2.3)."""
    if not task.criterion:
        return never(_("This task has no quality checkpoint."))
    if user.pk != task.checker_id:
        return never(_("Only %(person)s checks this task.") % {"person": task.checker})
    if not task.needs_check:
        return no(_("It has been checked already."))
    if not task.is_done:
        return no(_("It is checked when it is done."))
    return YES


def _waive(user, task: PlanTask) -> Answer:
    """The head of the department takes it on themselves that a check is left out."""
    if not task.criterion:
        return never(_("This task has no quality checkpoint."))
    if task.plan.engagement.department_id not in headed_by(user):
        return never(_("Only the head of the department waives a quality check."))
    if user.pk == task.owner_id:
        return no(_("Nobody waives the check of their own work."))
    return YES if task.needs_check else no(_("It has been checked already."))


_RULES = {"progress": _progress, "check": _check, "waive": _waive}

ACTIONS = tuple(_RULES)
