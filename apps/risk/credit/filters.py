"""Filters of the lists of credit."""

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.filters import BaseFilterSet, DateRangeFilter, MoneyRangeFilter, SearchFilter
from apps.documents.filters import DocumentFilterSet
from apps.org.filters import PersonFilter
from apps.risk.credit.models import CreditAssessment, CreditWaiver
from apps.service.clients.models import Client, ClientGrade

STANDINGS = [
    ("used", _("Something is owed or contracted")),
    ("over", _("Over the limit")),
    ("overdue", _("Overdue")),
    ("hold", _("On hold")),
    ("expired", _("Limit expired")),
]
IN_WORDS = [("valid", _("Valid")), ("expired", _("Expired")), ("revoked", _("Revoked"))]


class ExposureFilterSet(BaseFilterSet):
    """Clients by name and grade, and by how they stand; the page applies the last one to the pictures."""

    first = ("q", "standing", "grade", "owner")

    q = SearchFilter(["number", "name", "name_en"])
    standing = django_filters.ChoiceFilter(label=_("Standing"), choices=STANDINGS, method="by_page")
    grade = django_filters.ModelChoiceFilter(label=_("Grade"), queryset=ClientGrade.objects.all())
    owner = PersonFilter("owner", label=_("Employee in charge"))

    class Meta:
        model = Client
        fields = []

    def by_page(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        """Nothing here: the picture of a client is no column."""
        return rows


class AssessmentFilterSet(DocumentFilterSet):
    """Assessments by client, grade and validity."""

    first = ("q", "state", "submitted_at", "grade")

    q = SearchFilter(["number", "title", "client__name", "client__number", "applicant__name"])
    grade = django_filters.CharFilter(label=_("Grade"), lookup_expr="iexact")
    valid_until = DateRangeFilter("valid_until", label=_("Valid until"))

    class Meta:
        model = CreditAssessment
        fields = []


class WaiverFilterSet(BaseFilterSet):
    """Exceptions by client, paper, time and standing."""

    first = ("q", "standing", "granted_at", "amount")

    q = SearchFilter(["document__number", "client__name", "client__number", "granted_by__name", "reason"])
    standing = django_filters.ChoiceFilter(label=_("State"), choices=IN_WORDS, method="by_standing")
    granted_at = DateRangeFilter("granted_at", label=_("Granted"))
    expires_on = DateRangeFilter("expires_on", label=_("Expires"))
    amount = MoneyRangeFilter("amount", label=_("Amount"))

    class Meta:
        model = CreditWaiver
        fields = []

    def by_standing(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        """Valid, expired or revoked, as of today."""
        if value == "revoked":
            return rows.filter(revoked_on__isnull=False)
        rows, today = rows.filter(revoked_on__isnull=True), clock.today()
        return rows.filter(expires_on__gte=today) if value == "valid" else rows.filter(expires_on__lt=today)


class ScoringModelFilterSet(BaseFilterSet):
    """Versions by name."""

    q = SearchFilter(["name", "name_en", "note"])
