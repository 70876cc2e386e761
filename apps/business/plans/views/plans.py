"""Pages of execution plans: the kind's declaration, the plan as list, bars and comparison, its versions."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.business.plans import differences, gantt, schedule, versions
from apps.business.plans.filters import PlanFilterSet
from apps.business.plans.forms import CheckForm, PlanForm, PlanTasks, ProgressForm
from apps.business.plans.models import ExecutionPlan, PlanChange, PlanTask
from apps.business.plans.permissions import may
from apps.business.plans.printing import plan_parts
from apps.business.plans.services import plannable_engagements, save_plan
from apps.business.plans.tables import PlanTable, standing_of
from apps.documents import display
from apps.documents.permissions import Access
from apps.documents.views.base import PaperView
from apps.documents.views.detail import Action, Detail
from apps.documents.views.edit import Create, Hint
from apps.documents.views.wiring import DocumentViews

WAYS = {
    "list": gettext_lazy("List"),
    "bars": gettext_lazy("Gantt chart"),
    "actual": gettext_lazy("Plan and actual"),
}


class PlanCreate(Create):
    """A new plan: which engagement first, then the form."""

    @cached_property
    def document(self) -> ExecutionPlan:
        plan = super().document
        chosen = self.request.GET.get("engagement", "")
        if plan.pk is None and chosen.isdecimal():
            mine = plannable_engagements(self.request.user)
            plan.engagement = get_object_or_404(mine.select_related("department"), pk=chosen)
            plan.title = plan.engagement.title
        return plan

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        self.require()
        if self.document.engagement is None:
            return self.choose()
        return super().get(request, pk)

    def choose(self) -> HttpResponse:
        """The engagements that can be planned."""
        context = {
            "page_title": self.title(),
            "list_url": self.kind.url("list"),
            "list_label": self.model._meta.verbose_name_plural,
            "create_url": self.kind.url("create"),
            "engagements": plannable_engagements(self.request.user).select_related("client", "manager"),
        }
        return render(self.request, "business/executionplan/choose.html", context)


class PlanDetail(Detail):
    """The page of a plan, in one of three ways."""

    def context(self, **more: Any) -> dict[str, Any]:
        plan = self.document
        way = self.request.GET.get("view", "")
        way = way if way in WAYS else "list"
        tasks = plan.ordered_tasks
        rows = gantt.actuals(tasks, versions.baseline(plan))
        changes = PlanChange.objects.visible_to(self.request.user).filter(plan=plan).select_related("applicant")
        more |= {
            "way": way,
            "tabs": [{"label": label, "url": f"?view={key}", "current": key == way} for key, label in WAYS.items()],
            "rows": rows,
            "chart": gantt.draw(rows) if way == "bars" else None,
            "cards": [TaskCard(row, self.request.user, plan) for row in rows] if way == "list" else [],
            "versions": list(plan.versions.select_related("by", "change")),
            "changes": list(changes),
            "compare_url": plan.url("versions"),
        }
        return super().context(**more)


class TaskCard:
    """A task on the page of its plan, with what this person can record at it."""

    def __init__(self, row: gantt.Actual, user: Any, plan: ExecutionPlan):
        self.row, self.task = row, row.task
        self.task.plan = plan
        self.standing = standing_of(self.task)
        answers = {action: may(user, action, self.task) for action in ("progress", "check", "waive")}
        self.answers = {name: answer for name, answer in answers.items() if not answer.hidden}
        self.progress_form = ProgressForm.of(self.task) if answers["progress"] else None
        self.check_form = CheckForm.of(self.task) if answers["check"] else None
        self.may_waive = bool(answers["waive"])

    @property
    def reason(self) -> str:
        """Why nothing can be recorded by somebody who could expect it."""
        refused = [answer.reason for answer in self.answers.values() if not answer]
        return refused[0] if refused and not any(self.answers.values()) else ""

    def url(self, page: str) -> str:
        """The address of one thing to be recorded."""
        return self.task.plan.url(page, self.task.pk)

    @property
    def waive_id(self) -> str:
        """The dialog in which the check is waived."""
        return f"waive-{self.task.pk}"

    @property
    def progress_url(self) -> str:
        return self.url("progress")

    @property
    def check_url(self) -> str:
        return self.url("check")

    @property
    def waive_url(self) -> str:
        return self.url("waive")


class ExecutionPlanViews(DocumentViews):
    """The pages of execution plans."""

    model = ExecutionPlan
    form_class = PlanForm
    line_formset_class = PlanTasks
    table_class = PlanTable
    filterset_class = PlanFilterSet
    printing = plan_parts
    create_view = PlanCreate
    detail_view = PlanDetail
    icon = "list-check"
    folder = "plans"
    group = "business"
    order = 50
    select_related = (
        "engagement__client",
        "engagement__manager",
        "engagement__department",
        "engagement__contract",
        "released_from__client",
        "released_from__manager",
    )
    help_text = gettext_lazy("Who does what until when, and how quality is checked. Work starts when it is approved.")
    return_reasons = (
        gettext_lazy("The schedule does not agree with the contract."),
        gettext_lazy("A quality checkpoint is missing."),
        gettext_lazy("Please say more about what is delivered."),
    )
    reject_reasons = (gettext_lazy("The work is not carried out."), gettext_lazy("It is planned elsewhere."))

    def save(self, form: PlanForm, formset: Any, *, by: Any, revision: int | None) -> ExecutionPlan:
        plan = save_plan(form.save(commit=False), by=by, tasks=formset.typed(), revision=revision)
        formset.learn(plan.ordered_tasks)
        return plan

    def add_up(self, document: ExecutionPlan, formset: Any) -> None:
        """A plan has no amount."""

    def preview_facts(self, document: ExecutionPlan, lines: Sequence[PlanTask]) -> Mapping[str, Any]:
        return {"department": document.department_id, "tasks": len(lines), "days": schedule.span(lines)}

    def hints(self, document: ExecutionPlan, lines: Sequence[PlanTask]) -> Iterable[Hint]:
        """How long it takes, and tasks outside the contract's period."""
        return hints(document.engagement, lines)

    def shown(self, document: ExecutionPlan) -> list[display.Fact]:
        facts = of_work(document.work)
        if document.version:
            facts.append(display.Fact(_("Version"), str(document.version), number=True))
        return [*facts, *display.of_fields(document, ["goal", "quality_measures"])]

    def lines(self, document: ExecutionPlan) -> None:
        """The plan's own template shows the tasks."""

    def actions(self, access: Access) -> list[Action]:
        url = access.document.url("change")
        return [Action(_("Change plan"), url, access.may("change"), icon="file-earmark-diff", style="primary")]

    def context(self, document: ExecutionPlan, access: Access) -> dict[str, Any]:
        return {"work": document.work}

    def form_context(self, document: ExecutionPlan) -> dict[str, Any]:
        return {"work": document.work}


