"""How well the company collects: days sales outstanding, collection rate, what is expected to come in when."""

import calendar
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, F, Q, QuerySet, Sum

from apps.core.money import quantize
from apps.finance.billing.amounts import due_date
from apps.finance.billing.models import Receivable, SalesInvoice
from apps.finance.receipts.models import ReceiptAllocation
from apps.finance.receivables.ageing import owed_on

ZERO = Decimal("0.00")
TENTH = Decimal("0.1")
USUAL_DAYS = 90
MONTHS = 12
MONTHS_AHEAD = 6


def dso(receivable: Decimal, sales: Decimal, days: int) -> Decimal | None:
    """Receivables ÷ sales × days, to a tenth; None where nothing was invoiced."""
    return (receivable * days / sales).quantize(TENTH, rounding=ROUND_HALF_UP) if sales > 0 else None


@dataclass(frozen=True)
class Collected:
    """Sales and receivables at the end of a period."""

    label: str
    end: dt.date
    receivable: Decimal
    sales: Decimal
    days: int

    @property
    def dso(self) -> Decimal | None:
        """Days sales outstanding."""
        return dso(self.receivable, self.sales, self.days)


@dataclass(frozen=True)
class Scope:
    """Whose invoices are counted: those a person sees, in one currency, of one department where one is given."""

    user: object
    currency: str
    department: object | None = None

    def invoices(self) -> QuerySet:
        """All issued, red ones among them."""
        rows = SalesInvoice.objects.visible_to(self.user).issued().filter(currency=self.currency)
        return rows.filter(receivable__department=self.department) if self.department else rows

    def receivables(self) -> QuerySet:
        rows = Receivable.objects.visible_to(self.user).live().filter(currency=self.currency)
        return rows.filter(department=self.department) if self.department else rows

    def allocations(self) -> QuerySet:
        """What receipts brought to these invoices."""
        rows = ReceiptAllocation.objects.filter(invoice__currency=self.currency)
        if self.department:
            rows = rows.filter(invoice__receivable__department=self.department)
        if self.user.has_perm("finance.view_all_receivables"):
            return rows
        return rows.filter(invoice__in=SalesInvoice.objects.visible_to(self.user).order_by().values("pk"))


def month_ends(today: dt.date, number: int = MONTHS) -> list[dt.date]:
    """The last days of the months before, and today for the current one."""
    ends, first = [today], today.replace(day=1)
    for _month in range(number - 1):
        last = first - dt.timedelta(days=1)
        ends.append(last)
        first = last.replace(day=1)
    return ends[::-1]


def by_month(scope: Scope, *, today: dt.date, days: int = USUAL_DAYS) -> list[Collected]:
    """Days sales outstanding at the end of each of the last twelve months; three queries, one row per day."""
    ends = month_ends(today)
    begin = ends[0] - dt.timedelta(days=days)
    invoiced = _by_day(scope.invoices(), "issued_on", "total", begin)
    paid = _by_day(scope.allocations(), "on", "amount", begin)
    found = []
    for end in ends:
        since = end - dt.timedelta(days=days)
        owed = _until(invoiced, end) - _until(paid, end)
        sales = sum((amount for day, amount in invoiced.items() if since < day <= end and day > begin), ZERO)
        found.append(Collected(f"{end:%Y-%m}", end, owed, sales, days))
    return found


def _by_day(rows: QuerySet, day: str, amount: str, begin: dt.date) -> dict[dt.date, Decimal]:
    """Sums by day; everything until `begin` stands on that day."""
    before = rows.filter(**{f"{day}__lte": begin}).order_by().aggregate(sum=Sum(amount))["sum"]
    later = rows.filter(**{f"{day}__gt": begin}).order_by().values(day).annotate(sum=Sum(amount))
    return {begin: quantize(before or 0), **{row[day]: quantize(row["sum"]) for row in later}}


def _until(sums: dict[dt.date, Decimal], end: dt.date) -> Decimal:
    return sum((amount for day, amount in sums.items() if day <= end), ZERO)


