"""What business adds to the page of a client, to merging clients, to leavers' hand-over and to credit exposure."""

from apps.business.catalogue import places
from apps.business.contracts import sections as contracts
from apps.business.contracts import wording
from apps.business.engagements import sections as engagements
from apps.business.engagements.charging import contracts_for
from apps.business.intake import sections as intake
from apps.business.leads import sections as leads
from apps.business.plans import sections as plans
from apps.business.reports import sections as reports
from apps.business.settlements import sections as settlements
from apps.finance.expenses import charging


def register() -> None:
    """Called once at the start."""
    places.register(wording.PLACES, wording.check)
    leads.register()
    intake.register()
    contracts.register()
    engagements.register()
    plans.register()
    settlements.register()
    reports.register()
    charging.register_source(contracts_for)
