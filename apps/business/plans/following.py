"""What an execution plan asks of its route, demands at submission, and does when its state changes (clause 3.2.2).

The paper is known here by its interface alone; `models` imports this module.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from apps.business.engagements import services as engagements
from apps.business.plans import people, schedule, versions
from apps.notifications.services import notify

#: an engagement in these phases may be planned; while it is carried out only where its plan was cancelled
PLANNABLE = ("preparing", "planning", "executing")


def standing(paper) -> tuple[str, str]:
    """The state as people speak of it: code and words. An approved plan is told by its version."""
    if paper.state == "approved" and paper.version > 1:
        return paper.state, _("In force, version %(number)s") % {"number": paper.version}
    if paper.state == "approved":
        return paper.state, pgettext("plan", "In force")
    return paper.state, paper.get_state_display()


def facts(paper) -> dict[str, Any]:
    """What a route's conditions may read."""
    tasks = paper.ordered_tasks
    return {"department": paper.department_id, "tasks": len(tasks), "days": schedule.span(tasks)}


def problems(paper, by) -> dict[str, list[str]]:
    """What keeps the paper from being submitted, by field."""
    found = {}
    for name, text in (
        ("title", _("Say which plan this is.")),
        ("goal", _("Say what is to be reached and delivered.")),
        ("quality_measures", _("Say how quality is assured.")),
    ):
        if not getattr(paper, name).strip():
            found[name] = [text]
    engagement = paper.engagement
    if engagement is None:
        return {"engagement": [_("Choose the engagement that is planned.")], **found}
    if not people.works_on(by, engagement):
        found["engagement"] = [
            _("Only the manager, the team and the head of department of an engagement submit its plan.")
        ]
    elif engagement.phase not in PLANNABLE:
        text = _("This engagement is “%(phase)s” and is not planned any more.")
        found["engagement"] = [text % {"phase": engagement.get_phase_display()}]
    owners, checkers = people.team_of(engagement), people.checkers_of(engagement)
    return {**found, **schedule.problems(paper.ordered_tasks, owners=owners, checkers=checkers)}


def submitted(paper, by) -> None:
    """In the transaction of each submission: the team sees the plan, the engagement is being planned."""
    engagements.open_to_team(paper.engagement, paper)
    if paper.engagement.phase == "preparing":
        engagements.start_planning(paper.engagement, by=by)


def approved(paper, by) -> None:
    """In the transaction of the final approval: the tasks are the baseline, and work may start."""
    paper.forget_tasks()
    paper.version = (paper.versions.order_by("-number").values_list("number", flat=True).first() or 0) + 1
    versions.keep(paper, by=by)
    if paper.engagement.phase != "executing":
        engagements.start_work(paper.engagement, by=by)
    tell_owners(paper, paper.ordered_tasks, by=by)


def released(paper, by) -> None:
    """It went back to the applicant; or it ended without effect and the engagement may be planned anew."""
    if paper.state in ("rejected", "cancelled"):
        paper.released_from, paper.engagement = paper.engagement, None


def cancel_refusal(paper) -> str:
    """Why an approved one can't be cancelled now; empty when it can."""
    if paper.version > 1 or paper.changes.filter(state="in_review").exists():
        return _("This plan has been changed since; it can't be cancelled any more.")
    if any(task.is_started for task in paper.ordered_tasks):
        return _("Work on this plan has started; alter it by a plan change.")
    return ""


def tell_owners(plan, tasks, *, by) -> None:
    """Whoever got a task, or a task to check, is told once how many."""
    counted: dict[int, int] = {}
    persons = {}
    for task in tasks:
        for person in {task.owner, task.checker} - {None, by}:
            persons[person.pk] = person
            counted[person.pk] = counted.get(person.pk, 0) + 1
    for pk, person in persons.items():
        notify(
            to=[person],
            title=gettext_lazy("%(number)s tasks of %(plan)s are yours"),
            body=gettext_lazy("%(title)s: you carry them out or check them. See when they are due."),
            params={"number": counted[pk], "plan": plan.number, "title": plan.title},
            url=plan.get_absolute_url(),
        )
