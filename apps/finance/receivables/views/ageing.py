"""The ageing as of any day: by client, by manager, by department, and by invoice behind each of them."""

import datetime as dt
from collections.abc import Collection, Iterable
from decimal import Decimal
from functools import cached_property
from typing import IO, Any

from django.db.models import Count, DateField, ExpressionWrapper, F, QuerySet, Sum
from django.db.models.functions import Coalesce, Least
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.lists import Total
from apps.core.models import in_cents, order_in_readers_language
from apps.core.money import format_money, quantize
from apps.core.pagination import Page, capped_count
from apps.core.tables import Table
from apps.documents.views.lists import LoggedList
from apps.finance.billing.models import SalesInvoice
from apps.finance.receipts.models import Receipt
from apps.finance.receivables import ageing, tables
from apps.finance.receivables.ageing import Buckets, Sums
from apps.finance.receivables.charts import age_chart
from apps.finance.receivables.columns import Extra
from apps.finance.receivables.filters import AgeingFilterSet, currency_of, day_of
from apps.finance.receivables.groups import Group, GroupRows
from apps.org.models import Department, User
from apps.service.clients.models import Client

ZERO = Decimal("0.00")
#: which sums the order by a column needs
_ORDERED_BY = {
    "label": (),
    "invoices": (),
    "owed": ("sum_owed",),
    "overdue": ("sum_owed", "part_0"),
    "days_overdue": ("oldest",),
}
TABS = {
    "ageing": gettext_lazy("By client"),
    "ageing-managers": gettext_lazy("By manager"),
    "ageing-departments": gettext_lazy("By department"),
    "ageing-invoices": gettext_lazy("By invoice"),
}


class AgeingPage(LoggedList):
    """What the pages of the ageing share: the day, the currency, the buckets, the open invoices of that day."""

    title = gettext_lazy("Receivables by age")
    filterset_class = AgeingFilterSet
    template_name = "finance/ageing.html"
    totals_template = "finance/_ageing_whole.html"
    tab = ""

    @property
    def as_of(self) -> dt.date:
        return day_of(self.request.GET)

    @cached_property
    def currency(self) -> str:
        return currency_of(self.request.GET)

    @cached_property
    def buckets(self) -> Buckets:
        return Buckets.current()

    def queryset(self) -> QuerySet:
        rows = ageing.owed_on(self.as_of, SalesInvoice.objects.visible_to(self.request.user))
        return rows.filter(currency=self.currency)

    def export_meta(self) -> list[tuple[str, str]]:
        day = (_("As of"), f"{self.as_of.isoformat()} · {self.currency}")
        company, *rest = super().export_meta()
        return [company, day, *rest]

    @cached_property
    def sums(self) -> Sums:
        """What everything that is left by the filters adds up to."""
        return ageing.added_up(self.rows, as_of=self.as_of, buckets=self.buckets)

    def extra_context(self) -> dict[str, Any]:
        return {
            "as_of": self.as_of,
            "currency": self.currency,
            "tabs": [
                {"label": label, "url": self.address(name), "current": name == self.tab} for name, label in TABS.items()
            ],
            **(self.picture() if self._totals_at_hand() is not None else {}),
        }

    def totals_context(self) -> dict[str, Any]:
        return {**super().totals_context(), **self.picture()}

    def picture(self) -> dict[str, Any]:
        """The whole as a chart and its table; nothing where nothing is open."""
        chart, figures = age_chart(self.sums, self.buckets, _("Outstanding by days overdue"))
        return {"chart": chart, "figures": figures} if self.sums.owed else {}

    def address(self, name: str, **more: str) -> str:
        """Another page of the ageing under the same filters."""
        query: QueryDict = self.parameters.copy()
        query.pop("sort", None)
        for key, value in more.items():
            query[key] = value
        return f"{reverse(f'finance:{name}')}?{query.urlencode()}" if query else reverse(f"finance:{name}")


class AgeingInvoices(AgeingPage):
    """The invoices one by one, the oldest due first."""

    tab = "ageing-invoices"
    #: on paper there is room for fewer columns
    printed = False

    @cached_property
    def table_class(self) -> type[Table]:
        extra = Extra(self.request.user, self._clients)
        return tables.invoice_table(as_of=self.as_of, buckets=self.buckets, extra=extra, printed=self.printed)

    def write_export(self, stream: IO[bytes], name: str, rows: Any = None) -> int:
        self.printed = name == "pdf"
        self.__dict__.pop("table_class", None)
        return super().write_export(stream, name, rows)

    def _clients(self) -> Iterable[int]:
        return list(self.rows.order_by().values_list("client", flat=True).distinct())

    def queryset(self) -> QuerySet:
        related = ("client__grade", "receivable__manager", "receivable__contract", "receivable__document")
        return super().queryset().select_related(*related)

    def totals(self) -> list[Total]:
        """Rows, outstanding, and each bucket."""
        rows = Total(_("Rows"), str(capped_count(self.rows)))
        return [rows, *_in_totals(self.sums, self.buckets)]

    def _totals_at_hand(self) -> list[Total]:
        return self.totals()


