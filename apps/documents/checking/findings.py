"""What is wrong, as data: a code, what its words need, and where to look."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.approvals import events
from apps.approvals.models import Approval, Delegation, Route, RouteStep, RouteVersion, Task
from apps.documents.models import Document
from apps.documents.services.projection import mismatches
from apps.org.models import Role, User

WORDS = {
    **{f"log-{code}": text for code, text in events.PROBLEMS.items()},
    "task-without-right": _("It waits for %(person)s, who has no right to decide it."),
    "right-without-task": _("%(person)s has a right to decide it, but nothing waits for %(person)s (%(reason)s)."),
    "task-of-leaver": _("It waits for %(person)s, who has left."),
    "delegation-of-leaver": _("%(substitute)s decides for %(person)s, who has left."),
    "delegation-to-leaver": _("%(substitute)s, who has left, decides for %(person)s."),
    "route-names-leaver": _("Step “%(step)s” names %(person)s, who has left."),
    "route-copies-leaver": _("Step “%(step)s” copies papers to %(person)s, who has left."),
    "route-role-empty": _("Step “%(step)s” asks for the role “%(role)s”, which nobody has."),
    "route-head-missing": _("Step “%(step)s” asks the head of “%(department)s”, where nobody is head."),
    "route-owner-left": _("Its owner, %(person)s, has left."),
}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. ``subject`` names the paper, the route or the delegation; ``url`` is its page."""

    code: str
    subject: str
    url: str = ""
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What is wrong, in the reader's language."""
        said = str(WORDS[self.code]) % self.params
        seq = self.params.get("seq")
        return str(_("Event %(seq)s: %(problem)s")) % {"seq": seq, "problem": said} if seq else said

    def __str__(self):
        return f"{self.subject}: {self.text}"

    def as_json(self) -> dict[str, Any]:
        """As `CheckRun.findings` keeps it."""
        return asdict(self)


def of_events(papers=None) -> Iterator[Finding]:
    """Where the log of the approvals does not hold, for all papers or for these."""
    runs = None if papers is None else Approval.objects.filter(document__in=papers)
    for run in dict.fromkeys(fault.approval for fault in events.verify(runs)):
        paper = Document.objects.filter(approval=run).first()
        subject = str(paper) if paper else str(_("Approval %(number)s without a paper")) % {"number": run}
        for fault in _still_wrong(run):
            params = {"seq": fault.seq, "decision": fault.decision}
            yield Finding(f"log-{fault.code}", subject, paper.get_absolute_url() if paper else "", params)


@transaction.atomic
def _still_wrong(run: int) -> list[events.Fault]:
    """What is wrong with a run while nobody moves it: a decision made during the long walk is no fault."""
    list(Approval.objects.filter(pk=run).select_for_update().values_list("pk"))
    return list(events.verify(Approval.objects.filter(pk=run)))


def of_rights() -> Iterator[Finding]:
    """Rights without tasks and tasks without rights; tasks, delegations and routes of people who have left."""
    yield from _of_tasks()
    yield from _of_delegations()
    yield from _of_routes()


def _of_tasks() -> Iterator[Finding]:
    found = set(mismatches())
    # asked again: what a decision moved between two statements is in order by now
    found = sorted(found & set(mismatches()) if found else found, key=lambda row: (row.document, row.person, row.code))
    papers = Document.objects.in_bulk({row.document for row in found})
    people = User.objects.in_bulk({row.person for row in found})
    for row in found:
        paper = papers[row.document]
        params = {"person": str(people[row.person]), "reason": row.reason}
        yield Finding(row.code, str(paper), paper.get_absolute_url(), params)
    left = Task.objects.filter(state=Task.State.WAITING, user__is_active=False).select_related("approval__document")
    for task in left.select_related("user").order_by("pk"):
        paper = task.approval.document
        yield Finding("task-of-leaver", str(paper), paper.get_absolute_url(), {"person": str(task.user)})


def _of_delegations() -> Iterator[Finding]:
    url = reverse("approvals:delegation-list")
    for row in Delegation.objects.ahead().select_related("person", "substitute").order_by("pk"):
        params = {"person": str(row.person), "substitute": str(row.substitute)}
        if not row.substitute.is_active:
            yield Finding("delegation-to-leaver", str(row), url, params)
        elif not row.person.is_active:
            yield Finding("delegation-of-leaver", str(row), url, params)


def _of_routes() -> Iterator[Finding]:
    for route in Route.objects.filter(owner__is_active=False).select_related("owner").order_by("pk"):
        url = reverse("approvals:route", args=[route.pk])
        yield Finding("route-owner-left", str(route), url, {"person": str(route.owner)})
    steps = RouteStep.objects.filter(version__state=RouteVersion.State.PUBLISHED)
    steps = steps.select_related("version__route", "role", "department__head").order_by("version", "order")
    held = set(Role.objects.filter(user__is_active=True).values_list("pk", flat=True))
    for step in steps.prefetch_related("people", "copy_people"):
        url = reverse("approvals:route", args=[step.version.route_id])
        for code, params in _of_step(step, held):
            yield Finding(code, str(step.version.route), url, {"step": step.label, **params})


def _of_step(step: RouteStep, held: set[int]) -> Iterator[tuple[str, dict[str, str]]]:
    """Who of a step in force is not there any more; ``held``: the roles that somebody has."""
    if step.rule == RouteStep.Rule.ROLE and step.role_id not in held:
        yield "route-role-empty", {"role": str(step.role)}
    department = step.department
    if step.rule == RouteStep.Rule.NAMED_HEAD and not (department and department.head and department.head.is_active):
        yield "route-head-missing", {"department": str(department)}
    if step.rule == RouteStep.Rule.PEOPLE:
        for person in step.people.all():
            if not person.is_active:
                yield "route-names-leaver", {"person": str(person)}
    for person in step.copy_people.all():
        if not person.is_active:
            yield "route-copies-leaver", {"person": str(person)}
