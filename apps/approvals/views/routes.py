"""The pages of routes: what is in force, in words, and the editor of a draft."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import View

from apps.approvals import checks, services
from apps.approvals.forms import ConditionFormSet, RouteForm, StepForm, condition_initial
from apps.approvals.kinds import all_kinds, kind_called
from apps.approvals.models import Route, RouteStep, RouteVersion
from apps.approvals.wording import sentences, who
from apps.core.refusals import RefusalMixin

STEPS = ("role", "department", "deputy")
PEOPLE = ("people", "copy_roles", "copy_people")


@dataclass(frozen=True)
class Told:
    """A step in words."""

    step: RouteStep
    who: str
    said: list[str]


class RoutePage(RefusalMixin, PermissionRequiredMixin, View):
    """What the pages of routes share. Reading needs `view_route`, everything else `change_route`."""

    permission_required = "approvals.change_route"
    raise_exception = True

    def show(self, template: str, title: str, *, status: int = 200, **context: Any) -> HttpResponse:
        """A page with its title."""
        return render(self.request, f"approvals/{template}.html", {"page_title": title, **context}, status=status)

    def go(self, page: str, pk: int) -> HttpResponse:
        """On to a page."""
        return HttpResponseRedirect(reverse(f"approvals:{page}", args=[pk]))

    def page_after_refusal(self) -> str:
        return reverse("approvals:route-list")


class RouteList(RoutePage):
    """Every kind of document with its route."""

    permission_required = "approvals.view_route"

    def get(self, request: HttpRequest) -> HttpResponse:
        versions = Prefetch("versions", RouteVersion.objects.prefetch_related("steps").order_by("-number"))
        every = Route.objects.select_related("owner").prefetch_related(versions)
        routes = {route.kind: route for route in every if route.purpose == Route.Purpose.APPROVE}
        known = [kind.name for kind in all_kinds()]
        names = [*known, *(name for name in routes if name not in known)]
        rows = [{"kind": kind_called(name), "route": routes.get(name), **_standing(routes.get(name))} for name in names]
        rows += [
            {"kind": kind_called(route.kind), "route": route, "revokes": True, **_standing(route)}
            for route in every
            if route.purpose == Route.Purpose.REVOKE
        ]
        return self.show("route_list", _("Approval routes"), rows=rows)


class RouteCreate(RoutePage):
    """A route for a kind that has none."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        name = str(self.kind.label)
        if self.purpose == Route.Purpose.REVOKE:
            name = _("Revoking: %(kind)s") % {"kind": name}
        return self.page(self.form(initial={"name": name}))

    def post(self, request: HttpRequest, kind: str) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.page(form, status=422)
        draft = services.create_route(kind=self.kind.name, purpose=self.purpose, by=request.user, **form.cleaned_data)
        return self.go("version", draft.pk)

    @cached_property
    def kind(self) -> Any:
        kind = next((kind for kind in all_kinds() if kind.name == self.kwargs["kind"]), None)
        if kind is None or Route.objects.filter(kind=kind.name, purpose=self.purpose).exists():
            raise Http404
        return kind

    @cached_property
    def purpose(self) -> str:
        """For approving, or with `?purpose=revoke` for revoking what was approved."""
        asked = self.request.GET.get("purpose")
        return asked if asked in Route.Purpose.values else Route.Purpose.APPROVE

    def form(self, data: Any = None, **options: Any) -> RouteForm:
        """The form of the new route."""
        return RouteForm(data, instance=Route(kind=self.kind.name, purpose=self.purpose), **options)

    def page(self, form: RouteForm, status: int = 200) -> HttpResponse:
        """The form."""
        return self.show("route_form", _("Route for %(kind)s") % {"kind": self.kind.label}, form=form, status=status)


class RouteUpdate(RoutePage):
    """A route's names and owner."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.page(RouteForm(instance=get_object_or_404(Route, pk=pk)))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = RouteForm(request.POST, instance=get_object_or_404(Route, pk=pk))
        if not form.is_valid():
            return self.page(form, status=422)
        route = form.save()
        messages.success(request, _("%(route)s is saved.") % {"route": route})
        return self.go("route", route.pk)

    def page(self, form: RouteForm, status: int = 200) -> HttpResponse:
        """The form."""
        return self.show("route_form", str(form.instance), form=form, route=form.instance, status=status)


class RouteDetail(RoutePage):
    """The version in force, in words, and those before it."""

    permission_required = "approvals.view_route"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        route = get_object_or_404(Route.objects.select_related("owner"), pk=pk)
        versions = list(route.versions.select_related("published_by"))
        standing = _standing(route, versions)
        in_force = standing["in_force"]
        return self.show(
            "route",
            str(route),
            route=route,
            kind=kind_called(route.kind),
            versions=versions,
            steps=_told(in_force) if in_force else [],
            running=services.running_on(in_force) if in_force else 0,
            revoking=self.revoking(route),
            **standing,
        )

    def revoking(self, route: Route) -> Route | None:
        """The chain by which papers of this route are revoked, where there is one of its own."""
        if route.purpose == Route.Purpose.REVOKE:
            return None
        return Route.objects.filter(kind=route.kind, purpose=Route.Purpose.REVOKE).first()


class DraftStart(RoutePage):
    """A new draft, copied from the version in force; or the one being edited."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.go("version", services.start_draft(get_object_or_404(Route, pk=pk), by=request.user).pk)


