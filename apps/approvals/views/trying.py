"""The page on which a route is tried out. Its address says everything, so that a case can be passed on as a link."""

from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from apps.approvals import trying
from apps.approvals.routing import StepRule
from apps.approvals.rules import rules_to_try
from apps.approvals.try_forms import TryOutForm
from apps.approvals.views.routes import VersionPage


class TryOut(VersionPage):
    """Who would decide a paper by this version."""

    permission_required = "approvals.view_route"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        asked = trying.asked_facts(self.version, self.rules)
        form = TryOutForm(request.GET or None, asked=asked)
        if not form.is_bound:
            return self.page(form)
        if not form.is_valid():
            return self.page(form, status=422)
        return self.page(form, stages=trying.try_out(self.version, self.rules, **form.case()), tried=form.cleaned_data)

    @cached_property
    def rules(self) -> list[StepRule]:
        """The steps to be tried."""
        return rules_to_try(self.version)

    def page(self, form: TryOutForm, status: int = 200, **context) -> HttpResponse:
        """The question and, where it could be answered, the chain."""
        context |= {"form": form, "version": self.version, "route": self.version.route, "has_steps": bool(self.rules)}
        return self.show(
            "try_out", _("Try out version %(number)s") % {"number": self.version.number}, status=status, **context
        )
