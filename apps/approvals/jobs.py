"""What approvals do in the background."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from apps.approvals.analysis.gathering import gather
from apps.core.jobs import chore


@chore(
    "approvals.count-waiting",
    every=timedelta(days=1),
    offset=timedelta(hours=18),  # two in the morning in China
    title=_("Count how long decisions took"),
)
def count_waiting() -> None:
    """Add what was decided since the last time to the figures of the page on approval times."""
    gather()
