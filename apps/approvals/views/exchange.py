"""Routes as files: a version is saved as one, and a draft is made from one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from apps.approvals import exchange
from apps.approvals.errors import ApprovalRefused
from apps.approvals.forms import RouteFileForm
from apps.approvals.models import Route, RouteVersion
from apps.approvals.views.routes import RoutePage, VersionPage


class VersionFile(VersionPage):
    """A version as a JSON file."""

    permission_required = "approvals.view_route"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self.version
        name = f"{version.route.kind}-{version.route.purpose}-{version.number}.json"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(exchange.file_of(version), content_type="application/json", headers=headers)


class RouteImport(RoutePage):
    """The draft of a route from a file."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.page(self.form())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = self.form(request.POST, request.FILES)
        if not form.is_valid():
            return self.page(form, status=422)
        file, replace = form.cleaned_data["file"], form.cleaned_data.get("replace", False)
        try:
            draft = exchange.import_file(
                self.route, content=file.read(), name=file.name, replace=replace, by=request.user
            )
        except ApprovalRefused as refusal:
            form.show_refusal(refusal)
            return self.page(form, status=422)
        messages.success(request, _("Version %(number)s is written from the file.") % {"number": draft.number})
        return self.go("version", draft.pk)

    @cached_property
    def route(self) -> Route:
        return get_object_or_404(Route, pk=self.kwargs["pk"])

    @cached_property
    def has_draft(self) -> bool:
        """Whether somebody is writing a version."""
        return self.route.versions.filter(state=RouteVersion.State.DRAFT).exists()

    def form(self, *data: object) -> RouteFileForm:
        """The form with the file."""
        return RouteFileForm(*data, has_draft=self.has_draft)

    def page(self, form: RouteFileForm, status: int = 200) -> HttpResponse:
        """The form."""
        title = _("%(route)s: read from a file") % {"route": self.route}
        return self.show("route_import", title, form=form, route=self.route, status=status)
