"""Reminding clients of what is overdue."""

from apps.finance.receivables.services.reminding import (
    SEND_JOB,
    Draft,
    Outcome,
    Standing,
    draft_for,
    overdue_of,
    send_each,
    send_reminder,
    standing_of,
)

__all__ = [
    "SEND_JOB",
    "Draft",
    "Outcome",
    "Standing",
    "draft_for",
    "overdue_of",
    "send_each",
    "send_reminder",
    "standing_of",
]
