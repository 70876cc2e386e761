"""Filters of the profitability report."""

from functools import cached_property

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.business.catalogue.models import ServiceType
from apps.business.engagements.models import Engagement
from apps.business.reports.profitability import Period, touched
from apps.core.filters import BaseFilterSet, DateRangeFilter, SearchFilter
from apps.org.filters import PersonFilter
from apps.org.models import Department
from apps.service.clients.models import Client


def _clients(request) -> QuerySet:
    """The clients whose name this person may read here: those of engagements they see."""
    seen = Engagement.objects.visible_to(request.user).order_by().values("client")
    return Client.objects.filter(pk__in=seen)


class ProfitabilityFilterSet(BaseFilterSet):
    """Engagements by period, place in the company, manager, kind, client and phase."""

    first = ("q", "period", "department", "service_type", "phase", "client")

    q = SearchFilter(["number", "title", "client__name", "client__name_en", "contract__number"])
    period = DateRangeFilter("period", label=_("Settled or spent"), method="in_period")
    department = django_filters.ModelChoiceFilter(label=_("Department"), queryset=Department.objects.all())
    manager = PersonFilter("manager", label=_("Manager"))
    service_type = django_filters.ModelChoiceFilter(label=_("Service type"), queryset=ServiceType.objects.all())
    phase = django_filters.ChoiceFilter(label=_("Phase"), choices=Engagement.Phase)
    #: set by links, not chosen from a list of every client
    client = django_filters.ModelChoiceFilter(label=_("Client"), queryset=_clients, widget=forms.HiddenInput)

    class Meta:
        model = Engagement
        fields = []

    @cached_property
    def chosen(self) -> Period:
        """The period somebody has set; all time without one."""
        value = self.form.cleaned_data.get("period") if self.form.is_valid() else None
        return Period(value.start, value.stop) if value else Period()

    def in_period(self, rows: QuerySet, name: str, value: slice) -> QuerySet:
        """Those with something settled or spent in it."""
        return touched(rows, Period(value.start, value.stop))
