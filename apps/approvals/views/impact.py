"""What publishing a draft would do, read before it is published."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from apps.approvals.impact import impact_of
from apps.approvals.models import RouteVersion
from apps.approvals.views.routes import VersionPage


class PublishingImpact(VersionPage):
    """The report on a draft, with the button that puts it in force; a published version has none."""

    permission_required = "approvals.view_route"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self.version
        if version.state != RouteVersion.State.DRAFT:
            raise Http404
        impact = impact_of(version)
        return self.show(
            "impact",
            _("What publishing version %(number)s would do") % {"number": version.number},
            version=version,
            route=version.route,
            impact=impact,
            problems=impact.problems,
            may_edit=request.user.has_perm("approvals.change_route"),
        )
