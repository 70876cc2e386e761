"""What business adds to the navigation, beside the kinds of papers themselves; each subject keeps its own."""

from apps.business.catalogue.menu import ITEMS as CATALOGUE
from apps.business.contracts.menu import ITEMS as CONTRACTS
from apps.business.engagements.menu import ITEMS as ENGAGEMENTS
from apps.business.intake.menu import ITEMS as INTAKE
from apps.business.leads.menu import ITEMS as LEADS
from apps.business.plans.menu import ITEMS as PLANS
from apps.business.reports.menu import ITEMS as REPORTS
from apps.business.reports.menu import LISTED
from apps.business.settlements.menu import ITEMS as SETTLEMENTS
from apps.core import navigation, reports


def register() -> None:
    """Called once at the start."""
    navigation.register(*LEADS, *INTAKE, *CONTRACTS, *ENGAGEMENTS, *PLANS, *SETTLEMENTS, *REPORTS, *CATALOGUE)
    reports.register(*LISTED)
