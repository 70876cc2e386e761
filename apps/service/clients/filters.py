"""Filters of the lists about clients."""

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core.filters import BaseFilterSet, DateRangeFilter, SearchFilter, YesNoFilter
from apps.org.filters import PersonFilter
from apps.service.clients.models import Client, ClientGrade, ClientSource, ContactLog, Industry


class NamedFilterSet(BaseFilterSet):
    """By words and whether it is in use."""

    q = SearchFilter(["code", "name", "name_en"])
    active = YesNoFilter(label=_("In use"))


class ClientFilterSet(BaseFilterSet):
    """Clients by words, classification, who is in charge, how complete."""

    first = ("q", "grade", "industry", "owner")

    q = SearchFilter(["number", "name", "name_en", "uscc", "phone"])
    grade = django_filters.ModelChoiceFilter(
        label=_("Grade"), queryset=ClientGrade.objects.all(), null_label=_("not set"), null_value="none"
    )
    industry = django_filters.ModelChoiceFilter(
        label=_("Industry"), queryset=Industry.objects.all(), null_label=_("not set"), null_value="none"
    )
    owner = PersonFilter("owner", label=_("Employee in charge"))
    status = django_filters.ChoiceFilter(label=_("Status"), choices=Client.Status)
    kind = django_filters.ChoiceFilter(label=_("Kind of client"), choices=Client.Kind)
    source = django_filters.ModelChoiceFilter(label=_("Source"), queryset=ClientSource.objects.all())
    pool = YesNoFilter(label=_("In the shared pool"), method="in_pool")
    mine = YesNoFilter(label=_("I am in charge"), method="is_mine")
    complete_below = django_filters.NumberFilter(
        label=_("Completeness below"), field_name="completeness", lookup_expr="lt", min_value=0, max_value=101
    )
    entered_on = DateRangeFilter("entered_on", label=_("In the file since"))

    class Meta:
        model = Client
        fields = []

    def in_pool(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        """Nobody is in charge, or somebody is."""
        return rows.filter(owner__isnull=value)

    def is_mine(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        """The person who asks, or everybody else."""
        return rows.filter(owner=self.request.user) if value else rows.exclude(owner=self.request.user)


class DueFilterSet(BaseFilterSet):
    """Clients that wait for something."""

    q = SearchFilter(["number", "name", "name_en"])
    grade = django_filters.ModelChoiceFilter(label=_("Grade"), queryset=ClientGrade.objects.all())
    owner = PersonFilter("owner", label=_("Employee in charge"))

    class Meta:
        model = Client
        fields = []


class ContactLogFilterSet(BaseFilterSet):
    """Contacts by words, client, day, channel, who wrote them."""

    q = SearchFilter(["client__number", "client__name", "client__name_en", "summary", "outcome"])
    at = DateRangeFilter("at", label=_("When"))
    channel = django_filters.ChoiceFilter(label=_("Channel"), choices=ContactLog.Channel)
    by = PersonFilter("by", label=_("Written by"))

    class Meta:
        model = ContactLog
        fields = []
