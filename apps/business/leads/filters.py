"""Filters of the lists of leads and opportunities."""

import datetime as dt

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.business.catalogue.models import BusinessSettings, LostReason, OpportunityStage, ServiceType
from apps.business.leads.models import SOON, Lead, Opportunity
from apps.core import clock
from apps.core.filters import BaseFilterSet, DateRangeFilter, MoneyRangeFilter, SearchFilter, YesNoFilter
from apps.org.filters import PersonFilter
from apps.service.clients.models import ClientSource


class OwnedFilterSet(BaseFilterSet):
    """What the filters of leads and opportunities share."""

    def is_mine(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        """The person who asks, or everybody else."""
        return rows.filter(owner=self.request.user) if value else rows.exclude(owner=self.request.user)


class PoolFilterSet(BaseFilterSet):
    """Leads of the pool."""

    q = SearchFilter(["number", "company_name", "contact_name", "need"])
    source = django_filters.ModelChoiceFilter(label=_("Source"), queryset=ClientSource.objects.all())
    service_type = django_filters.ModelChoiceFilter(label=_("Service type"), queryset=ServiceType.objects.all())
    entered_on = DateRangeFilter("entered_on", label=_("Entered on"))


class LeadFilterSet(OwnedFilterSet):
    """Leads by words, state, who is in charge, source."""

    first = ("q", "state", "owner", "source")

    q = SearchFilter(["number", "company_name", "contact_name", "phone", "email"])
    state = django_filters.ChoiceFilter(label=_("State"), choices=Lead.State)
    owner = PersonFilter("owner", label=_("Employee in charge"))
    source = django_filters.ModelChoiceFilter(label=_("Source"), queryset=ClientSource.objects.all())
    service_type = django_filters.ModelChoiceFilter(label=_("Service type"), queryset=ServiceType.objects.all())
    mine = YesNoFilter(label=_("I am in charge"), method="is_mine")
    stale = YesNoFilter(label=_("Needs attention"), method="is_stale")
    reason = django_filters.ModelChoiceFilter(
        "discard_reason", label=_("Why it was discarded"), queryset=LostReason.objects.all()
    )
    entered_on = DateRangeFilter("entered_on", label=_("Entered on"))

    class Meta:
        model = Lead
        fields = []

    def is_stale(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        """The next step is late, or it returns to the pool within a week; as `Lead.is_stale`."""
        today = clock.today()
        last = today + SOON - dt.timedelta(days=BusinessSettings.current().pool_days)
        late = Q(next_step_on__lt=today) | Q(owner__isnull=False, active_on__lte=last)
        stale = Q(pk__in=Lead.objects.filter(late, state=Lead.State.NEW).values("pk"))
        return rows.filter(stale) if value else rows.exclude(stale)


class OpportunityFilterSet(OwnedFilterSet):
    """Opportunities by words, stage, state, who is in charge."""

    first = ("q", "state", "stage", "owner")

    q = SearchFilter(["number", "title", "client__number", "client__name", "client__name_en"])
    state = django_filters.ChoiceFilter(label=_("State"), choices=Opportunity.State)
    stage = django_filters.ModelChoiceFilter(label=_("Stage"), queryset=OpportunityStage.objects.all())
    owner = PersonFilter("owner", label=_("Employee in charge"))
    service_type = django_filters.ModelChoiceFilter(label=_("Service type"), queryset=ServiceType.objects.all())
    mine = YesNoFilter(label=_("I am in charge"), method="is_mine")
    stale = YesNoFilter(label=_("Needs attention"), method="is_stale")
    expected_amount = MoneyRangeFilter("expected_amount", label=_("Expected amount"))
    expected_on = DateRangeFilter("expected_on", label=_("Expected signature"))
    closed_on = DateRangeFilter("closed_on", label=_("Closed on"))
    lost_reason = django_filters.ModelChoiceFilter(label=_("Why it was lost"), queryset=LostReason.objects.all())

    class Meta:
        model = Opportunity
        fields = []

    def is_stale(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        """The next step is late, or nothing was done for longer than the stage allows; as `Opportunity.is_stale`."""
        today = clock.today()
        idle = Q()
        for stage in OpportunityStage.objects.all():
            idle |= Q(stage=stage, active_on__lt=today - dt.timedelta(days=stage.stale_days))
        late = Q(next_step_on__lt=today) | idle
        stale = Q(pk__in=Opportunity.objects.filter(late, state=Opportunity.State.OPEN).values("pk"))
        return rows.filter(stale) if value else rows.exclude(stale)
