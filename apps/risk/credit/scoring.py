"""From answers to a score, from a score to a band. Plain arithmetic; nothing is read or written here."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

HUNDREDTH = Decimal("0.01")


def score_of(answers: Iterable[tuple[int, int]]) -> Decimal | None:
    """Σ weight × points ÷ Σ weight over (weight, points), two places, half up; None without any weight."""
    answers = list(answers)
    weights = sum(weight for weight, _points in answers)
    if not weights:
        return None
    total = sum(weight * points for weight, points in answers)
    return (Decimal(total) / Decimal(weights)).quantize(HUNDREDTH, rounding=ROUND_HALF_UP)


def band_of(score: Decimal | None, bands: Iterable):
    """The band with the highest minimum that the score reaches; None where it reaches none."""
    reached = [band for band in bands if score is not None and band.minimum <= score]
    return max(reached, key=lambda band: band.minimum, default=None)
