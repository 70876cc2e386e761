"""Filters of settlements, of their register, and of the work that is not billed."""

import django_filters
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.business.engagements.models import Engagement
from apps.business.settlements.models import Settlement
from apps.core.filters import BaseFilterSet, DateRangeFilter, MoneyRangeFilter, SearchFilter
from apps.core.models import in_cents
from apps.documents.filters import DocumentFilterSet
from apps.finance.billing.models import PaymentMethod
from apps.org.filters import PersonFilter
from apps.org.models import Department

MONEY = [
    ("to_invoice", _("To be invoiced")),
    ("open", _("Invoiced, not collected")),
    ("collected", _("Collected, not posted")),
    ("posted", _("Posted")),
]
_OWED = Q(receivable__cancelled_on=None, state=Settlement.State.APPROVED)


def by_money(rows: QuerySet, name: str, value: str) -> QuerySet:
    """How far the money is."""
    whole = Q(receivable__collected=F("receivable__total"))
    wanted = {
        "to_invoice": Q(receivable__total__gt=in_cents(F("receivable__requested") + F("receivable__invoiced"))),
        "open": Q(receivable__invoiced__gt=F("receivable__collected")),
        "collected": whole & Q(receivable__posted_on=None),
        "posted": Q(receivable__posted_on__isnull=False),
    }
    return rows.filter(_OWED & wanted[value])


class SettlementFilterSet(DocumentFilterSet):
    """Settlements by people, client, money and what became of them."""

    first = ("q", "state", "department", "money")

    q = SearchFilter(["number", "title", "client__name", "engagement__number"])
    applicant = PersonFilter("applicant", label=_("Applicant"))
    money = django_filters.ChoiceFilter(label=_("Money"), choices=MONEY, method=by_money)

    class Meta:
        model = Settlement
        fields = []


class RegisterFilterSet(BaseFilterSet):
    """Rows of the register by period, place in the company, client and what became of the money."""

    first = ("q", "closed_at", "department", "money")

    q = SearchFilter(["number", "client__name", "engagement__number", "contract__number"])
    closed_at = DateRangeFilter("closed_at", label=_("Date"))
    department = django_filters.ModelChoiceFilter(label=_("Department"), queryset=Department.objects.all())
    money = django_filters.ChoiceFilter(label=_("Money"), choices=MONEY, method=by_money)
    payment_method = django_filters.ChoiceFilter(label=_("Payment method"), choices=PaymentMethod)
    total = MoneyRangeFilter("total", label=_("This settlement"))

    class Meta:
        model = Settlement
        fields = []


class UnbilledFilterSet(BaseFilterSet):
    """Delivered work by period, place in the company and manager."""

    q = SearchFilter(["number", "title", "client__name"])
    delivered_on = DateRangeFilter("delivered_on", label=_("Delivered on"))
    department = django_filters.ModelChoiceFilter(label=_("Department"), queryset=Department.objects.all())
    manager = PersonFilter("manager", label=_("Manager"))

    class Meta:
        model = Engagement
        fields = []
