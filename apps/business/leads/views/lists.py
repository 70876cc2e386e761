"""Lists: leads, the shared pool, the pipeline, and what somebody has promised to do next."""

from operator import attrgetter
from typing import Any

from django.contrib import messages
from django.db.models import DecimalField, ExpressionWrapper, F, QuerySet, Value
from django.db.models.functions import Round
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from apps.business.catalogue.models import BusinessSettings
from apps.business.leads import permissions, services
from apps.business.leads.filters import LeadFilterSet, OpportunityFilterSet, PoolFilterSet
from apps.business.leads.models import Lead, Opportunity
from apps.business.leads.querysets import SEES_ALL, SEES_POOL
from apps.business.leads.tables import LeadTable, PipelineTable, PoolTable, TakingPoolTable
from apps.core.errors import Forbidden, Refused
from apps.core.refusals import RefusalMixin
from apps.documents.views.lists import LoggedList

MOST_TAKEN = 50
MOST_STEPS = 200


def require_leads(user: Any) -> None:
    """Leads are for those who add them and those who see all."""
    if not (permissions.works_with_leads(user) or Lead.objects.visible_to(user).exists()):
        raise Forbidden(_("Your role does not work with leads."))


def require_opportunities(user: Any) -> None:
    """Opportunities are for those who add them, heads of those, and those who see all."""
    if not (permissions.works_with_opportunities(user) or Opportunity.objects.visible_to(user).exists()):
        raise Forbidden(_("Your role does not work with opportunities."))


class LeadList(LoggedList):
    """The leads a person may see."""

    title = gettext_lazy("Leads")
    table_class = LeadTable
    filterset_class = LeadFilterSet
    template_name = "business/lead_list.html"
    create_label = gettext_lazy("New lead")

    def require_access(self) -> None:
        require_leads(self.request.user)

    def queryset(self) -> QuerySet:
        leads = Lead.objects.visible_to(self.request.user)
        joined = leads.select_related("owner", "source", "referred_by", "service_type", "discard_reason")
        return joined.annotate(pool_days=Value(BusinessSettings.current().pool_days))

    def create_url(self) -> str:
        return reverse("business:lead-create") if self.request.user.has_perm(permissions.ADD_LEAD) else ""


class Pool(LoggedList):
    """Leads without an employee in charge; Business takes the chosen ones."""

    title = gettext_lazy("Shared pool of leads")
    filterset_class = PoolFilterSet
    template_name = "business/lead_pool.html"

    @property
    def table_class(self) -> Any:
        return TakingPoolTable if self.may_take else PoolTable

    @property
    def may_take(self) -> bool:
        """Whether the person takes leads, rather than looking at them."""
        user = self.request.user
        return user.has_perm(SEES_POOL) and user.has_perm(permissions.ADD_OPPORTUNITY)

    def require_access(self) -> None:
        user = self.request.user
        if not (user.has_perm(SEES_POOL) or user.has_perm(SEES_ALL)):
            raise Forbidden(_("Only Business takes leads from the pool."))

    def queryset(self) -> QuerySet:
        pooled = Lead.objects.visible_to(self.request.user).filter(owner__isnull=True, state=Lead.State.NEW)
        return pooled.select_related("source", "service_type")

    def posted(self) -> HttpResponse:
        """Take the chosen ones, each in a transaction of its own; whoever was faster is named."""
        chosen = [pk for pk in self.request.POST.getlist("leads") if pk.isdecimal()][:MOST_TAKEN]
        leads = Lead.objects.visible_to(self.request.user).filter(pk__in=chosen).order_by("pk")
        taken = 0
        for lead in leads:
            try:
                services.take(lead, by=self.request.user)
                taken += 1
            except Refused as refusal:
                messages.error(self.request, str(refusal))
        if taken:
            messages.success(self.request, _("Leads taken: %(number)s") % {"number": taken})
        elif len(leads) < len(chosen):
            messages.error(self.request, _("Somebody else was faster."))
        elif not chosen:
            messages.error(self.request, _("Choose the leads to take first."))
        return HttpResponseRedirect(self.request.get_full_path())


def with_weight(opportunities: QuerySet) -> QuerySet:
    """With `weighted`, the expected amount by its probability, to the cent."""
    share = F("expected_amount") * F("probability") * Value("0.01", output_field=DecimalField())
    amount = DecimalField(max_digits=16, decimal_places=2)
    return opportunities.annotate(weighted=Round(ExpressionWrapper(share, amount), precision=2, output_field=amount))


class OpportunityList(LoggedList):
    """The pipeline: every opportunity a person may see."""

    title = gettext_lazy("Opportunities")
    table_class = PipelineTable
    filterset_class = OpportunityFilterSet
    template_name = "business/opportunity_list.html"
    create_label = gettext_lazy("New opportunity")

    def require_access(self) -> None:
        require_opportunities(self.request.user)

    def queryset(self) -> QuerySet:
        seen = Opportunity.objects.visible_to(self.request.user)
        return with_weight(seen.select_related("client", "stage", "owner", "service_type", "lost_reason"))

    def create_url(self) -> str:
        allowed = self.request.user.has_perm(permissions.ADD_OPPORTUNITY)
        return reverse("business:opportunity-create") if allowed else ""


class NextSteps(RefusalMixin, View):
    """What the person has promised to do next, the most overdue first; and where no next step is agreed."""

    def get(self, request: HttpRequest) -> HttpResponse:
        require_leads(request.user)
        leads = Lead.objects.filter(owner=request.user, state=Lead.State.NEW)
        opportunities = Opportunity.objects.filter(owner=request.user, state=Opportunity.State.OPEN)
        opportunities = opportunities.select_related("client", "stage")
        planned, open_ended = [], []
        for rows in (leads, opportunities):
            planned += rows.filter(next_step_on__isnull=False).order_by("next_step_on", "pk")[:MOST_STEPS]
            open_ended += rows.filter(next_step_on__isnull=True).order_by("active_on", "pk")[:MOST_STEPS]
        planned.sort(key=attrgetter("next_step_on"))
        open_ended.sort(key=attrgetter("active_on"))
        return render(
            request,
            "business/lead_next_steps.html",
            {"page_title": _("My next steps"), "planned": planned, "open_ended": open_ended},
        )
