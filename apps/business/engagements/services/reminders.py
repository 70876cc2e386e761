"""Reminding of progress reports: on the promised day, and every week until the report is sent (clause 2.2.3)."""

from django.utils.translation import gettext_lazy

from apps.business.engagements.models import Engagement
from apps.business.engagements.permissions import REPORT
from apps.core import clock
from apps.notifications.models import Notification
from apps.notifications.services import notify
from apps.org.models import User

EVERY_DAYS = 7


def remind_of_reports() -> int:
    """Tell manager and Client Service which reports are due, once per round; answers for how many engagements."""
    today = clock.today()
    due = Engagement.objects.running().filter(next_report_on__lte=today).select_related("manager", "client")
    service = _client_service()
    told = 0
    for engagement in due.order_by("pk").iterator(chunk_size=500):
        late = (today - engagement.next_report_on).days
        key = f"progress-report:{engagement.pk}:{engagement.next_report_on}:{late // EVERY_DAYS}"
        if Notification.objects.filter(key=key).exists():
            continue
        notify(
            to=[engagement.manager, *service],
            title=TITLE_LATE if late else TITLE,
            body=gettext_lazy("Promised to %(client)s for %(day)s: %(engagement)s"),
            params={"client": engagement.client, "day": engagement.next_report_on, "engagement": engagement},
            url=engagement.get_absolute_url(),
            key=key,
        )
        told += 1
    return told


TITLE = gettext_lazy("The progress report to %(client)s is due today")
TITLE_LATE = gettext_lazy("The progress report to %(client)s is overdue")


def _client_service() -> list[User]:
    """Everybody whose role reports progress of every engagement."""
    app, codename = REPORT.split(".")
    granted = {"groups__permissions__codename": codename, "groups__permissions__content_type__app_label": app}
    return list(User.objects.active().filter(**granted).distinct())
