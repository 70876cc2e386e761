"""Lists of assessments and applications, and the intake register."""

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.business.intake import register
from apps.business.intake.models import EngagementIntake, IntakeAssessment
from apps.core.tables import Column, Table


def verdict_of(assessment: IntakeAssessment) -> tuple[str, str]:
    """(colour, words) of the verdict."""
    return assessment.tone, assessment.get_verdict_display()


def _client(intake: EngagementIntake) -> str:
    return intake.client.name if intake.client_id else ""


def _service_type(intake: EngagementIntake) -> str:
    return intake.service_type.label if intake.service_type_id else ""


class AssessmentTable(Table):
    """Preliminary assessments."""

    columns = [
        Column("number", _("Number"), kind="link", sort="number"),
        Column("client", _("Client"), accessor="opportunity.client.name"),
        Column("opportunity", _("Opportunity"), kind="longtext", accessor="opportunity.title"),
        Column("opportunity_number", _("Number of the opportunity"), accessor="opportunity.number", export_only=True),
        Column("service_type", _("Service type"), accessor="service_type.label"),
        Column("scale", _("Size of the project"), kind="longtext", export_only=True),
        Column("expected_revenue", _("Expected revenue"), kind="money", sort="expected_revenue", total=True),
        Column("expected_cost", _("Expected cost"), kind="money", total=True),
        Column("margin", _("Margin"), kind="money", total="margin_amount"),
        Column("margin_rate", _("Margin %"), kind="number", accessor="margin_percent"),
        Column("feasibility", _("Feasibility"), export_only=True),
        Column("conflict", _("Conflict of interest"), accessor="conflict_note", export_only=True),
        Column("verdict", _("Verdict"), kind="badge", accessor=verdict_of),
        Column("assessed_by", _("Assessed by"), accessor="assessed_by.name"),
        Column("assessed_on", _("Assessed on"), kind="date", sort="assessed_on"),
        Column("frozen_on", _("Used since"), kind="date"),
    ]
    default_sort = "-pk"
    caption = _("Preliminary assessments")
    empty_title = _("No assessments yet")
    empty_hint = _("An assessment is begun on the page of an opportunity; those of opportunities you see appear here.")


class IntakeTable(Table):
    """Intake applications."""

    columns = [
        Column("number", _("Number"), kind="link", sort="number", accessor=lambda paper: paper.number or _now("Draft")),
        Column("title", _("Title"), kind="longtext", width=30),
        Column("client", _("Client"), accessor=_client),
        Column("service_type", _("Service type"), accessor=_service_type),
        Column("applicant", _("Applicant"), accessor="applicant.name"),
        Column("department", _("Department"), accessor="department.label", export_only=True),
        Column("fee_basis", _("Fee basis"), export_only=True),
        Column("amount", _("Estimated fee"), kind="money", sort="amount", total=True),
        Column("estimated_cost", _("Estimated cost"), kind="money", total=True, export_only=True),
        Column("margin_rate", _("Margin %"), kind="number", accessor="margin_percent"),
        Column("payment_term_days", _("Payment term in days"), kind="number", export_only=True),
        Column("term_from", pgettext_lazy("term", "From"), kind="date", export_only=True),
        Column("term_to", pgettext_lazy("term", "To"), kind="date", export_only=True),
        Column("state", _("State"), kind="badge", accessor="standing"),
        Column("submitted_at", _("Submitted"), kind="datetime"),
        Column("lapsed_on", _("Lapsed on"), kind="date", export_only=True),
    ]
    default_sort = "-pk"
    select_name = "papers"
    caption = _("Business intake applications")
    empty_title = _("No intake applications yet")
    empty_hint = _("An application is written on a preliminary assessment that has passed.")


class IntakeRegisterTable(Table):
    """The intake register."""

    columns = [
        Column("number", _("Number"), kind="link", sort="number"),
        Column("submitted_at", _("Date"), kind="date", sort="submitted_at"),
        Column("client", _("Client"), accessor=_client, width=26),
        Column("title", _("Business"), kind="longtext", export_only=True, width=26),
        Column("service_type", _("Service type"), accessor=_service_type),
        Column("applicant", _("Applicant"), accessor="applicant.name"),
        Column("amount", _("Estimated fee"), kind="money", sort="amount", total=True),
        Column("estimated_cost", _("Estimated cost"), kind="money", total=True),
        Column("margin", _("Margin"), kind="money", total="margin_amount"),
        Column("margin_rate", _("Margin %"), kind="number", accessor="margin_percent"),
        Column("manager", _("Manager's decision"), accessor=lambda row: register.of_manager(row).words),
        Column(
            "manager_name",
            pgettext_lazy("approval", "Manager"),
            accessor=lambda row: register.of_manager(row).person,
            export_only=True,
        ),
        Column("manager_at", _("Manager decided"), kind="datetime", accessor=lambda row: register.of_manager(row).at),
        Column("management", _("Management's decision"), accessor=lambda row: register.of_management(row).words),
        Column(
            "management_name",
            _("Management"),
            accessor=lambda row: register.of_management(row).person,
            export_only=True,
        ),
        Column(
            "management_at",
            _("Management decided"),
            kind="datetime",
            accessor=lambda row: register.of_management(row).at,
        ),
        Column("contract", _("Contract"), accessor=register.contract_number),
        Column("state", _("State"), kind="badge", accessor="standing"),
        Column("lapsed_on", _("Lapsed on"), kind="date"),
    ]
    default_sort = "-pk"
    caption = _("Intake register")
    empty_title = _("The register is empty")
    empty_hint = _("Every application that was handed in is a row here.")
