"""What is recorded at a task, and everybody's own tasks."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.business.plans.filters import MyTaskFilterSet
from apps.business.plans.forms import CheckForm, ProgressForm
from apps.business.plans.models import PlanTask
from apps.business.plans.services import my_tasks, record_check, record_progress, waive_check
from apps.business.plans.tables import MyTaskTable
from apps.core.errors import Refused
from apps.core.refusals import RefusalMixin
from apps.documents.views.base import PaperView
from apps.documents.views.lists import LoggedList


class TaskPage(PaperView):
    """Something recorded at a task of the plan in the address; leads back to it."""

    http_method_names = ["post"]

    @cached_property
    def task(self) -> PlanTask:
        task = get_object_or_404(PlanTask, plan=self.document, pk=self.kwargs["task"])
        task.plan = self.document
        return task

    def page_after_refusal(self) -> str:
        return f"{super().page_after_refusal()}#task-{self.kwargs['task']}"

    def typed(self, form: forms.Form) -> dict[str, Any]:
        """What was typed, or a refusal with what is wrong with it."""
        if form.is_valid():
            return form.cleaned_data
        texts = [f"{form.fields[name].label}: {error}" for name, errors in form.errors.items() for error in errors]
        raise Refused(" ".join(texts))

    def done(self, text: str) -> HttpResponse:
        """Say so and go back to the task."""
        messages.success(self.request, text)
        return HttpResponseRedirect(self.page_after_refusal())


class RecordProgress(TaskPage):
    """How far the task is."""

    def post(self, request: HttpRequest, pk: int, task: int) -> HttpResponse:
        form = ProgressForm(request.POST, prefix=f"task-{self.task.pk}")
        stored = record_progress(self.task, by=request.user, **self.typed(form))
        return self.done(_("%(task)s: %(progress)s %% done.") % {"task": stored, "progress": stored.progress})


class RecordCheck(TaskPage):
    """What the checker found."""

    def post(self, request: HttpRequest, pk: int, task: int) -> HttpResponse:
        form = CheckForm(request.POST, prefix=f"check-{self.task.pk}")
        stored = record_check(self.task, by=request.user, **self.typed(form))
        values = {"task": stored, "result": stored.get_check_result_display()}
        return self.done(_("Quality check of %(task)s: %(result)s.") % values)


class WaiveCheck(TaskPage):
    """A check is left out for a reason."""

    def post(self, request: HttpRequest, pk: int, task: int) -> HttpResponse:
        stored = waive_check(self.task, by=request.user, reason=request.POST.get("reason", ""))
        return self.done(_("The quality check of %(task)s is waived.") % {"task": stored})


class MyTasks(RefusalMixin, LoggedList):
    """Open tasks of the person who asks, the most urgent first."""

    title = gettext_lazy("My tasks")
    table_class = MyTaskTable
    filterset_class = MyTaskFilterSet
    template_name = "business/executionplan/my_tasks.html"

    def queryset(self) -> QuerySet:
        return my_tasks(self.request.user).select_related("plan__engagement__client", "owner")
