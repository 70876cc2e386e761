"""What a supplement to a contract asks of its route, demands at submission, and does when its state changes.

The paper is known here by its interface alone; `models` imports this module.
"""

from __future__ import annotations

from typing import Any


def standing(paper) -> tuple[str, str]:
    """The state as people speak of it: code and words."""
    return paper.state, paper.get_state_display()


def facts(paper) -> dict[str, Any]:
    """What a route's conditions may read."""
    return {"amount": str(paper.amount)}


def problems(paper, by) -> dict[str, list[str]]:
    """What keeps the paper from being submitted, by field."""
    return {}


def submitted(paper, by) -> None:
    """In the transaction of each submission."""


def approved(paper, by) -> None:
    """In the transaction of the final approval."""


def released(paper, by) -> None:
    """It went back to the applicant, or ended without effect."""


def cancel_refusal(paper) -> str:
    """Why an approved one can't be cancelled now; empty when it can."""
    return ""
