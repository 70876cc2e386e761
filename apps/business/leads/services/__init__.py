"""Every change of leads and opportunities."""

from apps.business.leads.services.leads import discard, qualify, save_lead
from apps.business.leads.services.opportunities import lose, move, save_opportunity, win
from apps.business.leads.services.owners import assign, release, take
from apps.business.leads.services.recycling import recycle
from apps.business.leads.services.rows import LeadError, reopen, touch

__all__ = [
    "LeadError",
    "assign",
    "discard",
    "lose",
    "move",
    "qualify",
    "recycle",
    "release",
    "reopen",
    "save_lead",
    "save_opportunity",
    "take",
    "touch",
    "win",
]
