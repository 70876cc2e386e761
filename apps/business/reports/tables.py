"""Columns of the profitability report, by engagement and by client."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.business.engagements.models import Engagement
from apps.business.engagements.wording import phase_of
from apps.business.reports.profitability import ClientRow, estimated_rate, margin_rate, points
from apps.core.tables import Column, Table


class EngagementProfitTable(Table):
    """One row per engagement."""

    columns = [
        Column("number", _("Number"), kind="link", sort="number"),
        Column("title", _("Title"), kind="longtext", width=28),
        Column("client", _("Client"), accessor="client.label", sort="client__name", width=24),
        Column("manager", _("Manager"), accessor="manager.name", sort="manager__name", export_only=True),
        Column("department", _("Department"), accessor="department.label", export_only=True),
        Column("service_type", _("Service type"), accessor="service_type.label", export_only=True),
        Column("phase", _("Phase"), kind="badge", accessor=phase_of, sort="phase"),
        Column(
            "contract_total", _("Contract total"), kind="money", sort="contract_total", total=True, export_only=True
        ),
        Column("revenue", _("Revenue without tax"), kind="money", sort="revenue", total=True),
        Column("collected", _("Collected with tax"), kind="money", total=True, export_only=True),
        Column("expenses", _("Direct expenses"), kind="money", sort="expenses", total=True),
        Column("margin", _("Margin"), kind="money", sort="margin", total=True),
        Column("margin_rate", _("Margin %"), kind="number", accessor=margin_rate),
        Column("estimated_fee", _("Estimated fee without tax"), kind="money", total=True, export_only=True),
        Column("estimated_cost", _("Estimated cost"), kind="money", total=True, export_only=True),
        Column("estimated_margin", _("Estimated margin"), kind="money", sort="estimated_margin", total=True),
        Column("estimated_rate", _("Estimated margin %"), kind="number", accessor=estimated_rate, export_only=True),
        Column("deviation", _("Deviation"), kind="money", sort="deviation", total=True),
        Column("points", _("Deviation in points"), kind="number", accessor=points),
    ]
    default_sort = "-pk"
    caption = _("Profitability by engagement")
    empty_title = _("No engagements to report on")
    empty_hint = _("Engagements appear here with what was settled and spent, from the day their contract is signed.")

    def row_class(self, row: Engagement) -> str:
        return "row-overdue" if row.margin < 0 else ""


def _of(name: str):
    """Reads one figure of a client's row."""

    def read(row: ClientRow):
        return getattr(row.figures, name)

    return read


class ClientProfitTable(Table):
    """One row per client; it opens the engagements of the client under the same filters."""

    columns = [
        Column("number", _("Number"), kind="link", sort="number"),
        Column("name", _("Client"), kind="longtext", sort="name", width=30),
        Column("engagements", _("Engagements"), kind="number", accessor=_of("engagements"), sort="engagements"),
        *(
            Column(name, label, kind="money", accessor=_of(name), sort=name, total=name, export_only=hidden)
            for name, label, hidden in (
                ("contract_total", _("Contract total"), False),
                ("revenue", _("Revenue without tax"), False),
                ("collected", _("Collected with tax"), True),
                ("expenses", _("Direct expenses"), False),
                ("margin", _("Margin"), False),
            )
        ),
        Column("margin_rate", _("Margin %"), kind="number", accessor=lambda row: margin_rate(row.figures)),
        *(
            Column(name, label, kind="money", accessor=_of(name), sort=name, total=name, export_only=hidden)
            for name, label, hidden in (
                ("estimated_fee", _("Estimated fee without tax"), True),
                ("estimated_cost", _("Estimated cost"), True),
                ("estimated_margin", _("Estimated margin"), False),
            )
        ),
        Column(
            "estimated_rate", _("Estimated margin %"), kind="number", accessor=lambda row: estimated_rate(row.figures)
        ),
        Column(
            "deviation", _("Deviation"), kind="money", accessor=_of("deviation"), sort="deviation", total="deviation"
        ),
        Column("points", _("Deviation in points"), kind="number", accessor=lambda row: points(row.figures)),
    ]
    default_sort = "name"
    caption = _("Profitability by client")
    empty_title = _("No clients to report on")
    empty_hint = _("Clients appear here as soon as they have an engagement.")

    def row_url(self, row: ClientRow) -> str:
        query = self.base.copy()
        query["client"] = str(row.pk)
        return f"{reverse('business:profitability')}?{query.urlencode()}"

    def row_class(self, row: ClientRow) -> str:
        return "row-overdue" if row.figures.margin < 0 else ""
