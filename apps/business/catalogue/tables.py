"""Lists of what Business decides beforehand."""

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.business.catalogue.models import ContractTemplate, ServiceType
from apps.core.tables import Column
from apps.org.records import YES_NO, RecordTable, active_column


def _items(service_type: ServiceType) -> str:
    return f"{reverse('business:dossieritem-list')}?service_type={service_type.pk}"


class ServiceTypeTable(RecordTable):
    """Service types; each leads to the items of its file."""

    columns = [
        Column("code", _("Code"), kind="link", sort="code"),
        Column("name", _("Name"), accessor="label", sort="name"),
        Column("report_days", _("Progress report every … days"), kind="number", sort="report_days"),
        Column(
            "items", _("Items of the file"), accessor=lambda row: _now("Look at them"), url=_items, screen_only=True
        ),
        Column("order", _("Order"), kind="number", sort="order"),
        active_column(),
    ]
    default_sort = "order"


class DossierItemTable(RecordTable):
    """What belongs to the file of an engagement."""

    columns = [
        Column("name", _("Document"), kind="link", accessor="label", sort="name"),
        Column("service_type", _("Service type"), accessor="service_type.label", sort="service_type__order"),
        Column("required", _("Needed for settlement"), kind="badge", choices=YES_NO, sort="required"),
        Column("order", _("Order"), kind="number", sort="order"),
        active_column(),
    ]
    default_sort = "service_type"


class OpportunityStageTable(RecordTable):
    """Stages in the order of the board."""

    columns = [
        Column("code", _("Code"), kind="link", sort="code"),
        Column("name", _("Name"), accessor="label", sort="name"),
        Column("probability", _("Probability in %"), kind="number", sort="probability"),
        Column("stale_days", _("Stale after … days"), kind="number", sort="stale_days"),
        Column("order", _("Order"), kind="number", sort="order"),
        active_column(),
    ]
    default_sort = "order"


class LostReasonTable(RecordTable):
    """Reasons of losing."""

    columns = [
        Column("code", _("Code"), kind="link", sort="code"),
        Column("name", _("Name"), accessor="label", sort="name"),
        Column("order", _("Order"), kind="number", sort="order"),
        active_column(),
    ]
    default_sort = "order"


def _for_what(template: ContractTemplate) -> str:
    return template.service_type.label if template.service_type_id else _now("for every service type")


class ContractTemplateTable(RecordTable):
    """Contract templates."""

    columns = [
        Column("code", _("Code"), kind="link", sort="code"),
        Column("name", _("Name"), accessor="label", sort="name"),
        Column("service_type", _("Service type"), accessor=_for_what),
        Column("updated_at", _("Last changed"), kind="datetime", sort="updated_at"),
        active_column(),
    ]
