"""What a new company gives to its roles in business; each subject keeps its own."""

from collections import defaultdict

from apps.business.catalogue import permissions as catalogue
from apps.business.contracts import permissions as contracts
from apps.business.engagements import permissions as engagements
from apps.business.intake import permissions as intake
from apps.business.leads import permissions as leads
from apps.business.plans import permissions as plans
from apps.business.reports import permissions as reports
from apps.business.settlements import permissions as settlements

ROLES: defaultdict[str, set[str]] = defaultdict(set)
for subject in (catalogue, leads, intake, contracts, engagements, plans, settlements, reports):
    for role, permissions in subject.ROLES.items():
        ROLES[role] |= permissions
