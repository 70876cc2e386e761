"""Django's admin over routes and runs, to be read. Routes are changed in their own editor, runs by nobody."""

from django.contrib import admin

from apps.approvals.models import Approval, Event, Route, RouteStep, RouteVersion, Step, Task


class ReadOnlyAdmin(admin.ModelAdmin):
    """Everything can be read and nothing changed."""

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


class ReadOnlyInline(admin.TabularInline):
    """Rows below a record, to be read."""

    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False


class StepsOfVersion(ReadOnlyInline):
    """The steps of a version."""

    model = RouteStep
    fields = ["order", "key", "name", "rule", "mode", "conditions"]


@admin.register(Route)
class RouteAdmin(ReadOnlyAdmin):
    """Routes."""

    list_display = ["kind", "name", "owner"]


@admin.register(RouteVersion)
class RouteVersionAdmin(ReadOnlyAdmin):
    """Versions of routes."""

    list_display = ["route", "number", "state", "published_at", "published_by"]
    list_filter = ["state"]
    list_select_related = ["route", "published_by"]
    inlines = [StepsOfVersion]


class StepsOfRun(ReadOnlyInline):
    """The steps of a run."""

    model = Step
    fields = ["round", "order", "name", "state", "opened_at", "closed_at"]


class TasksOfRun(ReadOnlyInline):
    """Who had to decide, and what they said."""

    model = Task
    fields = ["step", "user", "state", "comment", "decided_at"]


@admin.register(Approval)
class ApprovalAdmin(ReadOnlyAdmin):
    """Runs of routes."""

    list_display = ["pk", "route_version", "applicant", "state", "round", "opened_at"]
    list_filter = ["state"]
    list_select_related = ["route_version__route", "applicant"]
    show_full_result_count = False
    inlines = [StepsOfRun, TasksOfRun]


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """The log of events."""

    list_display = ["approval_id", "seq", "verb", "actor", "at"]
    list_filter = ["verb"]
    list_select_related = ["actor"]
    show_full_result_count = False
