"""Filters of the receipts."""

import django_filters
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core.filters import BaseFilterSet, DateRangeFilter, MoneyRangeFilter, SearchFilter
from apps.finance.payments.models import FundAccount
from apps.finance.receipts.models import Receipt

STATES = [
    ("unapplied", _("Not wholly allocated")),
    ("allocated", _("Allocated")),
    ("void", _("Voided")),
]


class UnappliedFilterSet(BaseFilterSet):
    """Receipts by words, day, account, amount."""

    q = SearchFilter(["number", "client__name", "payer_name", "bank_reference", "remark"])
    received_on = DateRangeFilter("received_on", label=_("Received on"))
    account = django_filters.ModelChoiceFilter(label=_("Fund account"), queryset=FundAccount.objects.all())
    amount = MoneyRangeFilter("amount", label=_("Amount"))

    class Meta:
        model = Receipt
        fields = []


class ReceiptFilterSet(UnappliedFilterSet):
    """The same, and by state."""

    first = ("q", "state", "received_on")
    state = django_filters.ChoiceFilter(label=_("State"), choices=STATES, method="in_state")

    class Meta(UnappliedFilterSet.Meta):
        pass

    def in_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        """The states people ask for."""
        if value == "void":
            return rows.filter(voided_on__isnull=False)
        live = rows.filter(voided_on__isnull=True)
        return live.filter(amount=F("allocated")) if value == "allocated" else live.exclude(amount=F("allocated"))
