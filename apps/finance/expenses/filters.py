"""Filters of claims and of the expense ledger."""

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core.filters import BaseFilterSet, DateRangeFilter, MoneyRangeFilter, SearchFilter, YesNoFilter
from apps.documents.filters import DocumentFilterSet
from apps.finance.expenses.models import ExpenseCategory, ExpenseClaim, ExpenseLine
from apps.org.filters import PersonFilter
from apps.org.models import Department

PAYMENT = [("to_pay", _("To be paid")), ("paid", _("Paid")), ("unpaid", _("Not paid"))]


def _by_payment(prefix: str, value: str) -> Q:
    paid = Q(**{f"{prefix}paid_on__isnull": False})
    if value == "paid":
        return paid
    if value == "unpaid":
        return ~paid
    return ~paid & Q(**{f"{prefix}state": ExpenseClaim.State.APPROVED, f"{prefix}approved_total__gt": 0})


class ExpenseClaimFilterSet(DocumentFilterSet):
    """Claims by people, content, money and what became of them."""

    first = ("q", "state", "department", "payment")

    q = SearchFilter(["number", "title", "applicant__name", "project"])
    applicant = PersonFilter("applicant", label=_("Applicant"))
    claim_type = django_filters.ChoiceFilter(label=_("Type"), choices=ExpenseClaim.ClaimType)
    category = django_filters.ModelChoiceFilter(
        label=_("Category"), queryset=ExpenseCategory.objects.all(), method="with_category"
    )
    payment = django_filters.ChoiceFilter(label=_("Payment"), choices=PAYMENT, method="by_payment")
    paid_on = DateRangeFilter("paid_on", label=_("Paid on"))
    over = YesNoFilter(label=_("Above standard"), method="by_excess")

    class Meta:
        model = ExpenseClaim
        fields = []

    def with_category(self, rows: QuerySet, name: str, category: ExpenseCategory) -> QuerySet:
        """Claims with a line of this category."""
        return rows.filter(Exists(ExpenseLine.objects.filter(claim=OuterRef("pk"), category=category)))

    def by_payment(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        """Paid, waiting for the cashier, or not paid for whatever reason."""
        return rows.filter(_by_payment("", value))

    def by_excess(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        """Claims with, or without, a line above its standard."""
        over = Exists(ExpenseLine.objects.filter(claim=OuterRef("pk"), over_amount__gt=0))
        return rows.filter(over if value else ~over)


class ExpenseLedgerFilterSet(BaseFilterSet):
    """Rows of the ledger by period, place in the company, content and what became of them."""

    first = ("q", "date", "department", "category")

    q = SearchFilter(["claim__number", "description", "claim__applicant__name", "invoice_number", "claim__project"])
    date = DateRangeFilter("date", label=_("Date"))
    department = django_filters.ModelChoiceFilter(
        label=_("Department"), field_name="claim__department", queryset=Department.objects.all()
    )
    applicant = PersonFilter("claim__applicant", label=_("Claimant"))
    category = django_filters.ModelChoiceFilter(label=_("Category"), queryset=ExpenseCategory.objects.all())
    state = django_filters.MultipleChoiceFilter(
        label=_("State"),
        field_name="claim__state",
        choices=[choice for choice in ExpenseClaim.State.choices if choice[0] != ExpenseClaim.State.DRAFT],
        widget=forms.SelectMultiple(attrs={"data-searchable": ""}),
    )
    payment = django_filters.ChoiceFilter(label=_("Payment"), choices=PAYMENT, method="by_payment")
    paid_on = DateRangeFilter("claim__paid_on", label=_("Paid on"))
    amount = MoneyRangeFilter("amount", label=_("Claimed"))
    over = YesNoFilter(label=_("Above standard"), method="by_excess")

    class Meta:
        model = ExpenseLine
        fields = []

    def by_payment(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        """Paid, waiting for the cashier, or not paid for whatever reason."""
        return rows.filter(_by_payment("claim__", value))

    def by_excess(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        """Above its standard, or not."""
        return rows.filter(over_amount__gt=0) if value else rows.filter(over_amount=0)
