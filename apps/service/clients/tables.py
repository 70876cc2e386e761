"""Lists about clients."""

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core import clock
from apps.core.tables import Column, Table
from apps.org.records import RecordTable, active_column
from apps.service.clients.models import Client, ContactLog

TONES = {Client.Status.ACTIVE: "success", Client.Status.DORMANT: "warning", Client.Status.ENDED: "cancelled"}


def status_of(client: Client) -> tuple[str, str]:
    """(colour, words) of a client's status; a merged file says so."""
    if client.is_merged:
        return "cancelled", _now("Merged")
    return TONES[client.status], client.get_status_display()


def _owner(client: Client) -> str:
    return client.owner.name if client.owner_id else _now("shared pool")


def _of_contact(name: str):
    def read(client: Client) -> str:
        contact = client.primary_contact
        return getattr(contact, name) if contact else ""

    return read


def _label(name: str):
    def read(client: Client) -> str:
        record = getattr(client, name)
        return record.label if record else ""

    return read


def _code_of_grade(client: Client) -> str:
    return client.grade.code if client.grade_id else ""


class ClientTable(Table):
    """The client directory; an export of it can be imported again."""

    columns = [
        Column("number", _("Client number"), sort="number"),
        Column("name", _("Client"), kind="link", sort="name", width=32, accessor="label", screen_only=True),
        Column("full_name", _("Client"), accessor="name", export_only=True, width=32),
        Column("name_en", _("English name"), export_only=True),
        Column("kind", _("Kind of client"), accessor="get_kind_display", export_only=True),
        Column("uscc", _("Unified Social Credit Code"), export_only=True, width=22),
        Column("grade_code", _("Grade"), accessor=_code_of_grade, screen_only=True),
        Column("grade", _("Grade"), accessor=_label("grade"), export_only=True),
        Column("industry", _("Industry"), accessor=_label("industry")),
        Column("source", _("Source"), accessor=_label("source"), export_only=True),
        Column("source_detail", _("Source in detail"), export_only=True),
        Column("owner_name", _("Employee in charge"), accessor=_owner, screen_only=True),
        Column(
            "owner",
            _("Employee in charge"),
            accessor=lambda client: client.owner.username if client.owner_id else "",
            export_only=True,
        ),
        Column("phone", _("Phone"), export_only=True),
        Column("email", _("E-mail"), export_only=True),
        Column("website", _("Website"), export_only=True),
        Column("address", _("Address"), kind="longtext", export_only=True),
        Column("needs", _("Needs"), kind="longtext", export_only=True),
        Column("contact", _("Primary contact"), accessor=_of_contact("name"), export_only=True),
        Column("contact_title", pgettext_lazy("contact", "Position"), accessor=_of_contact("title"), export_only=True),
        Column("contact_mobile", _("Mobile"), accessor=_of_contact("mobile"), export_only=True),
        Column("contact_email", _("E-mail of the contact"), accessor=_of_contact("email"), export_only=True),
        Column("contacted_on", _("Last contact"), kind="date", sort="contact_from"),
        Column("completeness", _("Completeness"), kind="number", sort="completeness"),
        Column("freshness", _("Freshness"), kind="number", accessor=lambda client: client.freshness()),
        Column("status", _("Status"), kind="badge", accessor=status_of, sort="status"),
    ]
    default_sort = "-pk"
    caption = _("Clients")
    empty_title = _("No clients yet")
    empty_hint = _("Clients you are in charge of, those of departments you head, and the shared pool appear here.")


class DueForReviewTable(Table):
    """Files that wait for their review."""

    columns = [
        Column("name", _("Client"), kind="link", sort="name", accessor="label"),
        Column("number", _("Client number"), sort="number"),
        Column("grade", _("Grade"), accessor=_code_of_grade),
        Column("owner", _("Employee in charge"), accessor=_owner),
        Column("reviewed_on", _("Last review"), kind="date"),
        Column("days", _("Days since"), kind="number", accessor="days_since_review", sort="review_from"),
        Column("completeness", _("Completeness"), kind="number", sort="completeness"),
        Column("freshness", _("Freshness"), kind="number", accessor=lambda client: client.freshness()),
    ]
    default_sort = "days"
    caption = _("Reviews due")
    empty_title = _("No review is due")
    empty_hint = _("A client's file appears here when its last review is longer ago than the settings allow.")


class ToContactTable(Table):
    """Clients somebody has to be in touch with."""

    columns = [
        Column("name", _("Client"), kind="link", sort="name", accessor="label"),
        Column("grade", _("Grade"), accessor=_code_of_grade, sort="grade_order"),
        Column("owner", _("Employee in charge"), accessor=_owner),
        Column("contact", _("Primary contact"), accessor=_of_contact("name")),
        Column("mobile", _("Mobile"), accessor=_of_contact("mobile")),
        Column("contacted_on", _("Last contact"), kind="date", sort="contact_from"),
        Column("next_contact_on", _("Promised for"), kind="date"),
        Column("due_on", _("Due on"), kind="date", accessor="contact_due_on"),
        Column(
            "late",
            _("Days late"),
            kind="number",
            accessor=lambda client: (clock.today() - client.contact_due_on).days,
        ),
    ]
    default_sort = "grade"
    caption = _("Clients to contact")
    empty_title = _("Nobody waits for a contact")
    empty_hint = _("A client appears here on the day promised, or when the interval of its grade has passed.")

    def row_class(self, row: Client) -> str:
        return "row-overdue" if row.contact_due_on < clock.today() else ""


class ContactLogTable(Table):
    """The register of contacts."""

    columns = [
        Column("at", _("When"), kind="datetime", sort="at"),
        Column("client", _("Client"), kind="link", accessor="client.label"),
        Column("number", _("Client number"), accessor="client.number", export_only=True),
        Column("channel", _("Channel"), accessor="get_channel_display"),
        Column("contact", _("Spoke with"), accessor=lambda log: log.contact.name if log.contact_id else ""),
        Column("summary", _("What it was about"), kind="longtext"),
        Column("outcome", _("Outcome"), kind="longtext"),
        Column("next_contact_on", _("Next contact on"), kind="date"),
        Column("by", _("Written by"), accessor="by.name"),
    ]
    default_sort = "-at"
    caption = _("Contact log")
    empty_title = _("No contact recorded yet")
    empty_hint = _("Contacts are recorded on the page of the client.")

    def row_url(self, row: ContactLog) -> str:
        return row.client.get_absolute_url()


class ClassificationTable(RecordTable):
    """Industries and sources."""

    columns = [
        Column("code", _("Code"), kind="link", sort="code"),
        Column("name", _("Name"), accessor="label", sort="name"),
        Column("order", _("Order"), kind="number", sort="order"),
        active_column(),
    ]
    default_sort = "order"


class GradeTable(RecordTable):
    """Grades with their intervals."""

    columns = [
        Column("code", _("Code"), kind="link", sort="code"),
        Column("name", _("Name"), accessor="label", sort="name"),
        Column("contact_days", _("Contact every … days"), kind="number", sort="contact_days"),
        active_column(),
    ]
