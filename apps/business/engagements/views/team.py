"""Pages of the team: who is in it with which duty, who was before."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from apps.business.engagements import services
from apps.business.engagements.forms import DutyForm, MemberForm
from apps.business.engagements.models import EngagementMember
from apps.business.engagements.views.base import Deed, EngagementRecordPage, Tab
from apps.org.pages import RecordCreate, RecordUpdate


class Team(Tab):
    """The team now, and who left."""

    tab = "team"
    template_name = "business/engagement_team.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        members = list(self.engagement.members.select_related("user__department").order_by("since", "pk"))
        return super().get_context_data(
            members=[member for member in members if member.until is None],
            former=[member for member in members if member.until is not None],
            **kwargs,
        )


class MemberCreate(EngagementRecordPage, RecordCreate):
    """Take somebody into the team."""

    model = EngagementMember
    form_class = MemberForm
    action = "team"
    back_to = "team"

    def get_form_kwargs(self) -> dict[str, Any]:
        instance = EngagementMember(engagement=self.engagement)
        return {**super().get_form_kwargs(), "instance": instance, "engagement": self.engagement}

    def save(self, form: MemberForm) -> EngagementMember:
        given = form.cleaned_data
        return services.add_member(
            self.engagement, user=given["user"], duty=given["duty"], since=given["since"], by=self.request.user
        )


class MemberUpdate(EngagementRecordPage, RecordUpdate):
    """Another duty."""

    model = EngagementMember
    row_model = EngagementMember
    form_class = DutyForm
    action = "team"
    back_to = "team"

    def get_queryset(self):
        return EngagementMember.objects.filter(engagement=self.engagement, until=None)

    def save(self, form: DutyForm) -> EngagementMember:
        given = form.cleaned_data
        return services.change_duty(
            form.instance, duty=given["duty"], by=self.request.user, reason=given["change_reason"]
        )


class MemberEnd(Deed):
    """Somebody leaves the team."""

    row_model = EngagementMember
    back_to = "team"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        reason = request.POST.get("reason", "")[:100]
        member = services.end_membership(self.row, by=request.user, reason=reason)
        messages.success(request, _("%(person)s is no longer in the team.") % {"person": member.user})
        return redirect(self.page("team"))