class AgeingGroups(AgeingPage):
    """Invoices added up; a page is a slice of the groups, which are few beside the invoices."""

    #: the table is wide
    page_size = 25

    header: Any = ""
    key = ""
    #: the filter that leads from a group to its invoices
    parameter = ""

    @cached_property
    def table_class(self) -> type[Table]:
        return tables.group_table(self.header, buckets=self.buckets, extra=None, unapplied=False)

    def subjects(self) -> QuerySet:
        """What the groups are named after."""
        raise NotImplementedError

    @cached_property
    def groups(self) -> GroupRows:
        """All groups in the order of the page."""
        found = ageing.grouped(self.rows, self.key, as_of=self.as_of, buckets=self.buckets)
        subjects = self.subjects().in_bulk([sums.key for sums in found])
        return self.in_order(self.group(sums, subjects[sums.key]) for sums in found)

    def group(self, sums: Sums, subject: Any, **values: Any) -> Group:
        """One row that leads to its invoices."""
        url = self.address("ageing-invoices", **{self.parameter: str(subject.pk)})
        return Group(sums, subject, self.as_of, url=url, **values)

    def in_order(self, groups: Iterable[Group]) -> GroupRows:
        """By the column somebody chose, the rest by name."""
        field = self._order[1]
        rows = sorted(groups, key=lambda group: group.label)
        rows.sort(key=lambda group: getattr(group, field.lstrip("-")), reverse=field.startswith("-"))
        return GroupRows(rows)

    @cached_property
    def sums(self) -> Sums:
        return ageing.total_of((group.sums for group in self.groups), self.buckets)

    @property
    def count(self) -> int:
        """How many groups there are."""
        return len(self.groups)

    @property
    def unapplied_sum(self) -> Decimal:
        """What stands on no invoice, in all groups."""
        return ZERO

    def part(self, start: int, stop: int) -> list[Group]:
        """Some groups in the order of the page."""
        return self.groups[start:stop]

    @cached_property
    def page(self) -> Page:
        """The groups of this page; cursors are the numbers of the pages beside it. Behind the last is the first."""
        asked = self.request.GET.get("after") or self.request.GET.get("before") or "1"
        number = max(int(asked), 1) if asked.isdecimal() and len(asked) < 7 else 1
        return self._page(number) or self._page(1) or Page()

    def _page(self, number: int) -> Page | None:
        start = (number - 1) * self.page_size
        found = self.part(start, start + self.page_size + 1)
        if not found:
            return None
        return Page(
            found[: self.page_size],
            before=str(number - 1) if number > 1 else "",
            after=str(number + 1) if len(found) > self.page_size else "",
        )

    def ordered_rows(self) -> GroupRows:
        return self.groups

    def totals(self) -> list[Total]:
        """Groups, outstanding, and each bucket; what stands on no invoice beside it."""
        totals = [Total(_("Rows"), f"{self.count:,}"), *_in_totals(self.sums, self.buckets)]
        unapplied = self.unapplied_sum
        return [*totals, Total(_("Unapplied receipts"), format_money(unapplied))] if unapplied else totals

    def _totals_at_hand(self) -> list[Total]:
        return self.totals()


