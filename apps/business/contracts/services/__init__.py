"""Every change of a contract that documents in general don't know: terms and schedule, signature, end, reminders."""

from apps.business.contracts.services.drafts import (
    follow_intake,
    new_from,
    new_supplement,
    open_contracts,
    open_intakes,
    save_contract,
    save_supplement,
)
from apps.business.contracts.services.ending import complete, terminate
from apps.business.contracts.services.exposure import unsettled_contracts
from apps.business.contracts.services.merging import move_to_client
from apps.business.contracts.services.reminders import expiring, remind_of_expiry
from apps.business.contracts.services.signing import keep_original, sign

__all__ = [
    "complete",
    "expiring",
    "follow_intake",
    "keep_original",
    "move_to_client",
    "new_from",
    "new_supplement",
    "open_contracts",
    "open_intakes",
    "remind_of_expiry",
    "save_contract",
    "save_supplement",
    "sign",
    "terminate",
    "unsettled_contracts",
]
