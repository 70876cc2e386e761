"""What engagements and clients bring (domain.md §4.6), reckoned by the database.

Revenue is what approved settlements bill, without tax; direct expenses are approved expense claims charged to the
contract, as they were paid, tax included. The program records neither hours of work nor overhead, so a margin is the
margin before both. The estimate is that of the intake application, its fee without the tax of the contract.

With a period, settlements and claims count by the day of their final approval; the estimate is of the whole engagement.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, fields, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Count, DecimalField, Exists, ExpressionWrapper, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from apps.business.engagements.models import Engagement
from apps.business.settlements.models import Settlement
from apps.core.joins import ExistsByRow
from apps.core.models import in_cents, in_readers_language, order_in_readers_language
from apps.core.money import quantize
from apps.finance.expenses.models import ExpenseClaim
from apps.service.clients.models import Client

ZERO = Decimal("0.00")
_MONEY = DecimalField(max_digits=16, decimal_places=2)
_NOTHING = Value(ZERO, output_field=_MONEY)
_CONTRACT_TOTAL = in_cents(F("contract__fee") + F("contract__supplemented"))
_FEE = in_cents(
    ExpressionWrapper(
        F("contract__intake__amount") / (Value(Decimal(1)) + F("contract__tax_rate")),
        output_field=DecimalField(max_digits=20, decimal_places=10),
    )
)


@dataclass(frozen=True)
class Period:
    """Days from … to …, both included; None is open."""

    first: dt.date | None = None
    last: dt.date | None = None

    @property
    def is_given(self) -> bool:
        return self.first is not None or self.last is not None

    def of(self, papers: QuerySet) -> QuerySet:
        """The papers that were finally approved in it."""
        papers = papers.filter(state=Settlement.State.APPROVED)
        if self.first is not None:
            papers = papers.filter(closed_at__gte=_moment(self.first))
        if self.last is not None:
            papers = papers.filter(closed_at__lt=_moment(self.last + dt.timedelta(days=1)))
        return papers.order_by()


ALWAYS = Period()


def _moment(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def touched(engagements: QuerySet, period: Period) -> QuerySet:
    """Those with a settlement or a claim in the period."""
    settlements, claims = _own(period)
    return engagements.filter(Exists(settlements) | Exists(claims))


def with_figures(engagements: QuerySet, period: Period = ALWAYS) -> QuerySet:
    """Engagements with revenue, collected, expenses, margin, the estimate and the deviation from it."""
    settlements, claims = _own(period)
    revenue = _sum(settlements.values("engagement"), "net")
    expenses = _sum(claims.values("charged_to"), "approved_total")
    return (
        engagements.select_related("client", "department", "manager", "service_type")
        .annotate(
            contract_total=_CONTRACT_TOTAL,
            revenue=revenue,
            collected=_sum(settlements.values("engagement"), "receivable__collected"),
            expenses=expenses,
            estimated_fee=Coalesce(_FEE, _NOTHING, output_field=_MONEY),
            estimated_cost=Coalesce(F("contract__intake__estimated_cost"), _NOTHING, output_field=_MONEY),
        )
        .annotate(
            margin=in_cents(F("revenue") - F("expenses")),
            estimated_margin=in_cents(F("estimated_fee") - F("estimated_cost")),
            deviation=in_cents(F("revenue") - F("expenses") - F("estimated_fee") + F("estimated_cost")),
        )
    )


def _own(period: Period) -> tuple[QuerySet, QuerySet]:
    """Settlements and claims of one engagement of an outer query."""
    return (
        period.of(Settlement.objects.filter(engagement=OuterRef("pk"))),
        period.of(ExpenseClaim.objects.filter(charged_to=OuterRef("contract_id"))),
    )


def _sum(grouped: QuerySet, field: str) -> Any:
    one = grouped.annotate(sum=Sum(field)).values("sum")
    return in_cents(Coalesce(Subquery(one, output_field=_MONEY), _NOTHING))


@dataclass(frozen=True)
class Figures:
    """The sums of some engagements."""

    engagements: int = 0
    contract_total: Decimal = ZERO
    revenue: Decimal = ZERO
    collected: Decimal = ZERO
    expenses: Decimal = ZERO
    estimated_fee: Decimal = ZERO
    estimated_cost: Decimal = ZERO

    @property
    def margin(self) -> Decimal:
        return self.revenue - self.expenses

    @property
    def estimated_margin(self) -> Decimal:
        return self.estimated_fee - self.estimated_cost

    @property
    def deviation(self) -> Decimal:
        return self.margin - self.estimated_margin


@dataclass(frozen=True)
class ClientRow:
    """What one client brings."""

    pk: int
    number: str
    name: str
    figures: Figures


def totals_of(engagements: QuerySet, period: Period = ALWAYS) -> Figures:
    """The sums over all of these, set by set instead of row by row."""
    parts = _grouped(engagements, period, None)
    return parts.get(None, Figures())


def clients_of(engagements: QuerySet) -> QuerySet[Client]:
    """The clients of these engagements."""
    own = engagements.order_by().filter(client=OuterRef("pk"))
    return Client.objects.filter(ExistsByRow(own))


def by_client(
    engagements: QuerySet, period: Period = ALWAYS, *, order: str = "name", part: slice | None = None
) -> list[ClientRow]:
    """One row per client of these engagements, by name or number; with a `part` only these rows are added up."""
    words = "words" if order.endswith("name") else "number"
    sign = "-" if order.startswith("-") else ""
    rows = clients_of(engagements).annotate(words=order_in_readers_language()).order_by(f"{sign}{words}", f"{sign}pk")
    named = list(rows.values_list("pk", "number", "name", "name_en")[part or slice(None)])
    if part is None:
        found = _grouped(engagements, period, "client")
    else:
        found = _of_few(engagements.filter(client__in=[row[0] for row in named]), period) if named else {}
    return [
        ClientRow(pk, number, in_readers_language(name, name_en), found.get(pk, Figures()))
        for pk, number, name, name_en in named
    ]


def _of_few(engagements: QuerySet, period: Period) -> dict[int, Figures]:
    """Sums by client of a page's worth of engagements; one query, which looks up what belongs to each of them."""
    names = [field.name for field in fields(Figures) if field.name != "engagements"]
    sums: defaultdict[int, Figures] = defaultdict(Figures)
    for client, *values in with_figures(engagements, period).order_by().values_list("client", *names):
        so_far = sums[client]
        added = {name: getattr(so_far, name) + quantize(value) for name, value in zip(names, values, strict=True)}
        sums[client] = replace(so_far, engagements=so_far.engagements + 1, **added)
    return sums


