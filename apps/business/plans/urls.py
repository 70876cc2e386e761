"""Addresses of business: plans."""

from django.urls import path

from apps.business.plans.views.changes import PlanChangeViews, StartAgain, StartChange
from apps.business.plans.views.plans import ExecutionPlanViews, Versions
from apps.business.plans.views.tasks import MyTasks, RecordCheck, RecordProgress, WaiveCheck

_plans, _changes = ExecutionPlanViews(), PlanChangeViews()
_TASK = "plans/<int:pk>/tasks/<int:task>"

urlpatterns = [
    *ExecutionPlanViews.urls(),
    *PlanChangeViews.urls(),
    path("plans/<int:pk>/change/", StartChange.as_view(kind=_plans), name="executionplan-change"),
    path("plans/<int:pk>/versions/", Versions.as_view(kind=_plans), name="executionplan-versions"),
    path(f"{_TASK}/progress/", RecordProgress.as_view(kind=_plans), name="executionplan-progress"),
    path(f"{_TASK}/check/", RecordCheck.as_view(kind=_plans), name="executionplan-check"),
    path(f"{_TASK}/waive/", WaiveCheck.as_view(kind=_plans), name="executionplan-waive"),
    path("plan-changes/<int:pk>/again/", StartAgain.as_view(kind=_changes), name="planchange-again"),
    path("my-tasks/", MyTasks.as_view(), name="my-tasks"),
]
