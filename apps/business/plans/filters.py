"""Filters of plans, of changes, and of one's own tasks."""

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.business.plans.models import ExecutionPlan, PlanChange, PlanTask
from apps.core import clock
from apps.core.filters import BaseFilterSet, DateRangeFilter, MoneyRangeFilter, SearchFilter, YesNoFilter
from apps.documents.filters import DocumentFilterSet
from apps.org.filters import PersonFilter


class PlanFilterSet(DocumentFilterSet):
    """Plans by engagement, people and time."""

    amount = None
    q = SearchFilter(["number", "title", "applicant__name", "engagement__number", "engagement__client__name"])
    manager = PersonFilter("engagement__manager", label=_("Manager"))
    changed = YesNoFilter(label=_("Changed since"), method="by_version")

    class Meta:
        model = ExecutionPlan
        fields = []

    def by_version(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        """Plans that were changed after they were approved, or not."""
        return rows.filter(version__gt=1) if value else rows.filter(version__lte=1)


class ChangeFilterSet(DocumentFilterSet):
    """Changes by engagement, cause and cost."""

    amount = None
    q = SearchFilter(["number", "title", "applicant__name", "plan__number", "plan__engagement__number"])
    cause = django_filters.ChoiceFilter(label=_("Cause"), choices=PlanChange.Cause)
    impact_cost = MoneyRangeFilter("impact_cost", label=_("Additional cost"))

    class Meta:
        model = PlanChange
        fields = []


class MyTaskFilterSet(BaseFilterSet):
    """One's own tasks."""

    PARTS = [("owner", _("I carry it out")), ("checker", _("I check it"))]

    q = SearchFilter(["title", "plan__engagement__number", "plan__engagement__title", "plan__engagement__client__name"])
    part = django_filters.ChoiceFilter(label=_("My part"), choices=PARTS, method="by_part")
    late = YesNoFilter(label=_("Late"), method="by_day")
    finish = DateRangeFilter("finish", label=_("Finish"))

    class Meta:
        model = PlanTask
        fields = []

    def by_part(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        """Carrying out, or checking."""
        return rows.filter(**{value: self.request.user})

    def by_day(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        """Unfinished after its day, or not."""
        late = Q(finish__lt=clock.today(), progress__lt=100)
        return rows.filter(late if value else ~late)
