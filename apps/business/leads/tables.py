"""Lists of leads and opportunities."""

import datetime as dt

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.business.leads.models import Lead, Opportunity
from apps.core.tables import Column, Table

TONES = {
    Lead.State.NEW: "info",
    Lead.State.QUALIFIED: "success",
    Lead.State.DISCARDED: "cancelled",
    Opportunity.State.OPEN: "info",
    Opportunity.State.WON: "success",
    Opportunity.State.LOST: "cancelled",
}


def state_of(row: Lead | Opportunity) -> tuple[str, str]:
    """(colour, words) of a state."""
    return TONES[row.state], row.get_state_display()


def owner_of(row: Lead | Opportunity) -> str:
    """Who is in charge, or the pool."""
    if row.owner_id:
        return row.owner.name
    return _now("shared pool") if row.is_open else ""


def _label(name: str):
    def read(row) -> str:
        record = getattr(row, name)
        return record.label if record else ""

    return read


def _returns_on(lead: Lead) -> dt.date | None:
    return lead.returns_on(lead.pool_days)


class LeadTable(Table):
    """Leads; rows carry `pool_days`."""

    columns = [
        Column("number", _("Number"), kind="link", sort="number"),
        Column("company_name", _("Company"), sort="company_name", width=32),
        Column("contact_name", _("Contact person")),
        Column("phone", _("Phone"), export_only=True),
        Column("email", _("E-mail"), export_only=True),
        Column("source", _("Source"), accessor=_label("source")),
        Column("source_detail", _("Source in detail"), export_only=True),
        Column("referred_by", _("Referred by client"), accessor=_label("referred_by"), export_only=True),
        Column("service_type", _("Service type"), accessor=_label("service_type"), export_only=True),
        Column("need", _("What they need"), kind="longtext", export_only=True),
        Column("owner", _("Employee in charge"), accessor=owner_of),
        Column("next_step", _("Next step"), kind="longtext"),
        Column("next_step_on", _("Next step on"), kind="date"),
        Column("active_on", _("Last activity"), kind="date", sort="active_on"),
        Column("returns_on", _("Returns to the pool on"), kind="date", accessor=_returns_on, export_only=True),
        Column("entered_on", _("Entered on"), kind="date", export_only=True),
        Column("state", _("State"), kind="badge", accessor=state_of, sort="state"),
        Column("discard_reason", _("Why it was discarded"), accessor=_label("discard_reason"), export_only=True),
    ]
    default_sort = "-pk"
    caption = _("Leads")
    empty_title = _("No leads yet")
    empty_hint = _("Leads you are in charge of, those of departments you head, and the shared pool appear here.")

    def row_class(self, row: Lead) -> str:
        return "row-overdue" if row.is_stale(row.pool_days) else ""


class PoolTable(Table):
    """Leads nobody is in charge of; the chosen ones can be taken."""

    columns = [
        Column("company_name", _("Company"), kind="link", sort="company_name"),
        Column("number", _("Number"), sort="number"),
        Column("source", _("Source"), accessor=_label("source")),
        Column("service_type", _("Service type"), accessor=_label("service_type")),
        Column("need", _("What they need"), kind="longtext"),
        Column("entered_on", _("Entered on"), kind="date", sort="entered_on"),
        Column("active_on", _("Last activity"), kind="date", sort="active_on"),
    ]
    default_sort = "-pk"
    caption = _("Shared pool")
    empty_title = _("The pool is empty")
    empty_hint = _("Leads without an employee in charge appear here, and those about which nothing was done too long.")


class TakingPoolTable(PoolTable):
    """The pool with check boxes."""

    select_name = "leads"


def _stands(row: Opportunity) -> tuple[str, str]:
    """The stage of an open one, the end of a closed one."""
    tone, words = state_of(row)
    return tone, row.stage.label if row.is_open else words


class PipelineTable(Table):
    """Opportunities with their stage and weighted amount; rows carry `weighted`."""

    columns = [
        Column("number", _("Number"), kind="link", sort="number"),
        Column("title", _("Title"), sort="title", width=30),
        Column("client", _("Client"), accessor="client.label", width=28),
        Column("service_type", _("Service type"), accessor=_label("service_type"), export_only=True),
        Column("stands", _("Stage"), kind="badge", accessor=_stands, sort="stage__order", screen_only=True),
        Column("stage", _("Stage"), accessor="stage.label", export_only=True),
        Column("expected_amount", _("Expected amount"), kind="money", sort="expected_amount", total=True),
        Column("probability", _("Probability in %"), kind="number", export_only=True),
        Column("weighted", _("Weighted amount"), kind="money", accessor="weighted_amount", total="weighted"),
        Column("days_in_stage", _("Days in stage"), kind="number", sort="stage_since"),
        Column("expected_on", _("Expected signature"), kind="date", export_only=True),
        Column("owner", _("Employee in charge"), accessor=owner_of),
        Column("next_step_on", _("Next step on"), kind="date"),
        Column("next_step", _("Next step"), kind="longtext"),
        Column("active_on", _("Last activity"), kind="date", export_only=True),
        Column("competitor", _("Competitor"), export_only=True),
        Column("state", _("State"), accessor="get_state_display", export_only=True),
        Column("closed_on", _("Closed on"), kind="date", export_only=True),
        Column("lost_reason", _("Why it was lost"), accessor=_label("lost_reason"), export_only=True),
        Column("lost_note", _("Remark"), export_only=True),
    ]
    default_sort = "-pk"
    caption = _("Opportunities")
    empty_title = _("No opportunities yet")
    empty_hint = _("Qualify a lead, or begin one for a client. Yours and those of departments you head appear here.")

    def row_class(self, row: Opportunity) -> str:
        return "row-overdue" if row.is_stale else ""
