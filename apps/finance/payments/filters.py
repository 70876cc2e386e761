"""Filters of the cashier's queue and of the register of payments."""

import django_filters
from django.utils.translation import gettext_lazy as _

from apps.core.filters import BaseFilterSet, DateRangeFilter, MoneyRangeFilter, SearchFilter
from apps.finance.expenses.models import ExpenseClaim
from apps.finance.payments.models import FundAccount, Payment
from apps.org.models import Department


class ToPayFilterSet(BaseFilterSet):
    """Claims to pay by words, department, amount."""

    q = SearchFilter(["number", "title", "applicant__name"])
    department = django_filters.ModelChoiceFilter(label=_("Department"), queryset=Department.objects.all())
    amount = MoneyRangeFilter("approved_total", label=_("To pay"))

    class Meta:
        model = ExpenseClaim
        fields = []


class PaymentFilterSet(BaseFilterSet):
    """Payments by words, day, account, amount, batch."""

    q = SearchFilter(["document__number", "payee__name", "bank_reference", "document__title"])
    paid_on = DateRangeFilter("paid_on", label=_("Paid on"))
    account = django_filters.ModelChoiceFilter(label=_("Fund account"), queryset=FundAccount.objects.all())
    amount = MoneyRangeFilter("amount", label=_("Amount"))
    batch = django_filters.NumberFilter(label=_("Batch"), field_name="batch_id")

    class Meta:
        model = Payment
        fields = []
