"""Filters of contracts, supplements, the contract register and contracts that end soon."""

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.business.catalogue.models import ServiceType
from apps.business.contracts.models import AgencyContract, ContractSupplement
from apps.business.contracts.services import expiring
from apps.business.intake.models import FeeBasis
from apps.core import clock
from apps.core.filters import BaseFilterSet, DateRangeFilter, MoneyRangeFilter, SearchFilter
from apps.documents.filters import DocumentFilterSet
from apps.org.filters import PersonFilter
from apps.org.models import Department

PHASES = [
    ("unsigned", _("To be signed")),
    ("in_force", _("In force")),
    ("expired", _("Expired")),
    ("completed", _("Completed")),
    ("terminated", _("Terminated")),
]
WITHIN = [("30", _("30 days")), ("60", _("60 days")), ("90", _("90 days"))]


def in_phases(rows: QuerySet, phases: list[str]) -> QuerySet:
    """Approved contracts in one of these phases; those in force are told apart by their end."""
    condition, today = Q(), clock.today()
    for phase in phases:
        if phase == "expired":
            condition |= Q(phase="in_force", effective_to__lt=today)
        elif phase == "in_force":
            condition |= Q(phase="in_force") & ~Q(effective_to__lt=today)
        else:
            condition |= Q(phase=phase)
    return rows.filter(condition, state=AgencyContract.State.APPROVED) if phases else rows


class ContractFilters(BaseFilterSet):
    """What every list of contracts can be filtered by."""

    q = SearchFilter(["number", "title", "applicant__name", "client__name", "client__number", "party_a"])
    service_type = django_filters.ModelChoiceFilter(label=_("Service type"), queryset=ServiceType.objects.all())
    applicant = PersonFilter("applicant", label=_("Applicant"))
    fee_basis = django_filters.ChoiceFilter(label=_("Fee basis"), choices=FeeBasis)
    phase = django_filters.MultipleChoiceFilter(
        label=_("Phase"), choices=PHASES, method="by_phase", widget=forms.SelectMultiple(attrs={"data-searchable": ""})
    )
    signed_on = DateRangeFilter("signed_on", label=_("Signed on"))
    effective_to = DateRangeFilter("effective_to", label=_("In force to"))

    def by_phase(self, rows: QuerySet, name: str, phases: list[str]) -> QuerySet:
        """In one of these phases."""
        return in_phases(rows, phases)


class ContractFilterSet(ContractFilters, DocumentFilterSet):
    """Contracts by people, terms and what became of them."""

    first = ("q", "state", "phase", "department")

    class Meta:
        model = AgencyContract
        fields = []


class SupplementFilterSet(DocumentFilterSet):
    """Supplements by people and contract."""

    q = SearchFilter(["number", "title", "applicant__name", "contract__number", "contract__client__name"])

    class Meta:
        model = ContractSupplement
        fields = []


class RegisterFilterSet(ContractFilters):
    """Rows of the register."""

    first = ("q", "phase", "service_type", "department")

    department = django_filters.ModelChoiceFilter(label=_("Department"), queryset=Department.objects.all())
    fee = MoneyRangeFilter("fee", label=_("Fee"))

    class Meta:
        model = AgencyContract
        fields = []


class ExpiringFilterSet(BaseFilterSet):
    """Within how many days, whose, where."""

    within = django_filters.ChoiceFilter(label=_("Ends within"), choices=WITHIN, method="ends_within", empty_label=None)
    q = SearchFilter(["number", "title", "client__name", "applicant__name"])
    department = django_filters.ModelChoiceFilter(label=_("Department"), queryset=Department.objects.all())

    class Meta:
        model = AgencyContract
        fields = []

    def ends_within(self, rows: QuerySet, name: str, days: str) -> QuerySet:
        """In force, with so many days left at most."""
        return expiring(rows, int(days))
