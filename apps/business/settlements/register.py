"""The settlement register (domain.md §4.5) and the work that is delivered and not settled, as rows of the database."""

from django.db.models import (
    Count,
    DateField,
    DecimalField,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce

from apps.business.engagements.models import Engagement
from apps.business.settlements.models import Settlement
from apps.core.models import in_cents
from apps.finance.billing.models import SalesInvoice

_MONEY = DecimalField(max_digits=14, decimal_places=2)
_NONE = Value(0, output_field=_MONEY)
#: what a row of the register shows; a long export has no time for whole objects of six tables
LOADS = [
    *("kind", "number", "title", "state", "closed_at", "submitted_at", "total", "tax", "payment_method"),
    *(
        f"receivable__{name}"
        for name in ("total", "invoiced", "collected", "collected_on", "posted_on", "cancelled_on")
    ),
]
JOINED = ["engagement__number", "client__name", "contract__number", "department__name", "department__name_en"]


def settled(papers: QuerySet) -> QuerySet:
    """The approved settlements of these, with what the register says beside them."""
    earlier = (
        Settlement.objects.filter(contract=OuterRef("contract"), state=Settlement.State.APPROVED)
        .filter(Q(closed_at__lt=OuterRef("closed_at")) | Q(closed_at=OuterRef("closed_at"), pk__lt=OuterRef("pk")))
        .order_by()
        .values("contract")
    )
    invoices = SalesInvoice.objects.filter(
        receivable=OuterRef("receivable"), red_of=None, status=SalesInvoice.Status.ISSUED
    ).order_by("issued_on", "pk")
    counted = invoices.order_by().values("receivable").annotate(count=Count("pk")).values("count")
    return (
        papers.filter(state=Settlement.State.APPROVED)
        .select_related("receivable")
        .only(*LOADS)
        .annotate(
            **{path.replace("__", "_"): F(path) for path in JOINED},
            before=Coalesce(Subquery(earlier.annotate(sum=Sum("total")).values("sum"), output_field=_MONEY), _NONE),
            contract_total=F("contract__fee") + F("contract__supplemented"),
            first_invoice=Subquery(invoices.values("invoice_number")[:1]),
            invoiced_on=Subquery(invoices.values("issued_on")[:1], output_field=DateField()),
            invoice_count=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
        )
    )


def with_sums(rows: QuerySet) -> QuerySet:
    """Rows of the register with the money that is added up; a row reads it of its receivable."""
    received = Coalesce(F("receivable__collected"), _NONE)
    return rows.annotate(sum_received=received, sum_outstanding=F("total") - received)


def unbilled(engagements: QuerySet) -> QuerySet:
    """Delivered engagements whose contract is not settled in full, with what is left."""
    return (
        engagements.filter(phase__in=[Engagement.Phase.DELIVERED, Engagement.Phase.SETTLING])
        .filter(contract__settled__lt=in_cents(F("contract__fee") + F("contract__supplemented")))
        .select_related("client", "contract", "manager", "department")
        .annotate(
            contract_total=F("contract__fee") + F("contract__supplemented"),
            left=F("contract__fee") + F("contract__supplemented") - F("contract__settled") - F("contract__settling"),
        )
    )
