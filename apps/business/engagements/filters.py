"""Filters of the lists about engagements."""

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.business.catalogue.models import ServiceType
from apps.business.engagements.models import Engagement, EngagementMember, ProgressReport
from apps.core import clock
from apps.core.filters import BaseFilterSet, DateRangeFilter, MoneyRangeFilter, SearchFilter, YesNoFilter
from apps.org.filters import PersonFilter
from apps.org.models import Department


def of_person(user) -> Q:
    """The engagements that a person manages, or is in the team of now."""
    member = EngagementMember.objects.filter(user=user, until=None).order_by().values("engagement")
    return Q(manager=user) | Q(pk__in=member)


class EngagementFilterSet(BaseFilterSet):
    """Engagements by words, phase, kind, manager, health, and whether the client waits for a report."""

    first = ("q", "phase", "service_type", "manager", "mine")

    q = SearchFilter(["number", "title", "client__name", "client__name_en", "contract__number"])
    phase = django_filters.ChoiceFilter(label=_("Phase"), choices=Engagement.Phase)
    service_type = django_filters.ModelChoiceFilter(label=_("Service type"), queryset=ServiceType.objects.all())
    manager = PersonFilter("manager", label=_("Manager"))
    mine = YesNoFilter(label=_("My engagements"), method="is_mine")
    health = django_filters.ChoiceFilter(label=_("Health"), choices=Engagement.Health)
    overdue = YesNoFilter(label=_("Progress report overdue"), method="is_overdue")
    department = django_filters.ModelChoiceFilter(label=_("Department"), queryset=Department.objects.all())
    planned_to = DateRangeFilter("planned_to", label=_("Planned to"))
    unsettled = MoneyRangeFilter("unsettled", label=_("Unsettled"))

    class Meta:
        model = Engagement
        fields = []

    def is_mine(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        """The person who asks manages it or is in its team, or neither."""
        mine = of_person(self.request.user)
        return rows.filter(mine) if value else rows.exclude(mine)

    def is_overdue(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        """The promised day has passed without a report, or not."""
        late = Q(pk__in=Engagement.objects.running().filter(next_report_on__lt=clock.today()).values("pk"))
        return rows.filter(late) if value else rows.exclude(late)


class DueFilterSet(BaseFilterSet):
    """Engagements whose clients wait."""

    q = SearchFilter(["number", "title", "client__name", "client__name_en"])
    manager = PersonFilter("manager", label=_("Manager"))
    mine = YesNoFilter(label=_("My engagements"), method="is_mine")
    overdue = YesNoFilter(label=_("Overdue"), method="is_overdue")

    class Meta:
        model = Engagement
        fields = []

    is_mine = EngagementFilterSet.is_mine
    is_overdue = EngagementFilterSet.is_overdue


class ReportFilterSet(BaseFilterSet):
    """Progress reports by words, state, day, and whether the client answered."""

    q = SearchFilter(["engagement__number", "engagement__title", "engagement__client__name", "done", "answer"])
    state = django_filters.ChoiceFilter(label=_("State"), choices=ProgressReport.State)
    answered = YesNoFilter(label=_("Answered"), method="is_answered")
    sent_at = DateRangeFilter("sent_at", label=_("Sent"))

    class Meta:
        model = ProgressReport
        fields = []

    def is_answered(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        """The client has answered, or not."""
        return rows.filter(answered_on__isnull=not value)
