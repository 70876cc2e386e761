"""The ageing as of any day: by client, by manager, by department, and by invoice behind each of them."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from functools import cached_property
from typing import IO, Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.lists import Total
from apps.core.money import format_money
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
        chart, figures = age_chart(self.sums, self.buckets, _("Outstanding by days overdue"))
        return {
            "as_of": self.as_of,
            "currency": self.currency,
            "tabs": [
                {"label": label, "url": self.address(name), "current": name == self.tab} for name, label in TABS.items()
            ],
            "chart": chart if self.sums.owed else None,
            "figures": figures,
        }

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
        return self.in_order(self.named(found))

    def named(self, found: list[Sums]) -> Iterable[Group]:
        """The groups with what they are named after."""
        subjects = self.subjects().in_bulk([sums.key for sums in found])
        return [self.group(sums, subjects[sums.key]) for sums in found]

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

    @cached_property
    def page(self) -> Page:
        """The groups of this page; cursors are the numbers of the pages beside it."""
        asked = self.request.GET.get("after") or self.request.GET.get("before") or "1"
        last = max(1, -(-len(self.groups) // self.page_size))
        number = min(max(int(asked), 1), last) if asked.isdecimal() and len(asked) < 7 else 1
        start = (number - 1) * self.page_size
        return Page(
            self.groups[start : start + self.page_size],
            before=str(number - 1) if number > 1 else "",
            after=str(number + 1) if number < last else "",
        )

    def ordered_rows(self) -> GroupRows:
        return self.groups

    def totals(self) -> list[Total]:
        """Groups, outstanding, and each bucket; what stands on no invoice beside it."""
        unapplied = sum((group.unapplied for group in self.groups), ZERO)
        totals = [Total(_("Rows"), f"{len(self.groups):,}"), *_in_totals(self.sums, self.buckets)]
        return [*totals, Total(_("Unapplied receipts"), format_money(unapplied))] if unapplied else totals

    def _totals_at_hand(self) -> list[Total]:
        return self.totals()


class AgeingByClient(AgeingGroups):
    """Which client owes how much since when; receipts that stand on no invoice beside it."""

    tab = "ageing"
    header = gettext_lazy("Client")
    key = parameter = "client"

    @cached_property
    def table_class(self) -> type[Table]:
        extra = Extra(self.request.user, lambda: [group.pk for group in self.groups])
        return tables.group_table(self.header, buckets=self.buckets, extra=extra, unapplied=self.shows_unapplied)

    @property
    def shows_unapplied(self) -> bool:
        """A receipt has a client and nothing else that the filters ask about."""
        asked = set(self.parameters)
        return not asked & {"manager", "department", "bucket", "q"}

    def subjects(self) -> QuerySet:
        return Client.objects.select_related("grade")

    def named(self, found: list[Sums]) -> Iterable[Group]:
        """Clients with open invoices, and those that only have money waiting here."""
        left = ageing.unapplied_by_client(self.unapplied()) if self.shows_unapplied else {}
        known = {sums.key for sums in found}
        nothing = (ZERO,) * len(self.buckets)
        found = [*found, *(Sums(pk, ZERO, nothing, None, 0) for pk in left if pk not in known)]
        subjects = self.subjects().in_bulk([sums.key for sums in found])
        return [self.group(sums, subjects[sums.key], unapplied=left.get(sums.key, ZERO)) for sums in found]

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
