"""Filters of the queue of invoices, of the invoice register and of the receivables."""

import django_filters
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.filters import BaseFilterSet, DateRangeFilter, MoneyRangeFilter, SearchFilter, YesNoFilter
from apps.core.models import in_cents
from apps.finance.billing.models import Receivable, SalesInvoice, SalesInvoiceKind
from apps.org.models import Department

INVOICE_STATES = [
    ("open", _("Open")),
    ("collected", _("Collected")),
    ("reversed", _("Reversed")),
    ("red", _("Red invoice")),
]
RECEIVABLE_STATES = [
    ("to_invoice", _("To be invoiced")),
    ("uncollected", _("Invoiced, not collected")),
    ("to_post", _("Collected, not posted")),
    ("posted", _("Posted")),
    ("cancelled", _("Cancelled")),
]
_SETTLED = Q(total=in_cents(F("collected") + F("reversed_total")))


class RequestedFilterSet(BaseFilterSet):
    """Requests by words, kind, amount."""

    q = SearchFilter(["number", "client__name", "buyer_name", "receivable__document__number"])
    kind = django_filters.ChoiceFilter(label=_("Invoice kind"), choices=SalesInvoiceKind)
    total = MoneyRangeFilter("total", label=_("Total"))

    class Meta:
        model = SalesInvoice
        fields = []


class InvoiceFilterSet(BaseFilterSet):
    """Invoices by words, state, kind, days, department, amount."""

    first = ("q", "state", "issued_on")
    q = SearchFilter(["number", "invoice_number", "client__name", "buyer_name", "receivable__document__number"])
    state = django_filters.ChoiceFilter(label=_("State"), choices=INVOICE_STATES, method="in_state")
    overdue = YesNoFilter(label=_("Overdue"), method="is_overdue")
    issued_on = DateRangeFilter("issued_on", label=_("Issued on"))
    due_on = DateRangeFilter("due_on", label=_("Due on"))
    kind = django_filters.ChoiceFilter(label=_("Invoice kind"), choices=SalesInvoiceKind)
    department = django_filters.ModelChoiceFilter(
        label=_("Department"), field_name="receivable__department", queryset=Department.objects.all()
    )
    total = MoneyRangeFilter("total", label=_("Total"))

    class Meta:
        model = SalesInvoice
        fields = []

    def in_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        """The states people ask for; a reversed invoice is wholly reversed."""
        issued = rows.filter(red_of__isnull=True, status=SalesInvoice.Status.ISSUED)
        return {
            "open": issued.exclude(_SETTLED),
            "collected": issued.filter(_SETTLED),
            "reversed": rows.filter(status=SalesInvoice.Status.REVERSED),
            "red": rows.filter(red_of__isnull=False),
        }[value]

    def is_overdue(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        """Due before today and not paid, or not."""
        late = Q(due_on__lt=clock.today(), red_of__isnull=True, status=SalesInvoice.Status.ISSUED) & ~_SETTLED
        return rows.filter(late) if value else rows.exclude(late)


class ToRequestFilterSet(BaseFilterSet):
    """Receivables by words, department, amount."""

    q = SearchFilter(["document__number", "document__title", "client__name"])
    department = django_filters.ModelChoiceFilter(label=_("Department"), queryset=Department.objects.all())
    opened_on = DateRangeFilter("opened_on", label=_("Approved on"))

    class Meta:
        model = Receivable
        fields = []


class ReceivableFilterSet(ToRequestFilterSet):
    """Receivables by words, state, department, day, amount."""

    first = ("q", "state", "opened_on")
    state = django_filters.ChoiceFilter(label=_("State"), choices=RECEIVABLE_STATES, method="in_state")
    posted_on = DateRangeFilter("posted_on", label=_("Posted on"))
    total = MoneyRangeFilter("total", label=_("Total"))

    class Meta(ToRequestFilterSet.Meta):
        pass

    def in_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        """The states people ask for."""
        if value == "cancelled":
            return rows.filter(cancelled_on__isnull=False)
        live = rows.filter(cancelled_on__isnull=True)
        return {
            "to_invoice": live.filter(total__gt=F("invoiced")),
            "uncollected": live.filter(invoiced__gt=F("collected")),
            "to_post": live.filter(total=F("collected"), posted_on__isnull=True),
            "posted": live.filter(posted_on__isnull=False),
        }[value]
