"""Two versions of a route side by side."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from apps.approvals.comparing import differences, told_by
from apps.approvals.forms import VersionsForm
from apps.approvals.models import Route, RouteVersion
from apps.approvals.views.routes import RoutePage


class VersionCompare(RoutePage):
    """What a version says otherwise than another: by default the draft than the version in force."""

    permission_required = "approvals.view_route"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        route = get_object_or_404(Route, pk=pk)
        versions = list(RouteVersion.objects.filter(route=route).select_related("route").order_by("-number"))
        asked = {**_usual(versions, request.GET.get("to")), **request.GET.dict()}
        form = VersionsForm(asked, versions=versions)
        chosen = form.chosen() if len(versions) > 1 and form.is_valid() else None
        context: dict[str, Any] = {"route": route, "versions": versions, "form": form, "chosen": chosen}
        if chosen:
            old, new = told_by(*chosen)
            found = differences(old, new)
            context |= {"found": found, "differs": sum(bool(row.kinds) for row in found)}
        status = 200 if chosen or len(versions) < 2 else 422
        return self.show(
            "version_compare", _("%(route)s: versions compared") % {"route": route}, status=status, **context
        )


def _usual(versions: list[RouteVersion], to: str | None) -> dict[str, str]:
    """The last version or the one asked for: a draft against what is in force, any other against the one before."""
    new = next((version for version in versions if str(version.number) == to), versions[0] if versions else None)
    if new is None:
        return {}
    others = [version for version in versions if version.number < new.number] or [new]
    in_force = [version for version in versions if version.state == RouteVersion.State.PUBLISHED]
    is_draft = new.state == RouteVersion.State.DRAFT
    old = (in_force if is_draft and in_force else others)[0]
    return {"from": str(old.number), "to": str(new.number)}
