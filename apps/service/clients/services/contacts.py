"""People at a client, what they prefer, and each contact with them (clauses 4.1.1 and 4.2.1)."""

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.checks import check
from apps.org.models import User
from apps.org.services import with_reason
from apps.service.clients import permissions
from apps.service.clients.keys import phone_key
from apps.service.clients.models import Client, ClientPreference, Contact, ContactLog
from apps.service.clients.services.files import ClientError, locked, refresh_completeness


@transaction.atomic
def save_contact(contact: Contact, *, by: User | None, reason: str = "", trusted: bool = False) -> Contact:
    """Create or change a person at a client. A new primary contact takes the place of the one before."""
    client = locked(contact.client)
    if not trusted:
        permissions.require(by, "log" if contact.pk is None else "change", client)
    contact.phone_key, contact.mobile_key = phone_key(contact.phone), phone_key(contact.mobile)
    if contact.is_primary and not contact.active:
        text = _("The primary contact is somebody who is still there.")
        raise ClientError(text, fields={"is_primary": text})
    if contact.is_primary:
        _step_back(contact, by=by)
    check(contact)
    with_reason(contact, by=by, reason=reason).save()
    refresh_completeness(client)
    return contact


def _step_back(contact: Contact, *, by: User | None) -> None:
    for other in Contact.objects.filter(client=contact.client_id, is_primary=True).exclude(pk=contact.pk):
        other.is_primary = False
        with_reason(other, by=by, reason=_("%(name)s is the primary contact now") % {"name": contact}).save()


@transaction.atomic
def save_preference(
    preference: ClientPreference, *, by: User | None, reason: str = "", trusted: bool = False
) -> ClientPreference:
    """Note what a client prefers."""
    client = locked(preference.client)
    if not trusted:
        permissions.require(by, "log" if preference.pk is None else "change", client)
    check(preference)
    with_reason(preference, by=by, reason=reason).save()
    refresh_completeness(client)
    return preference


@transaction.atomic
def remove_preference(preference: ClientPreference, *, by: User, reason: str = "") -> None:
    """A preference that no longer holds; its history stays."""
    client = locked(preference.client)
    permissions.require(by, "change", client)
    with_reason(preference, by=by, reason=reason or _("no longer holds")).delete()
    refresh_completeness(client)


@transaction.atomic
def log_contact(
    log: ContactLog, *, by: User, preference: tuple[str, str] | None = None, trusted: bool = False
) -> ContactLog:
    """Record a contact, and what was learned in it: a preference as (topic, value)."""
    client = locked(log.client)
    if not trusted:
        permissions.require(by, "log", client)
    log.by = by
    _check(log)
    with_reason(log, by=by).save()
    if preference is not None:
        topic, value = preference
        save_preference(ClientPreference(client=client, topic=topic, value=value), by=by, trusted=True)
    _note_on_client(client)
    return log


@transaction.atomic
def save_log(log: ContactLog, *, by: User, reason: str = "") -> ContactLog:
    """Correct what was written about a contact; its author may, and who keeps the client's file."""
    client = locked(log.client)
    if log.by_id != by.pk:
        permissions.require(by, "change", client)
    _check(log)
    with_reason(log, by=by, reason=reason).save()
    _note_on_client(client)
    return log


def _check(log: ContactLog) -> None:
    problems = {}
    if log.at is not None and log.at > clock.now():
        problems["at"] = _("A contact can't lie in the future; enter the date of the next one below.")
    if log.next_contact_on and log.at is not None and log.next_contact_on < clock.local_day(log.at):
        problems["next_contact_on"] = _("The next contact can't lie before this one.")
    if log.contact_id and log.contact.client_id != log.client_id:
        problems["contact"] = _("This person belongs to another client.")
    if problems:
        raise ClientError(" ".join(problems.values()), fields=problems)
    check(log)


def _note_on_client(client: Client) -> None:
    """Last and next contact as the latest entry says. This is no change of the file, so its history stays as it is."""
    latest = ContactLog.objects.filter(client=client).order_by("-at", "-pk").first()
    client.contacted_on = clock.local_day(latest.at) if latest else None
    client.next_contact_on = latest.next_contact_on if latest else None
    values = {"contacted_on": client.contacted_on, "next_contact_on": client.next_contact_on}
    Client.objects.filter(pk=client.pk).update(**values)


note_contacts_on_client = _note_on_client
