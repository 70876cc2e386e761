"""Filters of the ageing, the reminders and the figures: the day asked about, and whose invoices."""

import datetime as dt
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.filters import BaseFilterSet, DateRangeFilter, SearchFilter
from apps.finance.billing.models import Receivable, SalesInvoice
from apps.finance.billing.querysets import SEES_ALL
from apps.finance.payments.models import FundAccount
from apps.finance.receivables.ageing import Buckets
from apps.finance.receivables.models import PaymentReminder
from apps.org.models import Company, Department, User
from apps.service.clients.models import Client, ClientGrade


def currencies() -> list[tuple[str, str]]:
    """The currencies the company is paid in, its own first."""
    own = Company.current().currency
    others = FundAccount.objects.exclude(currency=own).order_by("currency").values_list("currency", flat=True)
    return [(code, code) for code in dict.fromkeys([own, *others])]


def day_of(data: QueryDict) -> dt.date:
    """The day the address asks about; today where it says nothing sensible (the filter then says so)."""
    try:
        day = parse_date(data.get("as_of", ""))
    except ValueError:
        day = None
    return day if day and 1900 <= day.year < 3000 else clock.today()


def currency_of(data: QueryDict) -> str:
    """The currency the address asks about, the company's own unless it says another."""
    return data.get("currency", "")[:3] or Company.current().currency


def _bucket_choices() -> list[tuple[str, str]]:
    return [(str(at), label) for at, label in enumerate(Buckets.current().labels)]


def _clients(request: HttpRequest | None) -> QuerySet:
    """Clients whose name may stand in the chip of the filter."""
    if request is None or request.user.has_perm(SEES_ALL):
        return Client.objects.live()
    return Client.objects.live().filter(pk__in=SalesInvoice.objects.visible_to(request.user).values("client"))


def _managers(request: HttpRequest | None) -> QuerySet:
    if request is None:
        return User.objects.none()
    own = Receivable.objects.visible_to(request.user).filter(manager=OuterRef("pk"))
    return User.objects.filter(Exists(own)).only("name", "username")


class AgeingFilterSet(BaseFilterSet):
    """Open invoices by words, day, bucket, manager, department, grade, currency."""

    first = ("q", "as_of", "bucket")
    q = SearchFilter(["client__name", "client__number", "number", "invoice_number", "receivable__document__number"])
    as_of = django_filters.DateFilter(label=_("As of"), method="unchanged")
    bucket = django_filters.ChoiceFilter(label=_("Days overdue"), choices=_bucket_choices, method="in_bucket")
    manager = django_filters.ModelChoiceFilter(
        label=_("Responsible"), field_name="receivable__manager", queryset=_managers
    )
    department = django_filters.ModelChoiceFilter(
        label=_("Department"), field_name="receivable__department", queryset=Department.objects.all()
    )
    grade = django_filters.ModelChoiceFilter(
        label=_("Grade"), field_name="client__grade", queryset=ClientGrade.objects.all()
    )
    currency = django_filters.ChoiceFilter(label=_("Currency"), choices=currencies, method="unchanged")
    client = django_filters.ModelChoiceFilter(label=_("Client"), queryset=_clients, widget=forms.HiddenInput)

    class Meta:
        model = SalesInvoice
        fields = []

    def unchanged(self, rows: QuerySet, name: str, value: Any) -> QuerySet:
        """Day and currency are in the rows already; the page asks for them first."""
        return rows

    def in_bucket(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        """One column of the ageing."""
        return rows.filter(Buckets.current().condition(int(value), day_of(self.data)))


class OverdueFilterSet(AgeingFilterSet):
    """Overdue invoices, by the same as the ageing, as of today."""

    first = ("q", "manager", "department")
    as_of = bucket = None


class ReminderFilterSet(BaseFilterSet):
    """Reminders by words and day."""

    q = SearchFilter(["client__name", "client__number", "to", "subject"])
    sent_at = DateRangeFilter("sent_at", label=_("Sent at"))
    client = django_filters.ModelChoiceFilter(label=_("Client"), queryset=_clients, widget=forms.HiddenInput)

    class Meta:
        model = PaymentReminder
        fields = []
