"""Pages of one opportunity: begun, changed, worked on, moved from stage to stage, lost."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from apps.business.catalogue.models import OpportunityStage
from apps.business.leads import hooks, permissions, services
from apps.business.leads.forms import OpportunityForm
from apps.business.leads.models import Activity, Lead, Opportunity
from apps.business.leads.tables import state_of
from apps.business.leads.views import base
from apps.org.pages import RecordCreate, RecordHistory, RecordUpdate
from apps.service.clients.models import Client


class OpportunityFormPage:
    """What beginning and changing an opportunity share."""

    model = Opportunity
    form_class = OpportunityForm
    list_url = "business:opportunity-list"

    def save(self, form: OpportunityForm) -> Opportunity:
        """Through the rules."""
        reason = form.cleaned_data.get("change_reason", "")
        return services.save_opportunity(form.instance, by=self.request.user, reason=reason)


class OpportunityCreate(OpportunityFormPage, RecordCreate):
    """A new opportunity; `?client=` chooses the client."""

    permission_required = permissions.ADD_OPPORTUNITY

    def get_initial(self) -> dict[str, Any]:
        client = self.request.GET.get("client", "")
        return {"client": int(client)} if client.isdecimal() else {}

    def get_success_url(self) -> str:
        made = self.object
        return made.get_absolute_url() if made and made.pk else reverse(self.list_url)


class OpportunityUpdate(OpportunityFormPage, base.RowRecordPage, RecordUpdate):
    """Change an opportunity."""

    action = "change"
    history_url = "business:opportunity-history"


class OpportunityHistory(base.RowRecordPage, RecordHistory):
    """Who changed what in an opportunity."""

    model = Opportunity
    list_url = "business:opportunity-list"
    update_url = "business:opportunity-detail"
    template_name = "org/record_history.html"


class OpportunityDetail(base.Detail):
    """One opportunity: where it stands, what was done (as a lead, too), what comes next."""

    model = Opportunity
    select_related = ("owner", "client", "stage", "service_type", "lead", "lost_reason")
    template_name = "business/opportunity_detail.html"
    actions = permissions.ACTIONS_OF_OPPORTUNITIES

    def activities(self) -> list[Activity]:
        of_it = Q(opportunity=self.row)
        if self.row.lead_id:
            of_it |= Q(lead=self.row.lead_id)
        return list(Activity.objects.filter(of_it).select_related("by")[: base.MOST_ACTIVITIES])

    def extra_context(self) -> dict[str, Any]:
        row, user = self.row, self.request.user
        parts = [(section, section.context(row, user)) for section in hooks.sections]
        shown = [{"section": section, "part": part} for section, part in parts if part is not None]
        return {
            "opportunity": row,
            "state": state_of(row),
            "stages": OpportunityStage.objects.filter(Q(active=True) | Q(pk=row.stage_id)),
            "client": Client.objects.visible_to(user).filter(pk=row.client_id).first(),
            "lead": Lead.objects.visible_to(user).filter(pk=row.lead_id).first(),
            "main": [entry for entry in shown if not entry["section"].side],
            "side": [entry for entry in shown if entry["section"].side],
        }


class Lose(base.Act):
    """It came to nothing, for a reason of the list."""

    model = Opportunity

    @property
    def said(self) -> str:
        return _("%(row)s is lost.")

    def act(self, row: Opportunity) -> Opportunity:
        return services.lose(row, by=self.request.user, **self.closing())


class Move(base.RowPage, View):
    """To another stage, from the board or from its page."""

    model = Opportunity
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        chosen = request.POST.get("stage") or request.POST.get(
            f"stage-{pk}", ""
        )  # the board has one form for all cards
        stage = OpportunityStage.objects.filter(pk=chosen).first() if chosen.isdecimal() else None
        if stage is None:
            raise services.LeadError(_("Choose a stage."))
        row = services.move(self.row, by=request.user, stage=stage)
        messages.success(request, _("%(row)s: %(stage)s") % {"row": row, "stage": stage})
        return redirect(self.page_after_refusal())

    def page_after_refusal(self) -> str:
        """Back to the board as it was looked at, or to the page of the opportunity."""
        scope = self.request.POST.get("board")
        if scope is None:
            return super().page_after_refusal()
        return reverse("business:board") + ("?mine=1" if scope == "mine" else "")
