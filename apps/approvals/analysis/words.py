"""Waiting times and shares as people read them."""

import datetime as dt

from django.utils.translation import gettext as _

HOUR = dt.timedelta(hours=1)


def in_words(waited: dt.timedelta | None) -> str:
    """`35 min`, `4.2 h`, `21 h`; two figures, as exact as the counts are."""
    if waited is None:
        return "—"
    hours = waited / HOUR
    if hours < 1:
        return _("%(count)s min") % {"count": round(waited / dt.timedelta(minutes=1))}
    return _("%(count)s h") % {"count": f"{hours:.1f}" if hours < 10 else f"{hours:,.0f}"}


def hours_of(waited: dt.timedelta | None) -> float:
    """For a workbook or a picture."""
    return round(waited / HOUR, 2) if waited else 0.0


def share(part: float) -> str:
    """`4.5 %`"""
    return f"{part * 100:.1f} %"
