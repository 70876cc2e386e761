"""What happened to an engagement, its team, its reports and its file, in one order; four queries however long it is."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from apps.business.engagements.models import DossierEntry, Engagement, EngagementMember, ProgressReport
from apps.core.timeline import Happening, newest_first
from apps.org.history import history_of

MOST = 100


def timeline_of(engagement: Engagement, *, viewer) -> list[Happening]:
    """The latest entries, newest first."""
    found = [*_changes(engagement, viewer), *_team(engagement), *_reports(engagement), *_file(engagement)]
    return newest_first(found, MOST)


def _changes(engagement: Engagement, viewer) -> Iterator[Happening]:
    for entry in history_of(engagement, viewer=viewer, limit=MOST):
        begun = entry.action == _("Created")
        title = _("Engagement begun") if begun else _("Engagement changed")
        lines = [] if begun else [str(change) for change in entry.changes]
        yield Happening(entry.when, "play-circle" if begun else "pencil", entry.who, title, entry.reason, lines)


def _rows(model: type, engagement: Engagement):
    rows = model.history.filter(engagement_id=engagement.pk).select_related("history_user")
    return rows.order_by("-history_date", "-history_id")[:MOST]


def _team(engagement: Engagement) -> Iterator[Happening]:
    for row in _rows(EngagementMember, engagement).select_related("user"):
        values = {"person": row.user, "duty": row.duty}
        if row.history_type == "+":
            title, icon = _("%(person)s joined the team: %(duty)s"), "person-plus"
        elif row.until:
            title, icon = _("%(person)s left the team"), "person-dash"
        else:
            title, icon = _("Duty of %(person)s: %(duty)s"), "person-gear"
        yield Happening(row.history_date, icon, row.history_user, title % values, row.history_change_reason or "")


def _reports(engagement: Engagement) -> Iterator[Happening]:
    for row in _rows(ProgressReport, engagement):
        words = {"+": _("Progress report %(number)s begun"), "-": _("Progress report %(number)s deleted")}
        title = words.get(row.history_type, _("Progress report %(number)s")) % {"number": row.number}
        yield Happening(row.history_date, "send", row.history_user, title, row.history_change_reason or "")


def _file(engagement: Engagement) -> Iterator[Happening]:
    """What came into the file; the checklist itself came with the engagement."""
    for row in _rows(DossierEntry, engagement):
        if row.history_type == "+" and row.item_id:
            continue
        words = {"+": _("Added to the file: %(name)s"), "-": _("Struck from the file: %(name)s")}
        title = words.get(row.history_type, _("File: %(name)s")) % {"name": row.name}
        if row.waived_on:
            title = _("Waived: %(name)s") % {"name": row.name}
        yield Happening(row.history_date, "archive", row.history_user, title, row.history_change_reason or "")
