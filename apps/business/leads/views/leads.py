"""Pages of one lead: written down, changed, worked on, turned into an opportunity, discarded."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView, View

from apps.business.catalogue.models import BusinessSettings
from apps.business.leads import permissions, services
from apps.business.leads.duplicates import leads_alike
from apps.business.leads.forms import LeadForm, LeadSuggestionForm, QualifyForm
from apps.business.leads.models import Lead, Opportunity
from apps.business.leads.tables import state_of
from apps.business.leads.views import base
from apps.core.errors import Forbidden, Refused
from apps.core.refusals import RefusalMixin
from apps.org.pages import RecordCreate, RecordHistory, RecordUpdate
from apps.service.clients.duplicates import suspects
from apps.service.clients.models import Client


class LeadFormPage:
    """What writing down and changing a lead share."""

    model = Lead
    form_class = LeadForm
    list_url = "business:lead-list"
    template_name = "business/lead_form.html"

    def save(self, form: LeadForm) -> Lead:
        """Through the rules."""
        reason = form.cleaned_data.get("change_reason", "")
        return services.save_lead(form.instance, by=self.request.user, reason=reason)


class LeadCreate(LeadFormPage, RecordCreate):
    """A new lead."""

    permission_required = permissions.ADD_LEAD

    def get_success_url(self) -> str:
        """The page of the lead, where the person sees it."""
        lead = self.object
        if lead and lead.pk and Lead.objects.visible_to(self.request.user).filter(pk=lead.pk).exists():
            return lead.get_absolute_url()
        return reverse(self.list_url)


class LeadUpdate(LeadFormPage, base.RowRecordPage, RecordUpdate):
    """Change a lead."""

    action = "change"
    history_url = "business:lead-history"
    template_name = "business/lead_form.html"


class LeadHistory(base.RowRecordPage, RecordHistory):
    """Who changed what in a lead."""

    model = Lead
    list_url = "business:lead-list"
    update_url = "business:lead-detail"
    template_name = "org/record_history.html"


class LeadDetail(base.Detail):
    """One lead: what is known, what was done, what comes next."""

    model = Lead
    select_related = ("owner", "source", "client", "referred_by", "service_type", "discard_reason")
    template_name = "business/lead_detail.html"
    actions = permissions.ACTIONS_OF_LEADS

    def extra_context(self) -> dict[str, Any]:
        lead, user = self.row, self.request.user
        days = BusinessSettings.current().pool_days
        seen = Client.objects.visible_to(user).in_bulk({lead.client_id, lead.referred_by_id} - {None})
        return {
            "state": state_of(lead),
            "returns_on": lead.returns_on(days),
            "is_stale": lead.is_stale(days),
            "client": seen.get(lead.client_id),
            "referred_by": seen.get(lead.referred_by_id),
            "opportunity": Opportunity.objects.visible_to(user).filter(lead=lead).first(),
        }


class Qualify(base.RowPage, FormView):
    """Turn a lead into an opportunity, of a client in the file or a new one."""

    model = Lead
    select_related = ("owner", "client", "service_type", "source")
    action = "qualify"
    form_class = QualifyForm
    template_name = "business/lead_qualify.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.require_action()
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.require_action()
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "lead": self.row, "viewer": self.request.user}

    def get_initial(self) -> dict[str, Any]:
        lead = self.row
        return {"client": lead.client_id, "title": lead.company_name, "service_type": lead.service_type_id}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        title = _("Make %(lead)s an opportunity") % {"lead": self.row}
        return super().get_context_data(page_title=title, row=self.row, **kwargs)

    def form_valid(self, form: QualifyForm) -> HttpResponse:
        values = form.cleaned_data
        try:
            made = services.qualify(
                self.row,
                by=self.request.user,
                client=values["client"],
                new_client=None if values["client"] else {},
                title=values["title"],
                service_type=values["service_type"],
                expected_amount=values["expected_amount"],
                expected_on=values["expected_on"],
            )
        except Refused as refusal:
            if refusal.status != 409:
                raise
            form.show_refusal(refusal)
            return self.form_invalid(form)
        messages.success(self.request, _("%(lead)s became %(made)s.") % {"lead": self.row.number, "made": made})
        return redirect(made)


class Discard(base.Act):
    """It leads nowhere, for a reason of the list."""

    model = Lead

    @property
    def said(self) -> str:
        return _("%(row)s is discarded.")

    def act(self, row: Lead) -> Lead:
        return services.discard(row, by=self.request.user, **self.closing())


class LeadSuggestions(RefusalMixin, View):
    """What a half-typed lead looks like, among the clients and among the leads; a fragment for the form."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        if not permissions.works_with_leads(request.user):
            raise Forbidden(_("Your role does not add leads."))
        form = LeadSuggestionForm(request.POST)
        form.is_valid()
        typed = form.cleaned_data
        name, phone = typed.get("company_name", ""), typed.get("phone", "")
        own = request.GET.get("but", "")
        found = leads_alike(
            viewer=request.user,
            name=name,
            phone=phone,
            email=typed.get("email", ""),
            but=int(own) if own.isdecimal() else None,
        )
        clients = suspects(viewer=request.user, name=name, phones=[phone])
        return render(request, "business/_lead_suspects.html", {"leads": found, "suspects": clients})