def _grouped(engagements: QuerySet, period: Period, group: str | None) -> dict[Any, Figures]:
    """Sums by a field of the engagement, or of all together; as many queries for thousands of groups as for one."""
    pks = engagements.order_by().values("pk")
    contracts = engagements.order_by().values("contract")
    settlements = period.of(Settlement.objects.filter(engagement__in=pks))
    claims = period.of(ExpenseClaim.objects.filter(charged_to__in=contracts))
    work = Engagement.objects.filter(pk__in=pks).order_by()
    sums: defaultdict[Any, Figures] = defaultdict(Figures)
    for rows, path, aggregates in (
        (
            work,
            "",
            {
                "engagements": Count("pk"),
                "contract_total": Sum(_CONTRACT_TOTAL),
                "estimated_fee": Sum(_FEE),
                "estimated_cost": Sum("contract__intake__estimated_cost"),
            },
        ),
        (settlements, "engagement__", {"revenue": Sum("net"), "collected": Sum("receivable__collected")}),
        (claims, "charged_to__agencycontract__engagement__", {"expenses": Sum("approved_total")}),
    ):
        for key, values in _sums(rows, f"{path}{group}" if group else "", aggregates):
            sums[key] = replace(sums[key], **values)
    return sums


def _sums(rows: QuerySet, key: str, fields: dict[str, Any]) -> list[tuple[Any, dict[str, Any]]]:
    """(key, sums in cents) of each group."""
    aggregates = {f"sum_{name}": field for name, field in fields.items()}
    found = rows.values(key).annotate(**aggregates) if key else [rows.aggregate(**aggregates)]
    return [(row.get(key) if key else None, {name: _cents(row[f"sum_{name}"]) for name in fields}) for row in found]


def _cents(value: Any) -> Any:
    return value if isinstance(value, int) else quantize(value or ZERO)


def rate(part: Decimal, whole: Decimal) -> Decimal | None:
    """A margin in per cent of its revenue, one place; None without revenue."""
    return (part * 100 / whole).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP) if whole else None


def margin_rate(row: Any) -> Decimal | None:
    """Margin ÷ revenue in %."""
    return rate(row.margin, row.revenue)


def estimated_rate(row: Any) -> Decimal | None:
    """What the intake application expected, in %."""
    return rate(row.estimated_margin, row.estimated_fee)


def points(row: Any) -> Decimal | None:
    """By how many percentage points the margin differs from the expected one; None where one of them is unknown."""
    actual, expected = margin_rate(row), estimated_rate(row)
    return None if actual is None or expected is None else actual - expected
