"""What a deadline looks like to people."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.core import clock

if TYPE_CHECKING:
    from apps.approvals.models.run import Task

#: who acts where a deadline has passed; never a person
SYSTEM = gettext_lazy("System (deadline)")


@dataclass(frozen=True)
class Due:
    """A deadline as it stands now: the moment, `due in 3 hours` or `2 hours late`, and how pressing it is."""

    at: dt.datetime
    text: str
    level: str

    @classmethod
    def of(cls, task: Task) -> Due:
        """Pressing (`soon`) from the reminder on; `late` from the deadline on. The clock on the wall is told."""
        left = task.due_at - clock.now()
        if left <= dt.timedelta(0):
            return cls(task.due_at, _("%(time)s late") % {"time": _span(-left)}, "late")
        was_reminded = task.act_at is None or task.act_at >= task.due_at
        return cls(task.due_at, _("due in %(time)s") % {"time": _span(left)}, "soon" if was_reminded else "ahead")


def _span(left: dt.timedelta) -> str:
    minutes = int(left.total_seconds() // 60)
    if minutes < 60:
        return ngettext("%(count)s min", "%(count)s min", minutes) % {"count": minutes}
    if minutes < 48 * 60:
        return ngettext("%(count)s h", "%(count)s h", minutes // 60) % {"count": minutes // 60}
    days = minutes // (24 * 60)
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
