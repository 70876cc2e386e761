"""Forms of plans, of changes of plans, and of what is recorded at a task."""

from functools import cached_property
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.business.engagements.models import Engagement
from apps.business.plans import people
from apps.business.plans.models import ExecutionPlan, PlanChange, PlannedTask, PlanTask, ProposedTask
from apps.business.plans.services import plannable_engagements
from apps.core import clock
from apps.core.forms import BaseForm
from apps.documents.forms import BaseLineFormSet, DocumentForm, LineForm, line_formset
from apps.finance.expenses.forms import KnownChoiceField
from apps.org.models import User

#: the fields of a task as they stand on the page
ORDER = [
    "wbs",
    "title",
    "owner",
    "start",
    "finish",
    "predecessors",
    "deliverable",
    "criterion",
    "checker",
]


class PlanForm(DocumentForm):
    """The header of a plan; which engagement it is for was chosen before."""

    class Meta:
        model = ExecutionPlan
        fields = ["engagement", "title", "goal", "quality_measures"]
        widgets = {"engagement": forms.HiddenInput}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        mine = Q(pk__in=plannable_engagements(self.by).order_by().values("pk"))
        self.fields["engagement"].queryset = Engagement.objects.filter(mine | Q(pk=self.instance.engagement_id))
        self.fields["engagement"].required = False


class ChangeForm(DocumentForm):
    """The header of a change."""

    class Meta:
        model = PlanChange
        fields = ["title", "cause", "impact_cost", "reason"]


class TaskForm(LineForm):
    """One task. Nothing is demanded here: drafts may be unfinished, `schedule` says what is missing."""

    owner = KnownChoiceField(User.objects.none(), label=pgettext_lazy("task", "Owner"), required=False)
    checker = KnownChoiceField(User.objects.none(), label=_("Checker"), required=False)

    class Meta:
        model = PlanTask
        fields = ORDER
        labels = {"predecessors": pgettext_lazy("task", "After")}
        widgets = {
            "predecessors": forms.TextInput(attrs={"placeholder": "1, 2", "autocomplete": "off"}),
            "wbs": forms.TextInput(attrs={"autocomplete": "off", "data-nocopy": ""}),
        }

    def __init__(self, *args: Any, known: "KnownPeople", **kwargs: Any):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False
        self.fields["owner"].know(*known.owners)
        self.fields["checker"].know(*known.checkers)


class ProposedTaskForm(TaskForm):
    """One task as a change would have it."""

    class Meta(TaskForm.Meta):
        model = ProposedTask


class KnownPeople:
    """Who can be named: the team, for checks also the head of department, and whoever is named already."""

    def __init__(self, paper: ExecutionPlan | PlanChange):
        self.paper = paper

    @cached_property
    def owners(self) -> tuple[dict[str, User], list[tuple[str, str]]]:
        return self._rows(people.team_of, "owner")

    @cached_property
    def checkers(self) -> tuple[dict[str, User], list[tuple[str, str]]]:
        return self._rows(people.checkers_of, "checker")

    def _rows(self, find: Any, name: str) -> tuple[dict[str, User], list[tuple[str, str]]]:
        found = find(self.paper.work) if self.paper.work else {}
        named = [getattr(task, name) for task in self.paper.ordered_tasks]
        known = {str(pk): person for pk, person in found.items()}
        known |= {str(person.pk): person for person in named if person is not None}
        return known, [("", "—"), *((pk, str(person)) for pk, person in known.items())]


class TaskLines(BaseLineFormSet):
    """The tasks of a paper."""

    @cached_property
    def known(self) -> KnownPeople:
        return KnownPeople(self.instance)

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "known": self.known}

    def typed(self) -> list[dict[str, Any]]:
        """The tasks as the services take them."""
        return [{"id": line.pk, **line.content()} for line in self.lines()]

    def learn(self, stored: list[PlannedTask]) -> None:
        """Take over the ids that the lines have got."""
        for line, row in zip(self.lines(), stored, strict=True):
            line.pk = row.pk


PlanTasks = line_formset(ExecutionPlan, PlanTask, TaskForm, formset=TaskLines)
ProposedTasks = line_formset(PlanChange, ProposedTask, ProposedTaskForm, formset=TaskLines)


class ProgressForm(BaseForm):
    """How far a task is."""

    progress = forms.IntegerField(label=_("Done in %"), min_value=0, max_value=100)
    on = forms.DateField(label=_("On"), required=False)
    forecast = forms.DateField(label=_("Expected finish"), required=False)

    @classmethod
    def of(cls, task: PlanTask) -> "ProgressForm":
        """The form as it is opened."""
        initial = {"progress": task.progress, "on": clock.today(), "forecast": task.forecast}
        return cls(initial=initial, prefix=f"task-{task.pk}")


class CheckForm(BaseForm):
    """What the checker found."""

    RESULTS = [(PlanTask.Check.PASSED, _("Passed")), (PlanTask.Check.FAILED, _("Not passed"))]

    result = forms.ChoiceField(label=_("Result"), choices=RESULTS, widget=forms.RadioSelect)
    note = forms.CharField(label=_("Finding"), required=False, max_length=300)

    @classmethod
    def of(cls, task: PlanTask) -> "CheckForm":
        """The form as it is opened."""
        return cls(prefix=f"check-{task.pk}")
