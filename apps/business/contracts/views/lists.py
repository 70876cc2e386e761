"""The contract register, and contracts that end soon (domain.md §4)."""

from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy

from apps.business.contracts.filters import WITHIN, ExpiringFilterSet, RegisterFilterSet
from apps.business.contracts.models import AgencyContract
from apps.business.contracts.services import expiring
from apps.business.contracts.tables import ExpiringTable, RegisterTable
from apps.documents.views.lists import LoggedList


def with_totals(contracts: QuerySet) -> QuerySet:
    """Contracts with what the totals of a list add up."""
    total = F("fee") + F("supplemented")
    return contracts.annotate(total_with_supplements=total, not_settled=total - F("settled"))


class Register(LoggedList):
    """Every approved contract a person may see."""

    title = gettext_lazy("Contract register")
    table_class = RegisterTable
    filterset_class = RegisterFilterSet
    template_name = "business/agencycontract/register.html"

    def queryset(self) -> QuerySet:
        contracts = AgencyContract.objects.visible_to(self.request.user)
        return RegisterTable.light(with_totals(contracts.filter(state=AgencyContract.State.APPROVED)))


class Expiring(LoggedList):
    """Contracts in force that end within 90 days, or within 60 or 30."""

    title = gettext_lazy("Expiring contracts")
    table_class = ExpiringTable
    filterset_class = ExpiringFilterSet
    template_name = "business/agencycontract/expiring.html"

    def queryset(self) -> QuerySet:
        contracts = expiring(AgencyContract.objects.visible_to(self.request.user), int(WITHIN[-1][0]))
        return ExpiringTable.light(with_totals(contracts))

    def extra_context(self) -> dict[str, Any]:
        chosen = self.request.GET.get("within", "")
        steps = [{"days": days, "label": label, "chosen": days == chosen} for days, label in WITHIN]
        return {"steps": steps}
