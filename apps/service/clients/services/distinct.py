"""Saying that two files that look alike are of different clients, and taking that back."""

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import clock
from apps.org.models import User
from apps.service.clients import permissions
from apps.service.clients.models import Client, DistinctClients
from apps.service.clients.services.files import ClientError


@transaction.atomic
def mark_distinct(one: Client, other: Client, *, by: User, reason: str) -> DistinctClients:
    """These two are not the same client; they are not suggested again until a name, a number or a code changes."""
    first, second = _locked(one, other)
    for client in (first, second):
        permissions.require(by, "merge", client)
    reason = reason.strip()
    if not reason:
        raise ClientError(_("Give a reason."), fields={"reason": _("Give a reason.")})
    known = DistinctClients.objects.select_for_update().filter(first=first, second=second, undone_at=None).first()
    if known is not None:
        if known.holds(first, second):
            raise ClientError(_("%(first)s and %(second)s are marked as different already.") % _names(first, second))
        _end(known, by)
    return DistinctClients.objects.create(
        first=first,
        second=second,
        first_keys=first.keys,
        second_keys=second.keys,
        marked_at=clock.now(),
        by=by,
        reason=reason[:200],
    )


@transaction.atomic
def undo_distinct(mark: DistinctClients, *, by: User) -> DistinctClients:
    """They may be the same client after all."""
    first, second = _locked(mark.first, mark.second)
    for client in (first, second):
        permissions.require(by, "merge", client)
    mark = DistinctClients.objects.select_for_update(no_key=True).get(pk=mark.pk)
    if mark.undone_at is not None:
        raise ClientError(_("This was taken back already."))
    return _end(mark, by)


def _locked(one: Client, other: Client) -> tuple[Client, Client]:
    if one.pk == other.pk:
        raise ClientError(_("Choose two clients."))
    rows = Client.objects.select_for_update(no_key=True).order_by("pk").filter(pk__in=[one.pk, other.pk])
    first, second = rows
    return first, second


def _end(mark: DistinctClients, by: User) -> DistinctClients:
    mark.undone_at, mark.undone_by = clock.now(), by
    mark.save(update_fields=["undone_at", "undone_by", "updated_at"])
    return mark


def _names(first: Client, second: Client) -> dict[str, str]:
    return {"first": first.number, "second": second.number}
