"""What clients owed on any day, by how late it was (domain.md §3.17).

An invoice counts from its date, an allocation from the day it counts from, a red invoice from its own date; money that
stands on no invoice is kept apart. The sums that invoices and receipts carry are those of today: what happened after
the day asked about is taken back from them, so that the usual question, today's, reads no further table.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import models
from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.joins import join_sums
from apps.core.models import in_cents
from apps.core.money import quantize
from apps.finance.billing.models import SalesInvoice
from apps.finance.receipts.models import Receipt, ReceiptAllocation
from apps.finance.receivables.models import ReceivablesSettings
from apps.service.clients.models import Client

ZERO = Decimal("0.00")
_NOTHING = Value(ZERO, output_field=models.DecimalField(max_digits=14, decimal_places=2))


@dataclass(frozen=True)
class Buckets:
    """The days that part the ageing: not due, then up to each limit, then beyond the last one."""

    limits: tuple[int, ...]

    @classmethod
    def current(cls) -> "Buckets":
        """As the settings say."""
        return cls(tuple(ReceivablesSettings.current().limits))

    def __len__(self) -> int:
        return len(self.limits) + 2

    @property
    def labels(self) -> list[str]:
        """`Not due`, `1–30`, `31–60`, …, `> 180`: what stands over each."""
        starts = [1, *(limit + 1 for limit in self.limits)]
        between = [f"{start}–{limit}" for start, limit in zip(starts, self.limits, strict=False)]
        return [_("Not due"), *between, f"> {self.limits[-1]}" if self.limits else _("Overdue")]

    def of(self, days: int) -> int:
        """The bucket of something so many days late; not yet late at 0."""
        if days <= 0:
            return 0
        return 1 + sum(days > limit for limit in self.limits)

    def condition(self, bucket: int, as_of: dt.date) -> Q:
        """What is in a bucket, by its due date."""
        if bucket == 0:
            return Q(due_on__gte=as_of)
        edges = (0, *self.limits)
        late = Q(due_on__lt=_before(as_of, edges[bucket - 1]))
        return late & Q(due_on__gte=_before(as_of, edges[bucket])) if bucket <= len(self.limits) else late


def _before(day: dt.date, days: int) -> dt.date:
    return day - dt.timedelta(days=min(days, (day - dt.date.min).days))


def owed_on(as_of: dt.date, invoices: QuerySet | None = None) -> QuerySet:
    """Invoices that were not wholly paid or reversed on a day, with `paid`, `reversed` and `owed` as they were then.

    `to_add` is the same amount for sums, which are put into whole cents once they are made.
    """
    rows = SalesInvoice.objects.all() if invoices is None else invoices
    if as_of >= clock.today():
        # nothing is dated in the future; with a condition on the date PostgreSQL would look by date
        rows = rows.open().annotate(paid=F("collected"), reversed=F("reversed_total"))
        rest = F("total") - F("collected") - F("reversed_total")
        return rows.annotate(owed=in_cents(rest)).annotate(to_add=rest)
    money = ReceiptAllocation.objects.filter(on__gt=as_of).order_by()
    red = SalesInvoice.objects.issued().filter(red_of__isnull=False, issued_on__gt=as_of).order_by()
    still_open = Q(status=SalesInvoice.Status.ISSUED, total__gt=in_cents(F("collected") + F("reversed_total")))
    touched = Q(pk__in=money.values("invoice")) | Q(pk__in=red.values("red_of"))
    rows = rows.issued().filter(still_open | touched, red_of__isnull=True, issued_on__lte=as_of)
    rows = rows.annotate(
        paid=in_cents(F("collected") - _sum(money.filter(invoice=OuterRef("pk")), "invoice", "amount")),
        reversed=in_cents(F("reversed_total") + _sum(red.filter(red_of=OuterRef("pk")), "red_of", "total")),
    )
    rows = rows.annotate(owed=in_cents(F("total") - F("paid") - F("reversed"))).filter(owed__gt=0)
    return rows.annotate(to_add=F("owed"))


def unapplied_on(as_of: dt.date, receipts: QuerySet | None = None) -> QuerySet:
    """Receipts of which something stood on no invoice on a day, with that amount as `left_then`."""
    rows = Receipt.objects.all() if receipts is None else receipts
    if as_of >= clock.today():
        return rows.unapplied().annotate(left_then=in_cents(F("amount") - F("allocated")))
    later = ReceiptAllocation.objects.filter(on__gt=as_of).order_by()
    there = Q(voided_on__isnull=True) | Q(voided_on__gt=as_of)
    touched = Q(amount__gt=F("allocated")) | Q(pk__in=later.values("receipt"))
    taken = F("allocated") - _sum(later.filter(receipt=OuterRef("pk")), "receipt", "amount")
    rows = rows.filter(there, touched, received_on__lte=as_of)
    return rows.annotate(left_then=in_cents(F("amount") - taken)).filter(left_then__gt=0)


def _sum(rows: QuerySet, key: str, amount: str) -> Coalesce:
    """What rows of one invoice or receipt add up to; nothing where there are none."""
    return Coalesce(Subquery(rows.values(key).annotate(sum=Sum(amount)).values("sum")), _NOTHING)


@dataclass(frozen=True)
class Sums:
    """What some invoices add up to. `parts` goes by bucket, the first is not due."""

    key: int | None
    owed: Decimal
    parts: tuple[Decimal, ...]
    oldest: dt.date | None
    invoices: int

    @property
    def overdue(self) -> Decimal:
        """What is late."""
        return self.owed - self.parts[0]


def grouped(rows: QuerySet, key: str, *, as_of: dt.date, buckets: Buckets) -> list[Sums]:
    """Sums of `owed_on` rows by an ORM path such as `client`; one query, one row per group."""
    found = rows.order_by().values(key).annotate(**_aggregates(as_of, buckets))
    return [_sums(row[key], row, buckets) for row in found]


def by_client(
    invoices: QuerySet,
    receipts: QuerySet | None,
    *,
    as_of: dt.date,
    buckets: Buckets,
    figures: Collection[str] | None = None,
) -> QuerySet[Client]:
    """Clients with the sums of `owed_on` rows, and of `unapplied_on` rows as `unapplied`, that have either.

    Both are added up once for all of them; `sums_of` makes `Sums` of a row. Where only their order is asked for,
    `figures` names the sums it goes by.
    """
    aggregates = _aggregates(as_of, buckets)
    if figures is not None:
        aggregates = {name: sum_ for name, sum_ in aggregates.items() if name in figures or name == "invoices_number"}
    rows = join_sums(Client.objects.all(), invoices, "client", name="owing", **aggregates)
    if receipts is None:
        return rows.filter(invoices_number__isnull=False).annotate(unapplied=_NOTHING)
    rows = join_sums(rows, receipts, "client", name="waiting", left=Sum("left_then"))
    rows = rows.filter(Q(invoices_number__isnull=False) | Q(left__isnull=False))
    return rows.annotate(unapplied=Coalesce(F("left"), _NOTHING))


def sums_of(client: Client, buckets: Buckets) -> Sums:
    """What the invoices of a row of `by_client` add up to."""
    return _sums(client.pk, client.__dict__, buckets)


def whole_of(clients: QuerySet[Client], buckets: Buckets) -> tuple[Sums, int, Decimal]:
    """What rows of `by_client` add up to, how many they are, and what stands on no invoice; one query."""
    names = ("sum_owed", "invoices_number", "unapplied", *(f"part_{at}" for at in range(len(buckets))))
    sums = {f"all_{name}": Sum(name) for name in names}
    found = clients.aggregate(all_oldest=Min("oldest"), clients=Count("pk"), **sums)
    row = {name: found[f"all_{name}"] for name in (*names, "oldest")}
    return _sums(None, row, buckets), found["clients"], quantize(row["unapplied"] or 0)


def added_up(rows: QuerySet, *, as_of: dt.date, buckets: Buckets) -> Sums:
    """Sums of all the rows of `owed_on`; one query."""
    return _sums(None, rows.order_by().aggregate(**_aggregates(as_of, buckets)), buckets)


def total_of(groups: Iterable[Sums], buckets: Buckets) -> Sums:
    """The same of groups that are at hand."""
    rows = list(groups)
    parts = tuple(sum((row.parts[at] for row in rows), ZERO) for at in range(len(buckets)))
    oldest = min((row.oldest for row in rows if row.oldest), default=None)
    return Sums(None, sum((row.owed for row in rows), ZERO), parts, oldest, sum(row.invoices for row in rows))


def _aggregates(as_of: dt.date, buckets: Buckets) -> dict[str, object]:
    parts = {f"part_{at}": Sum("to_add", filter=buckets.condition(at, as_of)) for at in range(len(buckets))}
    return {"sum_owed": Sum("to_add"), "oldest": Min("due_on"), "invoices_number": Count("pk"), **parts}


def _sums(key: int | None, row: dict, buckets: Buckets) -> Sums:
    parts: Sequence[Decimal] = [quantize(row[f"part_{at}"] or 0) for at in range(len(buckets))]
    return Sums(key, quantize(row["sum_owed"] or 0), tuple(parts), row["oldest"], row["invoices_number"] or 0)


def unapplied_by_client(rows: QuerySet) -> dict[int, Decimal]:
    """{client: what of its receipts stood on no invoice} of `unapplied_on` rows; one query."""
    sums = rows.order_by().values("client").annotate(sum=Sum("left_then"))
    return {pk: quantize(amount) for pk, amount in sums.values_list("client", "sum")}
