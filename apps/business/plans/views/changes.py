"""Pages of plan changes: the kind's declaration, starting one, and starting again from the plan in force."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.business.plans import changing, differences
from apps.business.plans.filters import ChangeFilterSet
from apps.business.plans.forms import ChangeForm, ProposedTasks
from apps.business.plans.models import PlanChange, ProposedTask
from apps.business.plans.printing import change_parts
from apps.business.plans.services import changeable_plans, save_change, start_again, start_change
from apps.business.plans.tables import ChangeTable
from apps.business.plans.views.plans import hints, of_work
from apps.core.money import format_money, quantize
from apps.documents import display
from apps.documents.permissions import Access
from apps.documents.views.base import PaperView
from apps.documents.views.detail import Action
from apps.documents.views.edit import Create, Hint
from apps.documents.views.wiring import DocumentViews


class ChangeCreate(Create):
    """Which plan is changed; the form comes when it was chosen."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        self.require()
        context = {
            "page_title": self.title(),
            "list_url": self.kind.url("list"),
            "list_label": self.model._meta.verbose_name_plural,
            "plans": changeable_plans(request.user).select_related("engagement__client", "engagement__manager"),
        }
        return render(request, "business/planchange/choose.html", context)


class PlanChangeViews(DocumentViews):
    """The pages of plan changes."""

    model = PlanChange
    form_class = ChangeForm
    line_formset_class = ProposedTasks
    table_class = ChangeTable
    filterset_class = ChangeFilterSet
    printing = change_parts
    create_view = ChangeCreate
    icon = "file-earmark-diff"
    folder = "plan-changes"
    group = "business"
    order = 52
    select_related = (
        "plan__engagement__client",
        "plan__engagement__manager",
        "plan__engagement__department",
        "plan__engagement__contract",
        "plan__released_from__client",
        "plan__released_from__manager",
        "made",
    )
    help_text = gettext_lazy("The plan as it should be. Tasks you take out are removed once the change is approved.")
    return_reasons = (
        gettext_lazy("The client has to agree first."),
        gettext_lazy("Please explain the cause."),
        gettext_lazy("The additional cost is not covered."),
    )
    reject_reasons = (gettext_lazy("The plan stays as it is."), gettext_lazy("The cause does not hold."))

    def save(self, form: ChangeForm, formset: Any, *, by: Any, revision: int | None) -> PlanChange:
        change = save_change(form.save(commit=False), by=by, tasks=formset.typed(), revision=revision)
        formset.learn(change.ordered_tasks)
        return change

    def add_up(self, document: PlanChange, formset: Any) -> None:
        """A change answers with the tasks as typed."""
        stored = {task.pk: task.task_id for task in document.ordered_tasks}
        lines = formset.lines()
        for line in lines:
            line.task_id = stored.get(line.pk)
        document.ordered_tasks = lines

    def preview_facts(self, document: PlanChange, lines: Sequence[ProposedTask]) -> Mapping[str, Any]:
        return changing.facts(document)

    def hints(self, document: PlanChange, lines: Sequence[ProposedTask]) -> Iterable[Hint]:
        """What differs so far, by how much the end moves, and tasks outside the contract's period."""
        if document.plan is not None:
            if text := changing.stale(document):
                yield Hint(text, "danger")
            number = len(differences.altered(changing.rows(document)))
            days = changing.end_moves(document)
            values = {"number": number, "days": f"{days:+d}" if days else "0"}
            yield Hint(_("%(number)s tasks differ from the plan; its end moves by %(days)s days.") % values, "info")
        yield from hints(document.work, lines)

    def shown(self, document: PlanChange) -> list[display.Fact]:
        days = changing.end_moves(document)
        plan = f"{document.plan.number} · {_('Version')} {document.based_on}" if document.plan else ""
        return [
            display.Fact(_("Execution plan"), plan),
            *of_work(document.work),
            *display.of_fields(document, ["cause"]),
            display.Fact(_("End of the work moves by"), _("%(days)s days") % {"days": f"{days:+d}" if days else "0"}),
            display.Fact(_("Additional cost"), format_money(quantize(document.impact_cost)), number=True),
            *display.of_fields(document, ["reason"]),
        ]

    def lines(self, document: PlanChange) -> None:
        """The change's own template shows the difference."""

    def actions(self, access: Access) -> list[Action]:
        document = access.document
        answer = access.may("again")
        confirm = _("The tasks you have written are replaced by those of the plan in force. Go on?")
        return [
            Action(_("Start again from the plan in force"), document.url("again"), answer, icon="arrow-repeat",
                   confirm=confirm)
        ]  # fmt: skip

    def context(self, document: PlanChange, access: Access) -> dict[str, Any]:
        rows = changing.rows(document)
        plan = document.plan
        return {
            "work": document.work,
            "plan": plan,
            "rows": rows,
            "altered": differences.altered(rows),
            "stale": changing.stale(document) if plan and document.is_open_for_correction else "",
        }

    def form_context(self, document: PlanChange) -> dict[str, Any]:
        return {"work": document.work, "plan": document.plan}


class StartChange(PaperView):
    """A new change of the plan in the address, with its tasks filled in."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require("change")
        change = start_change(self.document, by=request.user)
        messages.success(request, _("Change the tasks below as they should be, and say why."))
        return HttpResponseRedirect(change.url("update"))


class StartAgain(PaperView):
    """Replace the proposed tasks by the plan in force."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require("again")
        change = start_again(self.document, by=request.user)
        messages.success(request, _("The tasks are those of the plan in force again."))
        return HttpResponseRedirect(change.url("update"))
