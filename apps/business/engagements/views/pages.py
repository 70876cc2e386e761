"""The page of an engagement: overview, change, phases, another manager, history."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.business.engagements import permissions, sections, services
from apps.business.engagements.forms import EngagementForm, ManagerForm
from apps.business.engagements.models import Engagement
from apps.business.engagements.services.papers import all_papers
from apps.business.engagements.timeline import timeline_of
from apps.business.engagements.views.base import Deed, EngagementRecordPage, QuestionPage, Tab
from apps.business.engagements.wording import next_step, phase_bar, report_of
from apps.documents.models import Document
from apps.org.pages import RecordUpdate


class EngagementDetail(Tab):
    """Where it stands, what comes next, what the contract says of money, and its papers.

    Parts of subjects above (plan, settlements) are sections of `engagements.sections`.
    """

    tab = "detail"
    template_name = "business/engagement_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        engagement, viewer = self.engagement, self.request.user
        members = list(engagement.members.filter(until=None).select_related("user__department"))
        missing = self.missing
        papers = Document.objects.visible_to(viewer).filter(pk__in=all_papers(engagement).order_by().values("pk"))
        found = [(section, section.context(engagement, viewer)) for section in sections.page_sections]
        return super().get_context_data(
            bar=phase_bar(engagement),
            next_step=next_step(engagement, members=len(members), missing=missing),
            report=report_of(engagement),
            members=members,
            missing=missing,
            papers=list(papers.select_related("applicant").order_by("pk")),
            main=[{"section": section, **part} for section, part in found if part is not None and not section.side],
            side=[{"section": section, **part} for section, part in found if part is not None and section.side],
            **kwargs,
        )


class EngagementHistory(Tab):
    """Who did what, when and why."""

    tab = "history"
    template_name = "business/engagement_history.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(entries=timeline_of(self.engagement, viewer=self.request.user), **kwargs)


class EngagementUpdate(EngagementRecordPage, RecordUpdate):
    """Change title, health, period and cadence."""

    model = Engagement
    form_class = EngagementForm
    action = "change"

    def get_queryset(self):
        return Engagement.objects.visible_to(self.request.user)

    def save(self, form: EngagementForm) -> Engagement:
        reason = form.cleaned_data["change_reason"]
        return services.save_engagement(form.instance, by=self.request.user, reason=reason)


class ChangeManager(QuestionPage):
    """Put somebody else in charge."""

    action = "hand_on"
    form_class = ManagerForm
    title = gettext_lazy("Another manager")
    submit_label = gettext_lazy("Put in charge")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "engagement": self.engagement}

    def answer(self, form: ManagerForm) -> HttpResponse:
        given = form.cleaned_data
        services.change_manager(self.engagement, to=given["to"], by=self.request.user, reason=given["reason"])
        messages.success(self.request, _("%(person)s manages this engagement now.") % {"person": given["to"]})
        return redirect(self.engagement)


class Move(Deed):
    """Into another phase."""

    def post(self, request: HttpRequest, pk: int, to: str) -> HttpResponse:
        deed = _DEEDS.get(to)
        if deed is None:
            raise Http404
        engagement = self.engagement
        deed(engagement, by=request.user, reason=request.POST.get("reason", "")[:100])
        engagement.refresh_from_db(fields=["phase"])
        words = {"engagement": engagement.number, "phase": engagement.get_phase_display()}
        messages.success(request, _("%(engagement)s is “%(phase)s” now.") % words)
        return redirect(engagement)


def _settle(engagement: Engagement, *, by: Any, reason: str) -> None:
    permissions.require(by, "settle", engagement)
    services.begin_settling(engagement, by=by)


_DEEDS = {
    "deliver": services.deliver,
    "settle": _settle,
    "close": services.close,
    "suspend": services.suspend,
    "resume": services.resume,
    "terminate": services.terminate,
}
