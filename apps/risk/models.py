"""The tables of risk, gathered for Django; each subject keeps its own."""

from apps.risk.credit.models import (
    AssessmentAnswer,
    CreditAssessment,
    CreditBand,
    CreditCheck,
    CreditHold,
    CreditLimit,
    CreditPolicy,
    CreditWaiver,
    FactorOption,
    ScoringFactor,
    ScoringModel,
)

__all__ = [
    "AssessmentAnswer",
    "CreditAssessment",
    "CreditBand",
    "CreditCheck",
    "CreditHold",
    "CreditLimit",
    "CreditPolicy",
    "CreditWaiver",
    "FactorOption",
    "ScoringFactor",
    "ScoringModel",
]
