"""Every change of limits, holds, exceptions, the policy and scoring models."""

from apps.risk.credit.services.assessments import preview_assessment, save_assessment
from apps.risk.credit.services.holds import lift_hold, set_hold
from apps.risk.credit.services.versions import (
    delete_draft_model,
    publish_model,
    remove_factor,
    save_bands,
    save_factor,
    save_model,
    start_draft,
)
from apps.risk.credit.services.waivers import revoke_waiver

__all__ = [
    "delete_draft_model",
    "lift_hold",
    "preview_assessment",
    "publish_model",
    "remove_factor",
    "revoke_waiver",
    "save_assessment",
    "save_bands",
    "save_factor",
    "save_model",
    "set_hold",
    "start_draft",
]
