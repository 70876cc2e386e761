"""Beginning and changing a client's file, and who is in charge of it (clauses 4.1.1 and 4.1.2)."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.checks import check
from apps.core.errors import Forbidden, Refused
from apps.core.numbering import next_number
from apps.org.models import User
from apps.org.services import with_reason
from apps.service.clients import permissions
from apps.service.clients.keys import name_key, phone_key
from apps.service.clients.models import Client


class ClientError(Refused):
    """A change of a client's file that the rules do not allow; the text says why."""


def locked(client: Client) -> Client:
    """The client's row, locked and fresh. Everything that changes a file begins here.

    Nothing is joined: after waiting for the lock, joined rows would still be those of before.
    """
    return Client.objects.select_for_update(no_key=True).get(pk=client.pk)


@transaction.atomic
def save_client(client: Client, *, by: User | None, reason: str = "", trusted: bool = False) -> Client:
    """Create or change a file. A new one gets its number; one without an owner is in the shared pool.

    Only who may classify (clause 4.1.2) changes industry and grade. `trusted` is for imports and the demo company,
    which have checked that themselves.
    """
    stored = Client.objects.filter(pk=client.pk).first() if client.pk else None
    if not trusted:
        _require_may_save(client, stored, by)
    client.name = " ".join(client.name.split())
    client.name_key, client.phone_key = name_key(client.name)[:120], phone_key(client.phone)
    if client.owner_id and (stored is None or stored.owner_id != client.owner_id) and not client.owner.is_active:
        raise ClientError(
            _("%(name)s no longer works here.") % {"name": client.owner},
            fields={"owner": _("%(name)s no longer works here.") % {"name": client.owner}},
        )
    if stored is None:
        client.entered_on = client.entered_on or clock.today()
        client.number = next_number(Client.PREFIX, client.entered_on.year)
    _check_code(client, by)
    client.completeness = _completeness(client) if stored else client.completeness_now(rows=False)
    check(client)
    try:
        with transaction.atomic():
            with_reason(client, by=by, reason=reason).save()
    except IntegrityError as error:
        text = _("Another client has this Unified Social Credit Code.")
        raise ClientError(text, fields={"uscc": text}) from error
    return client


def _require_may_save(client: Client, stored: Client | None, by: User | None) -> None:
    if stored is None:
        if by is None or not by.has_perm(permissions.ADD):
            raise Forbidden(_("Your role does not add clients."))
    else:
        permissions.require(by, "change", stored)
    before = (stored.industry_id, stored.grade_id) if stored else (None, None)
    if (client.industry_id, client.grade_id) != before and not by.has_perm(permissions.CLASSIFY):
        raise Forbidden(_("Client Service sets industry and grade."))


def _check_code(client: Client, by: User | None) -> None:
    """One code, one client. The other one is named only to who may see it."""
    if not client.uscc or client.status == Client.Status.ENDED:
        return
    other = Client.objects.kept().filter(uscc=client.uscc).exclude(pk=client.pk).first()
    if other is None:
        return
    if by is not None and Client.objects.visible_to(by).filter(pk=other.pk).exists():
        text = _("%(number)s %(name)s has this Unified Social Credit Code.")
        text %= {"number": other.number, "name": other.name}
    else:
        text = _("Another client has this Unified Social Credit Code; ask Client Service.")
    raise ClientError(text, fields={"uscc": text})


def _completeness(client: Client) -> int:
    client.__dict__.get("_prefetched_objects_cache", {}).clear()
    return client.completeness_now()


def refresh_completeness(client: Client) -> None:
    """Count again after something beside the client's own row has changed; this is no change of the file."""
    figure = _completeness(client)
    if figure != client.completeness:
        client.completeness = figure
        Client.objects.filter(pk=client.pk).update(completeness=figure)


@transaction.atomic
def take(client: Client, *, by: User) -> Client:
    """Take a client from the shared pool; of two who click at once the second is told who was first."""
    client = locked(client)
    if client.owner_id is not None and not client.is_merged:
        raise ClientError(_("%(name)s has just taken this client.") % {"name": client.owner})
    permissions.require(by, "take", client)
    client.owner = by
    return _save_owner(client, by=by, reason=_("taken from the pool"))


@transaction.atomic
def release(client: Client, *, by: User, reason: str) -> Client:
    """Give a client back to the shared pool."""
    client = locked(client)
    permissions.require(by, "release", client)
    if not reason.strip():
        raise ClientError(_("Give a reason."), fields={"reason": _("Give a reason.")})
    client.owner = None
    return _save_owner(client, by=by, reason=reason.strip())


def _save_owner(client: Client, *, by: User, reason: str) -> Client:
    client.completeness = _completeness(client)
    with_reason(client, by=by, reason=reason).save()
    return client
