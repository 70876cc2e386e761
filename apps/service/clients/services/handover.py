"""What becomes of the clients of an employee who leaves."""

from django.utils.translation import ngettext

from apps.org.models import User
from apps.org.services import with_reason
from apps.service.clients.models import Client


def describe(employee: User) -> list[str]:
    """In words, before it happens."""
    number = Client.objects.kept().filter(owner=employee).count()
    if not number:
        return []
    return [ngettext("in charge of %(number)s client", "in charge of %(number)s clients", number) % {"number": number}]


def hand_over(*, employee: User, successor: User, by: User, reason: str) -> None:
    """The successor is in charge of every client the leaver was in charge of."""
    mine = Client.objects.select_for_update(no_key=True).kept().filter(owner=employee)
    for client in mine.order_by("pk"):
        client.owner = successor
        with_reason(client, by=by, reason=reason).save()
