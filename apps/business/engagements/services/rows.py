"""What every change of an engagement begins with."""

from django.utils.translation import gettext as _

from apps.business.engagements.models import DossierEntry, Engagement, EngagementMember, ProgressReport
from apps.core.checks import check
from apps.core.errors import Refused
from apps.org.models import User
from apps.org.services import with_reason


class EngagementError(Refused):
    """A change of an engagement that the rules do not allow; the text says why."""


Row = Engagement | EngagementMember | ProgressReport | DossierEntry


def locked(engagement: Engagement) -> Engagement:
    """The engagement's row, locked and fresh; nothing is joined. Everything that changes one begins here."""
    return Engagement.objects.select_for_update(of=("self",), no_key=True).get(pk=engagement.pk)


def given(reason: str) -> str:
    """The reason without spaces around it; refused where there is none."""
    if not reason.strip():
        raise refused("reason", _("Give a reason."))
    return reason.strip()


def refused(field: str, text: str) -> EngagementError:
    """A refusal that is about one field."""
    return EngagementError(text, fields={field: text})


def keep(row: Row, *, by: User, reason: str = "") -> None:
    """Check and write a row; its history says who and why."""
    check(row)
    with_reason(row, by=by, reason=reason[:100]).save()
