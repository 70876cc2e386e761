"""Lists about credit."""

from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core import clock
from apps.core.tables import Column, Table
from apps.documents.tables import DocumentTable
from apps.risk.credit.exposure import CreditPicture
from apps.risk.credit.models import CreditWaiver, ScoringModel
from apps.service.clients.models import Client


@dataclass(frozen=True)
class ExposureRow:
    """A client and how they stand."""

    client: Client
    picture: CreditPicture

    @property
    def pk(self) -> int:
        return self.client.pk


def standing_of(picture: CreditPicture) -> tuple[str, str]:
    """The most serious thing to be said: (colour, words)."""
    if picture.hold:
        return "rejected", _now("On hold")
    if picture.available < 0:
        return "overdue", _now("Over the limit")
    if picture.is_overdue:
        return "overdue", _now("Overdue")
    if picture.expired:
        return "returned", _now("Limit expired")
    return "approved", _now("Within the limit")


def waiver_standing(waiver: CreditWaiver) -> tuple[str, str]:
    """Whether an exception still holds: (colour, words)."""
    if waiver.revoked_on:
        return "cancelled", _now("Revoked")
    if waiver.expires_on < clock.today():
        return "draft", _now("Expired")
    return "approved", _now("Valid")


def _of(name: str):
    return lambda row: getattr(row.picture, name)


def _owner(row: ExposureRow) -> str:
    return row.client.owner.name if row.client.owner_id else _now("shared pool")


def _grade(row: ExposureRow) -> str:
    return row.client.grade.code if row.client.grade_id else ""


class ExposureTable(Table):
    """Credit exposure and utilisation by client (domain.md §1.25)."""

    columns = [
        Column("number", _("Client number"), accessor="client.number", sort="number"),
        Column("client", _("Client"), kind="link", accessor="client.label", sort="name", width=30),
        Column("grade", _("Grade"), accessor=_grade, export_only=True),
        Column("owner", _("Employee in charge"), accessor=_owner, export_only=True),
        Column("standing", _("Standing"), kind="badge", accessor=lambda row: standing_of(row.picture)),
        Column("utilisation", _("Utilisation %"), kind="number", accessor=_of("utilisation"), sort="utilisation"),
        Column(
            "limit", pgettext_lazy("credit", "Limit"), kind="money", accessor=_of("limit"), sort="limit", total="limit"
        ),
        Column("exposure", _("Exposure"), kind="money", accessor=_of("exposure"), sort="exposure", total="exposure"),
        Column(
            "available", _("Available"), kind="money", accessor=_of("available"), sort="available", total="available"
        ),
        Column("overdue", _("Overdue"), kind="money", accessor=_of("overdue"), sort="overdue", total="overdue"),
        Column("overdue_days", _("Days overdue"), kind="number", accessor=_of("overdue_days"), sort="overdue_days"),
        Column("term_days", pgettext_lazy("payment", "Term"), kind="number", accessor=_of("term_days")),
        Column("valid_until", _("Valid until"), kind="date", accessor=_of("valid_until")),
        Column("not_invoiced", _("Not invoiced"), kind="money", accessor=_of("not_invoiced"), total="not_invoiced"),
        Column("unpaid", _("Unpaid"), kind="money", accessor=_of("unpaid"), total="unpaid"),
        Column("contracts", _("Contracts × rate"), kind="money", accessor=_of("contracts"), total="contracts"),
        Column("unapplied", _("Unapplied"), kind="money", accessor=_of("unapplied"), total="unapplied"),
        Column(
            "hold",
            _("Hold"),
            accessor=lambda row: row.picture.hold.reason if row.picture.hold else "",
            export_only=True,
            width=30,
        ),
    ]
    default_sort = "-utilisation"
    caption = _("Credit exposure and utilisation by client")
    empty_title = _("No clients yet")
    empty_hint = _("Every client of the company is a row here, the one that uses most of its limit first.")

    def row_url(self, row: ExposureRow) -> str:
        return reverse("risk:client-credit", args=[row.client.pk])

    def row_class(self, row: ExposureRow) -> str:
        return "row-overdue" if row.picture.hold or row.picture.available < 0 else ""


def sort_key(name: str, picture: CreditPicture, words: dict[str, str]):
    """What a picture is ordered by; owing without any limit is more than any utilisation."""
    if name in words:
        return words[name]
    value = getattr(picture, name)
    return Decimal("Infinity") if value is None else value


class AssessmentTable(DocumentTable):
    """The register of assessments."""

    columns = [
        Column("number", _("Number"), kind="link", sort="number", accessor=lambda row: row.number or _now("Draft")),
        Column("client", _("Client"), accessor=lambda row: row.client.label if row.client_id else "", width=30),
        Column("score", _("Score"), kind="number"),
        Column("grade", _("Grade")),
        Column("band_limit", _("Limit by the score"), kind="money", export_only=True),
        Column("amount", _("Proposed limit"), kind="money", sort="amount", total=True),
        Column("term_days", pgettext_lazy("payment", "Term"), kind="number"),
        Column("valid_until", _("Valid until"), kind="date"),
        Column("applicant", _("Applicant"), accessor="applicant.name"),
        Column("state", _("State"), kind="badge", accessor="standing"),
        Column("submitted_at", _("Submitted"), kind="datetime"),
    ]
    empty_title = _("No credit assessments yet")
    empty_hint = _("Assess a client to give it a limit and a term of its own.")


class WaiverTable(Table):
    """Exceptions from a closed gate."""

    columns = [
        Column("document", _("Paper"), accessor="document.number"),
        Column("client", _("Client"), kind="link", accessor="client.label", width=30),
        Column("amount", _("Amount let through"), kind="money", sort="amount", total=True),
        Column("term_days", pgettext_lazy("payment", "Term"), kind="number"),
        Column("reason", _("Reason"), kind="longtext"),
        Column("granted_by", _("Granted by"), accessor="granted_by.name"),
        Column("granted_at", _("Granted"), kind="datetime", sort="granted_at"),
        Column("expires_on", _("Expires"), kind="date", sort="expires_on"),
        Column("state", _("State"), kind="badge", accessor=waiver_standing),
    ]
    default_sort = "-pk"
    caption = _("Credit exceptions")
    empty_title = _("No exceptions yet")
    empty_hint = _("Where management lets a paper through a closed gate, its written reason appears here.")

    def row_url(self, row: CreditWaiver) -> str:
        return reverse("risk:client-credit", args=[row.client_id]) + "#exceptions"


TONES = {ScoringModel.State.DRAFT: "draft", ScoringModel.State.PUBLISHED: "approved"}


class ScoringModelTable(Table):
    """Versions of the scoring model."""

    columns = [
        Column("version", _("Version"), kind="number", sort="version"),
        Column("name", _("Name"), kind="link", accessor="label"),
        Column(
            "state",
            _("State"),
            kind="badge",
            accessor=lambda row: (TONES.get(row.state, "cancelled"), row.get_state_display()),
        ),
        Column("published_at", _("Published"), kind="datetime"),
        Column("published_by", _("Published by"), accessor="published_by.name"),
        Column("assessed", _("Assessments"), kind="number"),
        Column("note", _("Note")),
    ]
    default_sort = "-version"
    caption = _("Scoring models")
    empty_title = _("No scoring model yet")
    empty_hint = _("Start a draft, ask questions, publish it.")

    def row_url(self, row: ScoringModel) -> str:
        return reverse("risk:scoringmodel-detail", args=[row.pk])
