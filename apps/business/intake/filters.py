"""Filters of assessments, applications and the intake register."""

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.business.catalogue.models import ServiceType
from apps.business.intake.models import EngagementIntake, FeeBasis, IntakeAssessment
from apps.core.filters import BaseFilterSet, DateRangeFilter, MoneyRangeFilter, SearchFilter, YesNoFilter
from apps.documents.filters import DocumentFilterSet
from apps.org.filters import PersonFilter

OUTCOMES = [
    ("contracted", _("Contracted")),
    ("lapsed", pgettext_lazy("intake application", "Lapsed")),
    ("open", _("Approved, no contract yet")),
]


class AssessmentFilterSet(BaseFilterSet):
    """Assessments by content, people and what became of them."""

    first = ("q", "verdict", "service_type", "assessed_on")

    q = SearchFilter(["number", "opportunity__title", "opportunity__client__name", "opportunity__number"])
    verdict = django_filters.ChoiceFilter(label=_("Verdict"), choices=IntakeAssessment.Verdict)
    service_type = django_filters.ModelChoiceFilter(label=_("Service type"), queryset=ServiceType.objects.all())
    assessed_on = DateRangeFilter("assessed_on", label=_("Assessed on"))
    assessed_by = PersonFilter("assessed_by", label=_("Assessed by"))
    expected_revenue = MoneyRangeFilter("expected_revenue", label=_("Expected revenue"))
    conflict_of_interest = YesNoFilter("conflict_of_interest", label=_("Conflict of interest"))
    used = YesNoFilter("frozen_on", lookup_expr="isnull", exclude=True, label=_("Used"))

    class Meta:
        model = IntakeAssessment
        fields = []


class IntakeFilterSet(DocumentFilterSet):
    """Applications by people, client, money and what became of them. The rows carry `contracted`."""

    first = ("q", "state", "service_type", "submitted_at")

    q = SearchFilter(["number", "title", "applicant__name", "client__name"])
    applicant = PersonFilter("applicant", label=_("Applicant"))
    service_type = django_filters.ModelChoiceFilter(label=_("Service type"), queryset=ServiceType.objects.all())
    fee_basis = django_filters.ChoiceFilter(label=_("Fee basis"), choices=FeeBasis)
    outcome = django_filters.ChoiceFilter(label=_("What came of it"), choices=OUTCOMES, method="by_outcome")

    class Meta:
        model = EngagementIntake
        fields = []

    def by_outcome(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        """Contracted, lapsed, or approved and waiting for the contract."""
        lapsed = Q(lapsed_on__isnull=False)
        rows = rows.filter(state=EngagementIntake.State.APPROVED)
        if value == "lapsed":
            return rows.filter(lapsed)
        return rows.filter(contracted=True) if value == "contracted" else rows.filter(~lapsed, contracted=False)


class IntakeRegisterFilterSet(IntakeFilterSet):
    """The register besides by the day of the contract's failure to come."""

    first = ("q", "submitted_at", "department", "outcome")

    lapsed_on = DateRangeFilter("lapsed_on", label=_("Lapsed on"))
