"""Lists about engagements and their progress reports."""

from django.utils.translation import gettext_lazy as _

from apps.business.engagements.models import Engagement, ProgressReport
from apps.business.engagements.wording import health_of, phase_of, report_of, state_of_report
from apps.core import clock
from apps.core.tables import Column, Table


def _days_late(engagement: Engagement) -> int:
    return max((clock.today() - engagement.next_report_on).days, 0)


class EngagementTable(Table):
    """The register of engagements."""

    columns = [
        Column("number", _("Number"), sort="number"),
        Column("title", _("Title"), kind="link", sort="title", width=30),
        Column("client", _("Client"), accessor="client.label", sort="client__name", width=26),
        Column("service_type", _("Service type"), accessor="service_type.label", export_only=True),
        Column("department", _("Department"), accessor="department", export_only=True),
        Column("manager", _("Manager"), accessor="manager.name", sort="manager__name"),
        Column("phase", _("Phase"), kind="badge", accessor=phase_of, sort="phase"),
        Column("health", _("Health"), kind="badge", accessor=health_of),
        Column("health_note", _("Why"), kind="longtext", export_only=True),
        Column("planned_from", _("Planned from"), kind="date", export_only=True),
        Column("planned_to", _("Planned to"), kind="date", export_only=True),
        Column("started_on", _("Started on"), kind="date", export_only=True),
        Column("delivered_on", _("Delivered on"), kind="date", export_only=True),
        Column("closed_on", _("Closed on"), kind="date", export_only=True),
        Column("next_report_on", _("Next report"), kind="date", sort="report_order"),
        Column("contract", _("Contract"), accessor="contract_number", export_only=True),
        Column("total", _("Contract total"), kind="money", sort="total", total=True),
        Column("settled", _("Settled"), kind="money", sort="settled", total=True, export_only=True),
        Column("unsettled", _("Unsettled"), kind="money", sort="unsettled", total=True),
    ]
    default_sort = "-pk"
    caption = _("Engagements")
    empty_title = _("No engagements yet")
    empty_hint = _(
        "An engagement begins when its contract is signed. You see yours, those whose team you are in, and those of "
        "departments you head."
    )

    def row_class(self, row: Engagement) -> str:
        return "row-overdue" if report_of(row)[0] == "overdue" else ""


class DueTable(Table):
    """Whom the house owes a progress report."""

    columns = [
        Column("next_report_on", _("Promised for"), kind="date", sort="next_report_on"),
        Column("state", _("State"), kind="badge", accessor=report_of),
        Column("late", _("Days late"), kind="number", accessor=_days_late),
        Column("client", _("Client"), accessor="client.label", sort="client__name"),
        Column("number", _("Number"), sort="number"),
        Column("title", _("Engagement"), kind="link", sort="title"),
        Column("manager", _("Manager"), accessor="manager.name", sort="manager__name"),
        Column("phase", _("Phase"), kind="badge", accessor=phase_of),
        Column("last_sent", _("Last sent"), kind="datetime"),
    ]
    default_sort = "next_report_on"
    caption = _("Progress reports due")
    empty_title = _("Every client has heard what was promised")
    empty_hint = _("Engagements appear here a week before their next progress report is promised.")

    def row_url(self, row: Engagement) -> str:
        return row.reports_url()

    def row_class(self, row: Engagement) -> str:
        return "row-overdue" if _days_late(row) else ""


class ReportTable(Table):
    """The register of progress reports."""

    columns = [
        Column("engagement", _("Engagement"), accessor="engagement.number", sort="engagement__number"),
        Column("number", _("Report"), kind="number", sort="number"),
        Column("client", _("Client"), accessor="engagement.client.label", sort="engagement__client__name"),
        Column("title", _("Title"), kind="link", accessor="engagement.title", width=28),
        Column("due_on", _("Promised for"), kind="date"),
        Column("period_from", _("From"), kind="date", export_only=True),
        Column("period_to", _("To"), kind="date", export_only=True),
        Column("done", _("What was done"), kind="longtext", export_only=True),
        Column("coming", _("What comes next"), kind="longtext", export_only=True),
        Column("problems", _("Problems"), kind="longtext", export_only=True),
        Column("state", _("State"), kind="badge", accessor=state_of_report),
        Column("sent_at", _("Sent"), kind="datetime"),
        Column("sent_to", _("Sent to"), kind="longtext"),
        Column("answered_on", _("Answered on"), kind="date"),
        Column("answer", _("Client's answer"), kind="longtext", export_only=True),
        Column("author", _("Author"), accessor="author.name"),
    ]
    default_sort = "-pk"
    caption = _("Progress reports")
    empty_title = _("No progress reports yet")
    empty_hint = _("They are written on the page of the engagement.")

    def row_url(self, row: ProgressReport) -> str:
        return row.get_absolute_url()