class Versions(PaperView):
    """Two versions of a plan side by side."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        plan = self.document
        known = {version.number: version for version in plan.versions.select_related("by", "change")}
        if not known:
            return render(request, "business/executionplan/versions.html", {**self.base(), "versions": []})
        later = self._number("to", known, max(known))
        earlier = self._number("from", known, max(1, later - 1))
        rows = differences.compare(known[earlier].tasks, known[later].tasks)
        context = {
            **self.base(),
            "versions": sorted(known.values(), key=lambda version: version.number),
            "earlier": known[earlier],
            "later": known[later],
            "rows": rows,
            "altered": differences.altered(rows),
            "days": differences.end_moves(known[earlier].tasks, known[later].tasks),
        }
        return render(request, "business/executionplan/versions.html", context)

    def base(self) -> dict[str, Any]:
        """What the page shows in any case."""
        return {
            "page_title": _("Versions of %(plan)s") % {"plan": self.document},
            "document": self.document,
            "list_url": self.kind.url("list"),
            "list_label": self.model._meta.verbose_name_plural,
        }

    def _number(self, name: str, known: Mapping[int, Any], default: int) -> int:
        text = self.request.GET.get(name, "")
        return int(text) if text.isdecimal() and int(text) in known else default


def of_work(work: Any) -> list[display.Fact]:
    """What is said of the engagement on the page of a paper about it."""
    if work is None:
        return []
    return [
        display.Fact(_("Engagement"), str(work)),
        display.Fact(_("Client"), str(work.client)),
        display.Fact(_("Manager"), str(work.manager)),
    ]


def hints(work: Any, lines: Sequence[Any]) -> Iterable[Hint]:
    """Remarks beside a form in which tasks are typed."""
    days = schedule.span(lines)
    if days:
        last = schedule.last_finish(lines).isoformat()
        yield Hint(_("%(days)s days, finished on %(last)s.") % {"days": days, "last": last}, "info")
    if work is not None:
        for remark in schedule.outside(lines, work.contract.effective_from, work.contract.effective_to):
            yield Hint(remark, "warning")
