"""What becomes of the tasks and checks of an employee who leaves."""

from django.db.models import Q, QuerySet
from django.utils.translation import ngettext

from apps.business.engagements.models import Engagement
from apps.business.engagements.permissions import ENDED
from apps.business.plans.models import ExecutionPlan, PlanTask
from apps.documents.services.locking import lock
from apps.org.models import User

SETTLED = (PlanTask.Check.PASSED, PlanTask.Check.WAIVED)


def _tasks() -> QuerySet:
    """Tasks of plans that are not dead, in engagements that have not ended."""
    live = PlanTask.objects.exclude(plan__engagement__phase__in=ENDED)
    states = ExecutionPlan.State
    return live.exclude(plan__state__in=(states.REJECTED, states.CANCELLED)).order_by("plan", "pk")


def _owned(employee: User) -> QuerySet:
    return _tasks().filter(owner=employee, progress__lt=100)


def _checked(employee: User) -> QuerySet:
    """Open checkpoints, whether or not their task is finished."""
    return _tasks().filter(checker=employee).exclude(criterion="").exclude(check_result__in=SETTLED)


def describe(employee: User) -> list[str]:
    """In words, before it happens."""
    owned, checked = _owned(employee).count(), _checked(employee).count()
    found = []
    if owned:
        text = ngettext("owner of %(number)s open task of a plan", "owner of %(number)s open tasks of plans", owned)
        found.append(text % {"number": owned})
    if checked:
        text = ngettext("checker of %(number)s open checkpoint", "checker of %(number)s open checkpoints", checked)
        found.append(text % {"number": checked})
    return found


def hand_over(*, employee: User, successor: User, by: User, reason: str) -> None:
    """The successor does the open tasks and checks of the leaver; finished tasks keep the name of who did them."""
    mine = Q(pk__in=_owned(employee).values("pk")) | Q(pk__in=_checked(employee).values("pk"))
    for plan in ExecutionPlan.objects.filter(pk__in=_tasks().filter(mine).values("plan")).order_by("pk"):
        lock(plan)
        tasks = PlanTask.objects.select_for_update(of=("self",)).filter(mine, plan=plan).order_by("pk")
        for task in tasks:
            _pass_on(task, plan.engagement, employee, successor)
            task._history_user, task._change_reason = by, reason[:100]
            task.save()


def _pass_on(task: PlanTask, engagement: Engagement, leaver: User, successor: User) -> None:
    """Nobody checks their own work: where the successor has the other part already, the manager takes this one."""
    if task.owner_id == leaver.pk and not task.is_done:
        task.owner = _other_than(task.checker_id, engagement, leaver, successor)
    if task.checker_id == leaver.pk and task.check_result not in SETTLED:
        task.checker = _other_than(task.owner_id, engagement, leaver, successor)


def _other_than(taken: int | None, engagement: Engagement, leaver: User, successor: User) -> User | None:
    """The successor, else the manager, else who heads the department; nobody where all of them are taken."""
    for person in (successor, engagement.manager, engagement.department.head):
        if person is not None and person.pk not in (taken, leaver.pk) and person.is_active:
            return person
    return None
