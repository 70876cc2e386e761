"""How good estimates have been: what applications promised against what came of them, and applications like this one.

Margins are compared without tax: the fee of an application includes it, what a company earns does not.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Sum

from apps.business.intake.models import EngagementIntake
from apps.business.intake.querysets import with_contracted
from apps.core.money import quantize
from apps.finance.expenses.models import ExpenseClaim

ZERO = Decimal("0.00")
#: rows of the table for the approver
SHOWN = 10
#: how many applications of one kind are looked through for similar ones, the latest first
LOOKED_AT = 500
SIMILAR = 5


@dataclass(frozen=True)
class PastEstimate:
    """One application whose engagement is closed: margin as estimated and as it turned out, both without tax."""

    pk: int
    number: str
    title: str
    estimated: Decimal
    actual: Decimal
    closed_on: dt.date | None

    @property
    def ratio(self) -> Decimal | None:
        """Estimate ÷ actual."""
        return _ratio(self.estimated, self.actual)

    @property
    def deviation(self) -> Decimal:
        """What came more than estimated; negative where it was less."""
        return self.actual - self.estimated


@dataclass(frozen=True)
class Calibration:
    """The estimates of one person against what came of them."""

    n: int
    estimated: Decimal
    actual: Decimal
    rows: list[PastEstimate]

    @property
    def bias(self) -> Decimal | None:
        """Σ estimates ÷ Σ actual margins: above one, more was promised than came. None where nothing was earned."""
        return _ratio(self.estimated, self.actual)

    @property
    def tone(self) -> str:
        """How the figure is coloured."""
        if self.bias is None:
            return "bad" if self.n else ""
        return "good" if self.bias <= Decimal("1.10") else "warn" if self.bias <= Decimal("1.50") else "bad"


def calibration_of(applicant, *, viewer, but: EngagementIntake | None = None) -> Calibration:
    """The past estimates of a person, as far as the viewer may see the applications; the latest closed first."""
    rows = _past(applicant, viewer, but)
    estimated = sum((row.estimated for row in rows), ZERO)
    actual = sum((row.actual for row in rows), ZERO)
    return Calibration(len(rows), estimated, actual, rows[:SHOWN])


def _past(applicant, viewer, but: EngagementIntake | None) -> list[PastEstimate]:
    """One row per application with a closed engagement, in two queries."""
    seen = EngagementIntake.objects.visible_to(viewer).filter(
        applicant=applicant, contracts__engagement__phase="closed"
    )
    found = seen.exclude(pk=but.pk if but else None).values_list(
        *("pk", "number", "title", "amount", "estimated_cost"),
        *("contracts__pk", "contracts__settled", "contracts__tax_rate", "contracts__engagement__closed_on"),
    )
    found = list(found)
    spent = _spent([row[5] for row in found])
    estimates: dict[int, tuple] = {}
    actual: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
    for pk, number, title, fee, cost, contract, settled, tax_rate, closed_on in found:
        estimates[pk] = (number, title, quantize(fee / (1 + tax_rate)) - cost, closed_on)
        actual[pk] += quantize(settled / (1 + tax_rate)) - spent[contract]
    rows = [
        PastEstimate(pk, number, title, estimated, actual[pk], closed_on)
        for pk, (number, title, estimated, closed_on) in estimates.items()
    ]
    return sorted(rows, key=lambda row: (row.closed_on or dt.date.min, row.pk), reverse=True)


def _spent(contracts: list[int]) -> defaultdict[int, Decimal]:
    """Approved expense claims charged to these contracts."""
    claims = ExpenseClaim.objects.filter(charged_to__in=contracts, state=ExpenseClaim.State.APPROVED)
    sums = claims.order_by().values_list("charged_to").annotate(total=Sum("approved_total"))
    return defaultdict(lambda: ZERO, {contract: quantize(total) for contract, total in sums})


def _ratio(estimated: Decimal, actual: Decimal) -> Decimal | None:
    return (estimated / actual).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP) if actual > 0 else None


def similar_to(intake: EngagementIntake, *, viewer) -> list[EngagementIntake]:
    """Earlier applications of the same service type with the nearest fee, as far as the viewer may see them."""
    if intake.service_type_id is None:
        return []
    seen = EngagementIntake.objects.visible_to(viewer).filter(service_type=intake.service_type_id)
    seen = seen.exclude(pk=intake.pk).exclude(state=EngagementIntake.State.DRAFT)
    latest = seen.order_by("-pk").values_list("pk", "amount")[:LOOKED_AT]
    nearest = sorted(latest, key=lambda row: (abs(row[1] - intake.amount), -row[0]))[:SIMILAR]
    places = {pk: place for place, (pk, _amount) in enumerate(nearest)}
    rows = with_contracted(EngagementIntake.objects.filter(pk__in=places)).select_related("client", "applicant")
    return sorted(rows, key=lambda row: places[row.pk])
