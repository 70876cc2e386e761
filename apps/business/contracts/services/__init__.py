"""Every change of a contract that documents in general don't know: terms and schedule, signature, end, reminders."""

from apps.business.contracts.services.drafts import new_from, new_supplement, save_contract, save_supplement
from apps.business.contracts.services.ending import complete, terminate
from apps.business.contracts.services.exposure import unsettled_of
from apps.business.contracts.services.merging import move_to_client
from apps.business.contracts.services.reminders import expiring, remind_of_expiry
from apps.business.contracts.services.signing import keep_original, sign

__all__ = [
    "complete",
    "expiring",
    "keep_original",
    "move_to_client",
    "new_from",
    "new_supplement",
    "remind_of_expiry",
    "save_contract",
    "save_supplement",
    "sign",
    "terminate",
    "unsettled_of",
]
