"""The desk: what waits, what is under way and with whom, drafts, what can be started, the figures of the month."""

from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.approvals.models import Step, Task
from apps.approvals.routing import StepRule
from apps.core import clock
from apps.documents.kinds import all_kinds
from apps.documents.models import Document
from apps.documents.permissions import Access
from apps.documents.visibility import SEES_ALL, headed_by

State = Document.State
ROWS = 6
DOTS = {
    Step.State.APPROVED: "done",
    Step.State.AUTO: "done",
    Step.State.CARRIED: "done",
    Step.State.OPEN: "open",
    Step.State.PENDING: "waiting",
    Step.State.CANCELLED: "waiting",
    Step.State.SKIPPED: "skipped",
    Step.State.RETURNED: "returned",
    Step.State.REJECTED: "rejected",
}


@dataclass(frozen=True)
class UnderWay:
    """One paper of mine: its chain as dots, and whose turn it is in words."""

    document: Document
    dots: list[dict[str, str]]
    turn: str


@dataclass(frozen=True)
class Start:
    """A tile: something this person can begin."""

    label: str
    url: str
    icon: str


def under_way(user) -> list[UnderWay]:
    """The person's papers in approval or returned, newest first."""
    tasks = Prefetch("tasks", Task.objects.open().select_related("user"), to_attr="open_tasks")
    steps = Prefetch("approval__steps", Step.objects.order_by("round", "order").prefetch_related(tasks))
    papers = Document.objects.filter(applicant=user, state__in=(State.IN_REVIEW, State.RETURNED))
    papers = papers.select_related("approval").prefetch_related(steps).order_by("-pk")[:ROWS]
    return [_under_way(document) for document in papers]


def _under_way(document: Document) -> UnderWay:
    steps = [step for step in document.approval.steps.all() if step.round == document.approval.round]
    shown = [step for step in steps if _will_run(step, document.approval.facts)]
    dots = [{"state": DOTS[step.state], "label": f"{step.label}{_(': ')}{step.get_state_display()}"} for step in shown]
    if document.state == State.RETURNED:
        return UnderWay(document, dots, _("Returned to you: correct it and submit again"))
    people = [str(task.user) for step in shown for task in step.open_tasks]
    step = _(", ").join(step.label for step in shown if step.state == Step.State.OPEN)
    names = _(", ").join(people[:3]) + (" …" if len(people) > 3 else "")
    return UnderWay(document, dots, _("%(step)s: %(names)s") % {"step": step, "names": names})


def _will_run(step: Step, facts: dict) -> bool:
    """Steps that do not apply, or will not as things stand, are no dot."""
    coming = step.state == Step.State.PENDING
    return step.state != Step.State.SKIPPED and (not coming or StepRule.from_json(step.rule).applies(facts))


def drafts(user):
    """The person's drafts, the latest first."""
    return Document.objects.filter(applicant=user, state=State.DRAFT).order_by("-updated_at")[:ROWS]


def starts(user) -> list[Start]:
    """What this person may raise, as the rules of each kind say."""
    if user.department_id is None:
        return []
    return [
        Start(
            model._meta.verbose_name,
            reverse(f"{model._meta.app_label}:{model._meta.model_name}-create"),
            getattr(model, "ICON", "file-earmark-text"),
        )
        for model in all_kinds().values()
        if _may_raise(user, model)
    ]


def _may_raise(user, model: type[Document]) -> bool:
    blank = model(kind=model.KIND, applicant=user, department_id=user.department_id)
    return bool(Access(user, blank).may("create"))


@dataclass(frozen=True)
class Month:
    """The month so far of a department, or of the company."""

    title: str
    submitted: int
    approved: int
    waiting: int
    amount: object


def has_figures(user) -> bool:
    """Heads see their department's month, management the company's."""
    return user.has_perm(SEES_ALL) or bool(headed_by(user))


def month(user) -> Month:
    """Papers submitted since the first of the month, in the company's time zone, of what this person leads.

    What was withdrawn is a draft again and not counted.
    """
    first = clock.local_now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    papers = Document.objects.filter(submitted_at__gte=first).exclude(state=State.DRAFT)
    title = _("The company this month")
    if not user.has_perm(SEES_ALL):
        papers = papers.filter(department__in=headed_by(user))
        title = _("My department this month")
    figures = papers.aggregate(
        submitted=Count("pk"),
        approved=Count("pk", filter=Q(state=State.APPROVED)),
        waiting=Count("pk", filter=Q(state=State.IN_REVIEW)),
        amount=Sum("amount", filter=Q(state=State.APPROVED)),
    )
    return Month(title, **figures)
