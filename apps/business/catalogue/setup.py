"""The lists a new company starts with."""

from typing import Any

from apps.business.catalogue.models import (
    ContractTemplate,
    DossierItem,
    LostReason,
    OpportunityStage,
    ServiceType,
)


def enter_lists(data: dict[str, Any]) -> None:
    """Enter stages, reasons, service types with their checklists, and contract templates that are missing."""
    for name, model in (("stages", OpportunityStage), ("lost_reasons", LostReason), ("templates", ContractTemplate)):
        for order, row in enumerate(data[name], start=1):
            model.objects.get_or_create(code=row["code"], defaults={**row, "order": order * 10})
    for order, row in enumerate(data["service_types"], start=1):
        items = row.pop("dossier")
        service_type, is_new = ServiceType.objects.get_or_create(
            code=row["code"], defaults={**row, "order": order * 10}
        )
        if is_new:
            for place, item in enumerate(items, start=1):
                DossierItem.objects.create(service_type=service_type, order=place * 10, **item)
