"""What a change of a plan asks of its route, demands at submission, and does when its state changes (clause 3.2.4).

The paper is known here by its interface alone; `models` imports this module.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.business.engagements import services as engagements
from apps.business.plans import differences, following, people, schedule, versions
from apps.core.errors import Refused
from apps.core.money import quantize
from apps.documents.errors import Incomplete
from apps.documents.services.locking import lock, save

OPEN = ("in_review", "returned")


def standing(paper) -> tuple[str, str]:
    """The state as people speak of it: code and words. An approved change has been applied."""
    if paper.state == "approved":
        return paper.state, _("Applied")
    return paper.state, paper.get_state_display()


def wanted(paper) -> list[dict[str, Any]]:
    """The tasks as the change would have them, under the ids of those they alter."""
    return [differences.plain(task, task.task_id) for task in paper.ordered_tasks]


def rows(paper) -> list[differences.Row]:
    """What the change does to each task of the version it was written against; exact also after later changes."""
    before = versions.in_force(paper.plan, paper.based_on) if paper.plan else []
    if paper.state in ("approved", "cancelled") and (made := getattr(paper, "made", None)):
        return differences.compare(before, made.tasks)
    return differences.compare(before, wanted(paper), by_number=paper.state == "rejected")


def end_moves(paper) -> int:
    """By how many days the end of the work moves."""
    found = rows(paper)
    return differences.end_moves([row.before for row in found if row.before], [row.after for row in found if row.after])


def facts(paper) -> dict[str, Any]:
    """What a route's conditions may read."""
    return {
        "department": paper.department_id,
        "cause": paper.cause,
        "impact_days": end_moves(paper),
        "impact_cost": str(quantize(paper.impact_cost)),
    }


def problems(paper, by) -> dict[str, list[str]]:
    """What keeps the paper from being submitted, by field."""
    found: dict[str, list[str]] = {}
    if not paper.title.strip():
        found["title"] = [_("Say what is changed.")]
    if not paper.reason.strip():
        found["reason"] = [_("Say why the plan has to be changed.")]
    if paper.plan is None:
        return {"plan": [_("Choose the plan that is changed.")], **found}
    if text := refusal(paper, by):
        return {"plan": [text], **found}
    engagement = paper.plan.engagement
    owners, checkers = people.team_of(engagement), people.checkers_of(engagement)
    found |= schedule.problems(paper.ordered_tasks, owners=owners, checkers=checkers)
    after = wanted(paper)
    if removed := versions.refusal(paper.plan, after):
        found.setdefault("lines", []).extend(removed)
    elif not differences.altered(differences.compare(versions.state_of(paper.plan.ordered_tasks), after)):
        found.setdefault("lines", []).append(_("Nothing is changed yet."))
    return found


def refusal(paper, by) -> str:
    """Why this person can't change this plan with this paper now."""
    plan = paper.plan
    if plan.state != "approved" or plan.engagement is None:
        return _("Only an approved plan is changed; correct the plan itself.")
    if not people.works_on(by, plan.engagement):
        return _("Only the manager, the team and the head of department of an engagement change its plan.")
    if not plan.engagement.is_running:
        text = _("This engagement is “%(phase)s”; its plan is not changed any more.")
        return text % {"phase": plan.engagement.get_phase_display()}
    other = plan.changes.filter(state__in=OPEN).exclude(pk=paper.pk).first()
    if other is not None:
        return _("%(paper)s changes this plan already and is not decided yet.") % {"paper": other.number}
    return stale(paper)


def stale(paper) -> str:
    """That the plan was changed since this paper was written; empty when it was not."""
    if paper.based_on == paper.plan.version:
        return ""
    text = _(
        "This was written against version %(old)s of the plan, but version %(new)s is in force. "
        "Start again from the plan in force."
    )
    return text % {"old": paper.based_on, "new": paper.plan.version}


def submitted(paper, by) -> None:
    """In the transaction of each submission: one change at a time, looked at once more behind the plan's lock."""
    paper.plan = lock(paper.plan)
    if text := refusal(paper, by):
        raise Incomplete({"plan": [text]})
    engagements.open_to_team(paper.plan.engagement, paper)


def approved(paper, by) -> None:
    """In the transaction of the final approval: the plan becomes what was proposed, as a new version."""
    plan = paper.plan = lock(paper.plan)
    if plan.state != "approved":
        raise Refused(_("The plan is not in force any more."))
    if text := stale(paper):
        raise Refused(text)
    before = {task.pk: task.content() for task in plan.ordered_tasks}
    paper.forget_tasks()
    tasks = versions.bring_to(plan, wanted(paper), by=by, reason=f"changed by {paper.number}")
    _point_at(paper, tasks)
    _new_version(plan, by=by, change=paper)
    touched = [task for task in plan.ordered_tasks if before.get(task.pk) != task.content()]
    following.tell_owners(plan, touched, by=by)


def released(paper, by) -> None:
    """It went back to the applicant, or ended; a cancelled change is taken back from the plan."""
    if paper.state != "cancelled":
        return
    plan = paper.plan = lock(paper.plan)
    if text := cancel_refusal(paper):
        raise Refused(text)
    versions.bring_to(plan, versions.in_force(plan, paper.based_on), by=by, reason=f"{paper.number} cancelled")
    _new_version(plan, by=by)


def cancel_refusal(paper) -> str:
    """Why an approved one can't be cancelled now; empty when it can."""
    made = getattr(paper, "made", None)
    if made is None:
        return ""
    plan = paper.plan
    if made.number != plan.version or plan.changes.filter(state__in=OPEN).exists():
        return _("The plan has been changed since; change it again instead.")
    return " ".join(versions.refusal(plan, versions.in_force(plan, paper.based_on)))


def _new_version(plan, *, by, change=None) -> None:
    plan.version += 1
    save(plan, by=by, reason=f"version {plan.version}")
    versions.keep(plan, by=by, change=change)


def _point_at(paper, tasks: list) -> None:
    """The proposals of new tasks know the tasks they have become."""
    for proposal, task in zip(paper.ordered_tasks, tasks, strict=True):
        if proposal.task_id is None:
            proposal.task = task
            proposal.save(update_fields=["task"])