class AgeingByClient(AgeingGroups):
    """Which client owes how much since when; receipts that stand on no invoice beside it.

    Clients are many: the database adds up, puts in order, and hands over the page.
    """

    tab = "ageing"
    header = gettext_lazy("Client")
    key = parameter = "client"

    @cached_property
    def table_class(self) -> type[Table]:
        extra = Extra(self.request.user, self._shown)
        return tables.group_table(self.header, buckets=self.buckets, extra=extra, unapplied=self.shows_unapplied)

    def _shown(self) -> list[int]:
        """The clients of the page, or of the export that is being written."""
        rows = self.groups if "groups" in self.__dict__ else self.page.rows
        return [group.pk for group in rows]

    @property
    def shows_unapplied(self) -> bool:
        """A receipt has a client and nothing else that the filters ask about."""
        asked = set(self.parameters)
        return not asked & {"manager", "department", "bucket", "q"}

    def named(self, clients: QuerySet) -> QuerySet:
        """With what a row shows of the client."""
        shown = ("number", "name", "name_en", "contacted_on", "grade__name", "grade__name_en")
        return clients.select_related("grade").only(*shown)

    def clients(self, figures: Collection[str] | None = None) -> QuerySet:
        """Clients with open invoices, and those that only have money waiting here; unordered."""
        receipts = self.unapplied() if self.shows_unapplied else None
        return ageing.by_client(self.rows, receipts, as_of=self.as_of, buckets=self.buckets, figures=figures)

    @cached_property
    def whole(self) -> tuple[Sums, int, Decimal]:
        """What all of them add up to, how many they are, and what stands on no invoice."""
        return ageing.whole_of(self.clients(), self.buckets)

    @property
    def sums(self) -> Sums:
        return self.whole[0]

    @property
    def count(self) -> int:
        return self.whole[1]

    @property
    def unapplied_sum(self) -> Decimal:
        return self.whole[2]

    @cached_property
    def groups(self) -> GroupRows:
        """All of them, for exports."""
        return GroupRows(self.made(self._ordered(self.named(self.clients()))))

    def part(self, start: int, stop: int) -> list[Group]:
        """Which clients they are, then the sums of these alone."""
        pks = self._who_owes(start, stop)
        if len(pks) < stop - start:
            order = self._ordered(self.clients(_ORDERED_BY[self._column]))
            pks = list(order.values_list("pk", flat=True)[start:stop])
        mine = {"as_of": self.as_of, "buckets": self.buckets}
        receipts = self.unapplied().filter(client__in=pks) if self.shows_unapplied else None
        found = self.named(ageing.by_client(self.rows.filter(client__in=pks), receipts, **mine)).in_bulk(pks)
        return self.made(found[pk] for pk in pks)

    def _who_owes(self, start: int, stop: int) -> list[int]:
        """The clients of a page in a descending order that puts everybody with an open invoice before the others.

        Those are found among the open invoices alone; fewer than the page has room for where they end.
        """
        by = {"-owed": in_cents(Sum("to_add")), "-invoices": Count("pk")}.get(self._order[1])
        if by is None:
            return []
        rows = self.rows.order_by().values("client").annotate(by=by, words=order_in_readers_language("client__"))
        return list(rows.order_by("-by", "words", "client").values_list("client", flat=True)[start:stop])

    def _totals_at_hand(self) -> list[Total] | None:
        """The rest of the whole comes after the page."""
        if "totals" not in self.request.GET and (self.page.before or self.page.after):
            return None
        return self.totals()

    def made(self, clients: Iterable[Client]) -> list[Group]:
        """The rows of these clients."""
        return [
            self.group(ageing.sums_of(row, self.buckets), row, unapplied=quantize(row.unapplied)) for row in clients
        ]

    @property
    def _column(self) -> str:
        return self._order[1].lstrip("-")

    def _ordered(self, clients: QuerySet) -> QuerySet:
        """By the column somebody chose, the rest by name."""
        column, descending = self._column, self._order[1].startswith("-")
        owed, late = Coalesce(F("sum_owed"), ZERO), Coalesce(F("oldest"), self.as_of)
        by = {
            "label": lambda: F("words"),
            "invoices": lambda: Coalesce(F("invoices_number"), 0),
            "owed": lambda: in_cents(owed),
            "overdue": lambda: in_cents(owed - Coalesce(F("part_0"), ZERO)),
            "days_overdue": lambda: ExpressionWrapper(Least(late, self.as_of), output_field=DateField()),
        }[column]()
        descending = descending != (column == "days_overdue")  # the earlier it was due, the more days it is late
        rows = clients.annotate(words=order_in_readers_language())
        return rows.order_by(by.desc() if descending else by.asc(), "words", "pk")

    def unapplied(self) -> QuerySet:
        """Receipts of the clients the filters leave."""
        rows = Receipt.objects.visible_to(self.request.user).filter(currency=self.currency)
        if not self.filterset.form.is_valid():
            return ageing.unapplied_on(self.as_of, rows.none())
        for name, path in (("client", "client"), ("grade", "client__grade")):
            if value := self.filterset.form.cleaned_data.get(name):
                rows = rows.filter(**{path: value})
        return ageing.unapplied_on(self.as_of, rows)


class AgeingByManager(AgeingGroups):
    """Who is responsible for how much."""

    tab = "ageing-managers"
    header = gettext_lazy("Responsible")
    key = "receivable__manager"
    parameter = "manager"

    def subjects(self) -> QuerySet:
        return User.objects.all()


class AgeingByDepartment(AgeingGroups):
    """Which department's clients owe how much."""

    tab = "ageing-departments"
    header = gettext_lazy("Department")
    key = "receivable__department"
    parameter = "department"

    def subjects(self) -> QuerySet:
        return Department.objects.all()


def _in_totals(sums: Sums, buckets: Buckets) -> list[Total]:
    parts = zip(buckets.labels, sums.parts, strict=True)
    return [
        Total(_("Outstanding"), format_money(sums.owed)),
        *(Total(label, format_money(sum_)) for label, sum_ in parts),
    ]
