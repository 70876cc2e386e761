"""What a credit assessment asks of the route, demands at submission, and does once it is approved.

The assessment is known here by its interface alone; `models` imports this module.
"""

from __future__ import annotations

from typing import Any


def facts(assessment) -> dict[str, Any]:
    """What a route's conditions may read."""
    return {"amount": str(assessment.amount)}


def problems(assessment, by) -> dict[str, list[str]]:
    """What keeps the assessment from being submitted, by field."""
    return {}


def approved(assessment, by) -> None:
    """The limit comes into force and ends the one before."""


def closed(assessment, by) -> None:
    """A cancelled assessment takes its limit with it."""
