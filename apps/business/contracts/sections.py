"""What contracts add to the page of a client, to merging clients and to credit exposure."""

from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.business.contracts.models import AgencyContract, ContractSupplement
from apps.business.contracts.services import move_to_client, unsettled_contracts
from apps.core.money import format_money
from apps.core.registry import PageSection, register_client_merge, register_client_papers, register_client_section
from apps.risk.credit.gate import register_exposure

#: so many contracts stand on the page of a client; the register has them all
MOST_SHOWN = 20


def register() -> None:
    """Called once at the start."""
    register_exposure(unsettled_contracts)
    register_client_merge(move_to_client)
    register_client_papers(AgencyContract, "client")
    register_client_papers(ContractSupplement, "contract__client")
    register_client_section(
        PageSection(
            "contracts",
            _("Contracts"),
            "business/agencycontract/_of_client.html",
            _contracts,
            order=40,
            later="work",
            figures=_figures,
        )
    )


def _contracts(client, viewer) -> dict[str, Any] | None:
    """The contracts of this client that the viewer may see, latest first."""
    contracts = AgencyContract.objects.visible_to(viewer).filter(client=client)
    rows = list(contracts.select_related("service_type").order_by("-pk")[: MOST_SHOWN + 1])
    return {"contracts": rows[:MOST_SHOWN], "more": len(rows) > MOST_SHOWN} if rows else None


def _figures(client, viewer) -> list[dict[str, Any]]:
    """What contracts in force are worth, and what of it is still open."""
    contracts = AgencyContract.objects.visible_to(viewer).filter(client=client, phase=AgencyContract.Phase.IN_FORCE)
    sums = contracts.order_by().aggregate(*(Sum(name) for name in ("fee", "supplemented", "settled")))
    if sums["fee__sum"] is None:
        return []
    total = sums["fee__sum"] + sums["supplemented__sum"]
    note = _now("%(amount)s not settled") % {"amount": format_money(total - sums["settled__sum"])}
    return [{"label": _now("Contracts in force"), "value": format_money(total), "note": note}]
