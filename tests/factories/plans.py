"""Execution plans and changes of them, drafted by the services and written to any stage."""

import datetime as dt
from types import SimpleNamespace

from django.db import transaction

from apps.business.models import Engagement, EngagementMember, ExecutionPlan, PlanChange
from apps.business.plans import permissions, versions
from apps.business.plans.services import save_plan, start_change
from apps.core import clock
from apps.documents import services
from tests.factories import business
from tests.factories.approvals import route, step
from tests.factories.org import (
    CompanyFactory,
    DepartmentFactory,
    RoleFactory,
    UserFactory,
    permissions_called,
    store_users,
)

START = dt.date(2026, 3, 2)


def day(number: int) -> dt.date:
    """A day of the plan, counted from its first."""
    return START + dt.timedelta(days=number)


def make_planner(*people) -> None:
    """Let these people raise plans and changes."""
    role = RoleFactory(code="business_staff")
    role.permissions.add(*permissions_called(permissions.ROLES["business_staff"]))
    for person in people:
        person.groups.add(role)
        for cached in ("_perm_cache", "_group_perm_cache", "_user_perm_cache"):
            person.__dict__.pop(cached, None)


def team(engagement: Engagement, *people) -> Engagement:
    """Put people into the team."""
    for person in people:
        EngagementMember.objects.create(engagement=engagement, user=person, duty="Media", since=clock.today())
    return engagement


def task(title: str, owner, start: int, finish: int, **values) -> dict:
    """A task as `save_plan` takes it; days are counted from the first of the plan."""
    return {
        "title": title,
        "owner": owner,
        "start": day(start),
        "finish": day(finish),
        "deliverable": f"{title}, finished",
        **values,
    }


def usual_tasks(owner, checker) -> list[dict]:
    """A concept, checked by somebody else, then the production, and a report beside them."""
    return [
        task("Concept", owner, 0, 4, criterion="Agrees with the brief", checker=checker),
        task("Production", owner, 5, 14, predecessors="1"),
        task("Report", checker, 10, 12),
    ]


def plan_of(applicant, engagement: Engagement | None = None, *, tasks=None, colleague=None, **values) -> ExecutionPlan:
    """A complete draft; the colleague checks, and is in the team."""
    make_planner(applicant)
    colleague = colleague or applicant.department.head
    engagement = engagement or business.engagement(applicant, phase="preparing")
    if colleague.pk not in engagement.members.values_list("user_id", flat=True):
        team(engagement, colleague)
    plan = ExecutionPlan(
        kind=ExecutionPlan.KIND,
        applicant=applicant,
        **{
            "department": applicant.department,
            "engagement": engagement,
            "title": "Spring campaign",
            "goal": "More visitors in one city",
            "quality_measures": "Everything is read by a second person",
            **values,
        },
    )
    return save_plan(plan, by=applicant, tasks=usual_tasks(applicant, colleague) if tasks is None else tasks)


def approved_plan(applicant, engagement: Engagement | None = None, **values) -> ExecutionPlan:
    """A plan in force, whose chain is left out; its team is the engagement's."""
    engagement = engagement or business.engagement(applicant, phase="executing")
    plan = plan_of(applicant, engagement, **values)
    plan.state, plan.version, plan.closed_at, plan.submitted_at = "approved", 1, clock.now(), clock.now()
    plan.number = business.next_number(plan.PREFIX, clock.today().year)
    plan.save()
    versions.keep(plan, by=applicant)
    return ExecutionPlan.objects.get(pk=plan.pk)


def change_of(plan: ExecutionPlan, applicant=None, *, moved: int = 0, **values) -> PlanChange:
    """A complete draft of a change that lets the second task finish later."""
    applicant = applicant or plan.applicant
    make_planner(applicant)
    change = start_change(plan, by=applicant)
    for name, value in {"reason": "The printer is late", **values}.items():
        setattr(change, name, value)
    change.save()
    line = change.ordered_tasks[1]
    line.finish += dt.timedelta(days=moved or 3)
    line.save()
    return PlanChange.objects.get(pk=change.pk)


def company() -> SimpleNamespace:
    """Everybody who has to do with plans: who manages, works along, heads, reads it all, or has no business there."""
    CompanyFactory()
    department = DepartmentFactory(code="BUSINESS", name="Business")
    elsewhere = DepartmentFactory(code="SERVICE", name="Service")
    works_in = dict.fromkeys(("manager", "mate", "helper", "head", "colleague"), department)
    works_in |= dict.fromkeys(("outsider", "executive", "auditor"), elsewhere)
    people = {name: UserFactory.build(username=name, department=place) for name, place in works_in.items()}
    staff = [*permissions.ROLES["business_staff"]]
    roles = {
        name: RoleFactory(code=code, permissions=sorted(permissions.ROLES.get(code, ())))
        for name, code in (("executive", "executive"), ("auditor", "auditor"))
    }
    roles |= dict.fromkeys(
        ("manager", "mate", "helper", "colleague"), RoleFactory(code="business_staff", permissions=sorted(staff))
    )
    roles["head"] = RoleFactory(code="business_manager", permissions=sorted(permissions.ROLES["business_manager"]))
    store_users(people.values(), managers={}, roles=roles)
    department.head = people["head"]
    department.save()
    for kind in (ExecutionPlan.KIND, PlanChange.KIND):
        route(kind, [step("head", rule="department_head")])
    return SimpleNamespace(department=department, **people)


@transaction.atomic
def engaged(cast: SimpleNamespace) -> Engagement:
    """An engagement of the manager, not planned yet; mate and helper are in the team."""
    return team(business.engagement(cast.manager, phase="preparing"), cast.mate, cast.helper)


def planned(cast: SimpleNamespace, **values) -> ExecutionPlan:
    """A draft of the manager; mate and helper are in the team."""
    return plan_of(cast.manager, engaged(cast), colleague=cast.mate, **values)


def decided(cast: SimpleNamespace, paper, *, approve: bool = True):
    """Submit, and let the head decide."""
    services.submit(paper, by=paper.applicant)
    paper = fresh(paper)
    if approve:
        services.approve(paper, by=cast.head)
    else:
        services.reject(paper, by=cast.head, reason="No")
    return fresh(paper)


def fresh(paper):
    """The paper as it is stored now."""
    return type(paper).objects.get(pk=paper.pk)
