"""Columns of contracts, of supplements, of the contract register and of contracts that end soon (domain.md §4)."""

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.business.contracts.models import AgencyContract, PaymentScheduleLine
from apps.core import clock
from apps.core.models import in_readers_language
from apps.core.tables import Column, Table
from apps.documents.tables import DocumentTable


def service_of(contract: AgencyContract) -> str:
    """The service type of a row that carries its names."""
    return in_readers_language(contract.service_type_name or "", contract.service_type_name_en or "")


def department_of(contract: AgencyContract) -> str:
    """The department of a row that carries its names."""
    return in_readers_language(contract.department_name, contract.department_name_en)


def days_left(contract: AgencyContract) -> int | None:
    """Days until the end of a contract in force; negative once it has expired."""
    if contract.phase != AgencyContract.Phase.IN_FORCE or contract.effective_to is None:
        return None
    return (contract.effective_to - clock.today()).days


NAMES = ("service_type__name", "service_type__name_en", "department__name", "department__name_en")


class ContractTable(DocumentTable):
    """The contracts somebody may see."""

    columns = [
        Column("number", _("Number"), kind="link", sort="number", accessor=lambda paper: paper.number or _now("Draft")),
        Column("title", _("Title"), kind="longtext", width=36),
        Column("client", _("Client"), accessor="client_name", width=28),
        Column("service_type", _("Service type"), accessor=service_of),
        Column("applicant", _("Applicant"), accessor="applicant_name"),
        Column("department", _("Department"), accessor=department_of, export_only=True),
        Column("amount", _("Contract total"), kind="money", sort="amount", total=True),
        Column("effective_to", _("In force to"), kind="date"),
        Column("state", _("State"), kind="badge", accessor="standing"),
        Column("submitted_at", _("Submitted"), kind="datetime"),
    ]
    loads = [
        *("kind", "number", "title", "state", "phase", "amount", "effective_to", "submitted_at"),
        *("client__name", "applicant__name", *NAMES),
    ]
    empty_title = _("No contracts yet")
    empty_hint = _("A contract follows from an approved intake.")


class SupplementTable(DocumentTable):
    """The supplements somebody may see."""

    columns = [
        Column("number", _("Number"), kind="link", sort="number", accessor=lambda paper: paper.number or _now("Draft")),
        Column("title", _("Title"), kind="longtext", width=36),
        Column("contract", _("Contract"), accessor="contract_number"),
        Column("applicant", _("Applicant"), accessor="applicant_name"),
        Column("change", _("Change"), kind="money", sort="change", total=True),
        Column("effective_to", _("Runs until"), kind="date"),
        Column("state", _("State"), kind="badge", accessor="standing"),
        Column("submitted_at", _("Submitted"), kind="datetime"),
    ]
    loads = [
        *("kind", "number", "title", "state", "change", "effective_to", "submitted_at"),
        *("contract__number", "applicant__name"),
    ]
    empty_title = _("No supplements yet")
    empty_hint = _("A supplement changes the total, the period or the scope of a contract in force.")


class PaymentTable(Table):
    """The payment schedule in print."""

    columns = [
        Column("milestone", _("Milestone"), kind="longtext"),
        Column("due", _("Due"), accessor=lambda line: line.get_due_display()),
        Column("due_on", _("Expected on"), kind="date"),
        Column("amount", _("Amount"), kind="money", total=True),
    ]
    caption = _("Payment schedule")

    def row_url(self, row: PaymentScheduleLine) -> str:
        return ""


class RegisterTable(Table):
    """The contract register: every approved contract with what is settled of it and how long it runs."""

    columns = [
        Column("number", _("Number"), kind="link", sort="number"),
        Column("client", _("Client"), accessor="client_name", width=28),
        Column("title", _("Title"), kind="longtext", width=32),
        Column("service_type", _("Service type"), accessor=service_of),
        Column("fee_basis", _("Fee basis"), export_only=True),
        Column("applicant", _("Applicant"), accessor="applicant_name", export_only=True),
        Column("department", _("Department"), accessor=department_of, export_only=True),
        Column("signed_on", _("Signed on"), kind="date"),
        Column("effective_from", _("From"), kind="date"),
        Column("effective_to", _("To"), kind="date"),
        Column("fee", _("Fee"), kind="money", sort="fee", total=True),
        Column("supplemented", _("Supplements"), kind="money", total=True),
        Column("total", _("Total"), kind="money", total="total_with_supplements"),
        Column("settling", _("In settlement"), kind="money", total=True, export_only=True),
        Column("settled", _("Settled"), kind="money", sort="settled", total=True),
        Column("not_settled", _("Not settled"), kind="money", total=True),
        Column("days_left", _("Days to expiry"), kind="number", accessor=days_left),
        Column("phase", _("Phase"), kind="badge", accessor="standing", width=16),
    ]
    loads = [
        *("kind", "number", "title", "state", "phase", "fee_basis", "signed_on", "effective_from", "effective_to"),
        *("fee", "supplemented", "settling", "settled", "client__name", "applicant__name", *NAMES),
    ]
    default_sort = "-pk"
    caption = _("Contract register")
    empty_title = _("No contracts yet")
    empty_hint = _("Contracts stand here once they are approved.")

    def row_class(self, row: AgencyContract) -> str:
        left = days_left(row)
        return "row-overdue" if left is not None and left < 0 else ""


class ExpiringTable(Table):
    """Contracts in force that end soon, the next one first."""

    columns = [
        Column("effective_to", _("In force to"), kind="date", sort="effective_to"),
        Column("days_left", _("Days left"), kind="number", accessor=days_left),
        Column("number", _("Number"), kind="link", sort="number"),
        Column("client", _("Client"), accessor="client_name", width=28),
        Column("title", _("Title"), kind="longtext", width=32),
        Column("applicant", _("Applicant"), accessor="applicant_name"),
        Column("total", _("Total"), kind="money", total="total_with_supplements"),
        Column("not_settled", _("Not settled"), kind="money", total=True),
    ]
    loads = [
        *("kind", "number", "title", "state", "phase", "effective_to", "fee", "supplemented", "settled"),
        *("client__name", "applicant__name"),
    ]
    default_sort = "effective_to"
    caption = _("Expiring contracts")
    empty_title = _("No contract ends soon")
    empty_hint = _("Contracts in force stand here from 90 days before their end.")
