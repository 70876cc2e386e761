"""Reviewing client files on a schedule, and asking for the reviews that are due (clause 4.1.3)."""

from collections.abc import Iterable

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import clock
from apps.notifications.models import Notification
from apps.notifications.services import notify
from apps.org.models import User
from apps.service.clients import permissions, quality
from apps.service.clients.models import Client, ClientFieldCheck, ClientReview, ClientSettings
from apps.service.clients.services.files import ClientError, locked


@transaction.atomic
def review(
    client: Client, *, by: User, fields: Iterable[str], comment: str = "", trusted: bool = False
) -> ClientReview:
    """Somebody has gone through a file; these fields are right as of now. The next review counts from today."""
    client = locked(client)
    if not trusted:
        permissions.require(by, "review", client)
    confirmed = [name for name in quality.CHECKED if name in set(fields) & client.filled_fields()]
    if not confirmed:
        raise ClientError(_("Confirm at least one field."), fields={"fields": _("Confirm at least one field.")})
    now = clock.now()
    done = ClientReview.objects.create(client=client, done_at=now, by=by, fields=confirmed, comment=comment.strip())
    ClientFieldCheck.objects.bulk_create(
        [
            ClientFieldCheck(client=client, field=name, confirmed_at=now, by=by, created_at=now, updated_at=now)
            for name in confirmed
        ],
        update_conflicts=True,
        unique_fields=["client", "field"],
        update_fields=["confirmed_at", "by", "updated_at"],
    )
    client.reviewed_on = clock.today()
    Client.objects.filter(pk=client.pk).update(reviewed_on=client.reviewed_on)
    return done


def remind_of_reviews() -> int:
    """Tell the employees in charge which files are due, once per client and round; answers how many were told."""
    days = ClientSettings.current().review_days
    due = Client.objects.due_for_review(days).filter(owner__is_active=True).select_related("owner").order_by("pk")
    told = 0
    for client in due.iterator(chunk_size=500):
        key = f"client-review:{client.pk}:{client.review_from.isoformat()}"
        with transaction.atomic():
            if Notification.objects.filter(recipient=client.owner, key=key).exists():
                continue
            notify(
                to=[client.owner],
                title=gettext_lazy("The file of %(client)s is due for review"),
                body=gettext_lazy("Please check it and confirm what is still right."),
                params={"client": client.name},
                url=reverse("service:client-review", args=[client.pk]),
                key=key,
            )
            told += 1
    return told