class VersionPage(RoutePage):
    """A page about one version."""

    @cached_property
    def version(self) -> RouteVersion:
        return get_object_or_404(RouteVersion.objects.select_related("route"), pk=self.kwargs["pk"])

    def page_after_refusal(self) -> str:
        return reverse("approvals:version", args=[self.kwargs["pk"]])


class VersionDetail(VersionPage):
    """A version: the editor of a draft, or what a published one said."""

    permission_required = "approvals.view_route"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self.version
        is_draft = version.state == RouteVersion.State.DRAFT
        title = _("%(route)s, version %(number)s") % {"route": version.route, "number": version.number}
        return self.show(
            "version",
            title,
            version=version,
            route=version.route,
            steps=_told(version),
            problems=list(checks.problems_of(version)) if is_draft else [],
            may_edit=is_draft and request.user.has_perm("approvals.change_route"),
        )


class Publish(VersionPage):
    """Put a draft in force."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = services.publish(self.version, by=request.user, note=request.POST.get("note", ""))
        text = _("Version %(number)s is in force for papers submitted from now on.")
        messages.success(request, text % {"number": version.number})
        return self.go("route", version.route_id)


class Discard(VersionPage):
    """Throw a draft away."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        route = self.version.route_id
        services.discard(self.version, by=request.user)
        messages.success(request, _("The draft is discarded."))
        return self.go("route", route)


class StepCreate(VersionPage):
    """A further step of a draft."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        step = self.new_step()
        return self.page(StepForm(instance=step), self.conditions(step))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        step = self.new_step()
        form, conditions = StepForm(request.POST, instance=step), self.conditions(step, request.POST)
        if not (form.is_valid() & conditions.is_valid()):
            return self.page(form, conditions, status=422)
        step.conditions = conditions.conditions()
        links = {name: form.cleaned_data[name] for name in PEOPLE}
        services.save_step(form.save(commit=False), by=request.user, **links)
        messages.success(request, _("Step “%(step)s” is saved.") % {"step": step})
        return self.go("version", step.version_id)

    def new_step(self) -> RouteStep:
        """The step being edited."""
        return RouteStep(version=self.version)

    def conditions(self, step: RouteStep, data: Any = None) -> Any:
        """The rows of conditions."""
        options = {"prefix": "conditions", "form_kwargs": {"kind": step.version.route.kind}}
        return ConditionFormSet(data, initial=None if data else condition_initial(step), **options)

    def page(self, form: StepForm, conditions: Any, status: int = 200) -> HttpResponse:
        """The form."""
        step = form.instance
        title = str(step) if step.pk else _("New step")
        context = {"form": form, "conditions": conditions, "version": step.version, "route": step.version.route}
        return self.show("step_form", title, status=status, **context)


class StepUpdate(StepCreate):
    """A step of a draft."""

    @cached_property
    def version(self) -> RouteVersion:
        return self.step.version

    @cached_property
    def step(self) -> RouteStep:
        return get_object_or_404(RouteStep.objects.select_related("version__route"), pk=self.kwargs["pk"])

    def new_step(self) -> RouteStep:
        if self.step.version.state != RouteVersion.State.DRAFT:
            raise Http404
        return self.step

    def page_after_refusal(self) -> str:
        return reverse("approvals:version", args=[self.step.version_id])


class StepMove(StepUpdate):
    """A step one place up or down, or out."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        what = request.POST.get("move")
        if what == "remove":
            services.remove_step(self.step, by=request.user)
        elif what in ("up", "down"):
            services.move_step(self.step, up=what == "up", by=request.user)
        return self.go("version", self.step.version_id)


def _standing(route: Route | None, versions: list[RouteVersion] | None = None) -> dict[str, Any]:
    """The version in force and the draft of a route."""
    versions = versions if versions is not None else list(route.versions.all()) if route else []
    states = {version.state: version for version in reversed(versions)}
    return {"in_force": states.get(RouteVersion.State.PUBLISHED), "draft": states.get(RouteVersion.State.DRAFT)}


def _told(version: RouteVersion) -> list[Told]:
    kind = kind_called(version.route.kind)
    steps = version.steps.select_related(*STEPS).prefetch_related(*PEOPLE).order_by("order")
    return [Told(step, who(step), sentences(step, kind)) for step in steps]
