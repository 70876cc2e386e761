"""How far a contract may go beyond its approved intake before company management decides again (clause 3.1.5)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext as _

from apps.business.catalogue.models import BusinessSettings
from apps.core.money import format_money, quantize


def beyond(intake, *, fee: Decimal, starts: dt.date | None, ends: dt.date | None) -> list[str]:
    """In which respects these terms go beyond the intake by more than the tolerance; empty when they don't."""
    if intake is None:
        return []
    settings = BusinessSettings.current()
    found = []
    most = most_fee(intake, settings)
    if fee > most:
        values = {"fee": format_money(fee), "intake": format_money(intake.amount), "most": format_money(most)}
        found.append(_("The total of %(fee)s is beyond %(most)s (the intake's %(intake)s and the tolerance).") % values)
    days = days_outside(intake, starts, ends)
    if days > settings.term_tolerance_days:
        values = {"days": days, "most": settings.term_tolerance_days}
        found.append(_("The period lies %(days)s days outside that of the intake; %(most)s are tolerated.") % values)
    return found


def most_fee(intake, settings: BusinessSettings | None = None) -> Decimal:
    """The highest total that needs no new decision."""
    settings = settings or BusinessSettings.current()
    return quantize(intake.amount * (1 + settings.fee_tolerance))


def days_outside(intake, starts: dt.date | None, ends: dt.date | None) -> int:
    """Days of the contract that lie before or after the period of the intake."""
    before = (intake.term_from - starts).days if intake.term_from and starts else 0
    after = (ends - intake.term_to).days if intake.term_to and ends else 0
    return max(before, 0) + max(after, 0)
