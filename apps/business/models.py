"""The tables of business, gathered for Django; each subject keeps its own."""

from apps.business.catalogue.models import (
    BusinessSettings,
    ContractTemplate,
    DossierItem,
    LostReason,
    OpportunityStage,
    ServiceType,
)
from apps.business.contracts.models import AgencyContract, ContractSupplement, ContractVersion, PaymentScheduleLine
from apps.business.engagements.models import (
    DossierEntry,
    DossierFile,
    Engagement,
    EngagementMember,
    ProgressReport,
)
from apps.business.intake.models import EngagementIntake, IntakeAssessment
from apps.business.leads.models import Activity, Lead, Opportunity
from apps.business.plans.models import ExecutionPlan, PlanChange, PlanTask, PlanVersion, ProposedTask
from apps.business.settlements.models import Settlement, SettlementLine

__all__ = [
    "Activity",
    "AgencyContract",
    "BusinessSettings",
    "ContractSupplement",
    "ContractTemplate",
    "ContractVersion",
    "DossierEntry",
    "DossierFile",
    "DossierItem",
    "Engagement",
    "EngagementIntake",
    "EngagementMember",
    "ExecutionPlan",
    "IntakeAssessment",
    "Lead",
    "LostReason",
    "Opportunity",
    "OpportunityStage",
    "PaymentScheduleLine",
    "PlanChange",
    "PlanTask",
    "PlanVersion",
    "ProgressReport",
    "ProposedTask",
    "ServiceType",
    "Settlement",
    "SettlementLine",
]
