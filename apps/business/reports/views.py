"""The profitability report, by engagement and by client."""

from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.business.reports.filters import ProfitabilityFilterSet
from apps.business.reports.permissions import reported_to, sees_profitability
from apps.business.reports.profitability import (
    ClientRow,
    Period,
    by_client,
    clients_of,
    rate,
    totals_of,
    with_figures,
)
from apps.business.reports.tables import ClientProfitTable, EngagementProfitTable
from apps.core.errors import Forbidden
from apps.core.lists import Total
from apps.core.pagination import CappedCount, Page, capped_count
from apps.documents.views.lists import LoggedList
from apps.service.clients.models import Client

#: columns whose order asks for no sums
NAMES = ("name", "number")


class _Profitability(LoggedList):
    """What both views of the report share: who reads it, which engagements it is about, and its tabs."""

    template_name = "business/profitability.html"
    filterset_class = ProfitabilityFilterSet

    def require_access(self) -> None:
        if not sees_profitability(self.request.user):
            raise Forbidden(_("Only management, Finance, auditors and heads of Business see profitability."))

    def queryset(self) -> QuerySet:
        return reported_to(self.request.user)

    @property
    def period(self) -> Period:
        """The period that revenue and expenses are counted in."""
        return self.filterset.chosen

    def extra_context(self) -> dict[str, Any]:
        query = self.parameters.copy()
        query.pop("sort", None)
        views = [(_("By engagement"), "business:profitability"), (_("By client"), "business:profitability-clients")]
        here = self.request.resolver_match.view_name
        tabs = [
            {
                "label": label,
                "url": f"{reverse(name)}?{query.urlencode()}" if query else reverse(name),
                "current": name == here,
            }
            for label, name in views
        ]
        return {"tabs": tabs, "period": self.period}

    def as_totals(self, count: CappedCount, amounts: list[tuple[Any, Decimal]]) -> list[Total]:
        """With the margin of the whole in per cent, as it came and as it was expected."""
        sums = {column.name: amount for column, amount in amounts}
        rates = [
            (_("Margin %"), rate(sums["margin"], sums["revenue"])),
            (_("Estimated margin %"), rate(sums["estimated_margin"], sums["estimated_fee"])),
        ]
        return [*super().as_totals(count, amounts), *(Total(label, f"{value or 0} %") for label, value in rates)]


class EngagementProfitability(_Profitability):
    """Each engagement with what it brought, what it cost, and what was expected of it."""

    title = gettext_lazy("Profitability by engagement")
    table_class = EngagementProfitTable

    @cached_property
    def engagements(self) -> QuerySet:
        """What the filters leave, without figures."""
        return self.filterset.qs

    @cached_property
    def rows(self) -> QuerySet:
        return with_figures(self.engagements, self.period)

    def totals(self) -> list[Total]:
        sums = totals_of(self.engagements, self.period)
        amounts = [(column, getattr(sums, column.name)) for column in self.table_class.columns if column.total]
        return self.as_totals(capped_count(self.engagements), amounts)


class _Rows:
    """The clients of the report in their order, as exports read them."""

    model = Client

    def __init__(self, rows: list[ClientRow]):
        self.rows = rows

    def count(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[ClientRow]:
        return iter(self.rows)


class ClientProfitability(_Profitability):
    """Each client with the sums of its engagements. The rows are groups, so order and pages are made here."""

    title = gettext_lazy("Profitability by client")
    table_class = ClientProfitTable

    @cached_property
    def clients(self) -> list[ClientRow]:
        """What the filters leave, in the order of the page."""
        name = self._order[1]
        column = name.lstrip("-")
        read = attrgetter(column if column in NAMES else f"figures.{column}")
        rows = by_client(self.rows, self.period)
        return sorted(rows, key=lambda row: (read(row), row.pk), reverse=name.startswith("-"))

    @cached_property
    def page(self) -> Page:
        get = self.request.GET
        asked = get.get("after") or get.get("before") or "0"
        start = int(asked) if asked.isdecimal() and len(asked) < 9 else 0
        return self._page_from(start) or self._page_from(0) or Page()

    def _page_from(self, start: int) -> Page | None:
        stop = start + self.page_size
        rows = self._part(start, stop + 1)
        if not rows:
            return None
        return Page(
            rows[: self.page_size],
            before=str(max(start - self.page_size, 0)) if start else "",
            after=str(stop) if len(rows) > self.page_size else "",
        )

    def _part(self, start: int, stop: int) -> list[ClientRow]:
        """Some rows. In the order of their names only they are added up; in that of a figure all have to be."""
        name = self._order[1]
        if name.lstrip("-") in NAMES:
            return by_client(self.rows, self.period, order=name, part=slice(start, stop))
        return self.clients[start:stop]

    def ordered_rows(self) -> _Rows:
        return _Rows(self.clients)

    def totals(self) -> list[Total]:
        sums = totals_of(self.rows, self.period)
        amounts = [(column, getattr(sums, column.name)) for column in self.table_class.columns if column.total]
        return self.as_totals(capped_count(clients_of(self.rows)), amounts)