def by_department(scope: Scope, *, today: dt.date, days: int = USUAL_DAYS) -> list[tuple[int, Collected]]:
    """The same today for each department that is owed something or invoiced in the period, by its key."""
    key = "receivable__department"
    owed = owed_on(today, scope.invoices()).order_by().values(key).annotate(sum=Sum("owed"))
    owed = {row[key]: quantize(row["sum"]) for row in owed}
    since = today - dt.timedelta(days=days)
    sold = scope.invoices().filter(issued_on__gt=since, issued_on__lte=today).order_by()
    sold = {row[key]: quantize(row["sum"]) for row in sold.values(key).annotate(sum=Sum("total"))}
    return [(pk, Collected("", today, owed.get(pk, ZERO), sold.get(pk, ZERO), days)) for pk in sorted({*owed, *sold})]


@dataclass(frozen=True)
class Rate:
    """Of what fell due in a period, how much is collected."""

    due: Decimal
    collected: Decimal

    @property
    def percent(self) -> Decimal | None:
        """To a tenth; None where nothing fell due."""
        if self.due <= 0:
            return None
        return (self.collected * 100 / self.due).quantize(TENTH, rounding=ROUND_HALF_UP)


def collection_rate(scope: Scope, *, today: dt.date, days: int = USUAL_DAYS) -> Rate:
    """Invoices due in the period, less what was reversed of them, and what came in for them until now."""
    since = today - dt.timedelta(days=days)
    rows = scope.invoices().filter(red_of__isnull=True, due_on__gt=since, due_on__lte=today)
    sums = rows.order_by().aggregate(due=Sum(F("total") - F("reversed_total")), collected=Sum("collected"))
    return Rate(quantize(sums["due"] or 0), quantize(sums["collected"] or 0))


@dataclass(frozen=True)
class Expected:
    """What should come in within a month: from issued invoices, and from settlements not invoiced yet."""

    label: str
    invoiced: Decimal
    not_invoiced: Decimal

    @property
    def total(self) -> Decimal:
        return self.invoiced + self.not_invoiced


def forecast(scope: Scope, *, today: dt.date) -> list[Expected]:
    """By month of the due date: overdue, this and the next months, later. Not invoiced counts as if invoiced today."""
    months = _months_ahead(today)
    invoiced = owed_on(today, scope.invoices()).order_by().values("due_on").annotate(sum=Sum("owed"))
    issued = _into_months(((row["due_on"], row["sum"]) for row in invoiced), today, months)
    waiting = scope.receivables().filter(total__gt=F("invoiced")).order_by()
    waiting = waiting.values("opened_on", "term_days", "due_base").annotate(sum=Sum(F("total") - F("invoiced")))
    coming = _into_months(((_due_if_invoiced(row, today), row["sum"]) for row in waiting), today, months)
    return [Expected(label, issued[label], coming[label]) for label in ("overdue", *months, "later")]


def _due_if_invoiced(row: dict, today: dt.date) -> dt.date:
    return due_date(today, approved_on=row["opened_on"], term_days=row["term_days"], due_base=row["due_base"])


def _months_ahead(today: dt.date) -> list[str]:
    first, months = today.replace(day=1), []
    for _month in range(MONTHS_AHEAD):
        months.append(f"{first:%Y-%m}")
        first += dt.timedelta(days=calendar.monthrange(first.year, first.month)[1])
    return months


def _into_months(
    sums: Iterable[tuple[dt.date, Decimal]], today: dt.date, months: list[str]
) -> defaultdict[str, Decimal]:
    found: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for day, amount in sums:
        month = f"{day:%Y-%m}"
        found["overdue" if day < today else month if month in months else "later"] += quantize(amount)
    return found


def waiting_sums(scope: Scope) -> tuple[Decimal, int]:
    """What is settled and stands on no issued invoice, and on how many settlements."""
    rows = scope.receivables().filter(Q(total__gt=F("invoiced"))).order_by()
    sums = rows.aggregate(sum=Sum(F("total") - F("invoiced")), number=Count("pk"))
    return quantize(sums["sum"] or 0), sums["number"]
