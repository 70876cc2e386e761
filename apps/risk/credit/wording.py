"""Why the gate is closed, in whole sentences with figures, in the reader's language. Nothing is read from tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.money import format_money

#: why the gate is closed, as kept in `CreditCheck.reasons`
LIMIT, TERM, OVERDUE, HOLD = REASONS = ("limit", "term", "overdue", "hold")


def sentences(codes: Iterable[str], figures: Mapping[str, Any]) -> list[str]:
    """One sentence per code; figures: exposure, asked, limit, term, allowed, overdue, days, why (of a hold)."""
    money = {name: format_money(figures[name]) for name in ("exposure", "asked", "limit", "overdue")}
    together = figures["exposure"] + figures["asked"]
    money |= {"sum": format_money(together), "over": format_money(together - figures["limit"])}
    texts = {
        LIMIT: _(
            "The exposure of %(exposure)s and the %(asked)s of this paper come to %(sum)s, %(over)s over the limit of "
            "%(limit)s."
        ),
        TERM: _("A payment term of %(term)s days is asked for, %(allowed)s days are allowed."),
        OVERDUE: ngettext(
            "Invoices of %(overdue)s are overdue, the oldest by %(days)s day.",
            "Invoices of %(overdue)s are overdue, the oldest by %(days)s days.",
            figures["days"],
        ),
        HOLD: _("The client is on hold: %(why)s"),
    }
    return [texts[code] % {**figures, **money} for code in codes]
