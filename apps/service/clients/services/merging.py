"""Two files of the same client become one; what was moved is kept for ever."""

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import clock, registry
from apps.org.models import User
from apps.org.services import with_reason
from apps.service.clients import permissions
from apps.service.clients.models import Client, ClientFieldCheck, ClientMerge, ClientReview
from apps.service.clients.services.contacts import note_contacts_on_client
from apps.service.clients.services.files import ClientError, refresh_completeness

#: what the file that stays takes from the other one where it has nothing itself
TAKEN_OVER = (
    "name_en", "uscc", "industry", "grade", "source", "source_detail", "referred_by", "owner", "phone", "email",
    "website", "address", "needs",
)  # fmt: skip


#: what belongs to a client, by the name of the relation → the field that points at it
_ROWS = {
    "contacts": "client",
    "logs": "client",
    "preferences": "client",
    "documents": "client",
    "referrals": "referred_by",
    "merged": "merged_into",
}


@transaction.atomic
def merge(*, source: Client, target: Client, by: User, reason: str) -> ClientMerge:
    """Move everything of `source` to `target`, fill what `target` lacks, and keep `source` as a signpost.

    Both rows are locked in the order of their keys. Of two merges at once the second is refused with the reason; a file
    that was merged before points at the file that stays, so that nobody follows more than one signpost.
    """
    source, target = _locked_pair(source, target)
    for client in (source, target):
        permissions.require(by, "merge", client)
    reason = reason.strip() or _refuse_without_reason()
    values = {"number": source.number, "name": source.name}
    said = _("merged from %(number)s %(name)s") % values
    uscc, status = source.uscc, source.status
    source.merged_into, source.status = target, Client.Status.ENDED
    into = _("merged into %(number)s: %(reason)s") % {"number": target.number, "reason": reason}
    with_reason(source, by=by, reason=into[:100]).save()
    taken = _take_over(source, target, uscc)
    if status == Client.Status.ACTIVE and target.status != Client.Status.ACTIVE:
        target.status = Client.Status.ACTIVE
        taken.append("status")
    with_reason(target, by=by, reason=said[:100]).save()
    moved = _move(source, target, by=by, said=said[:100])
    _move_checks(source, target)
    for callback in registry.client_merges:
        moved |= callback(source=source, target=target, by=by, reason=said)
    note_contacts_on_client(target)
    refresh_completeness(target)
    return ClientMerge.objects.create(
        source=source,
        target=target,
        merged_at=clock.now(),
        by=by,
        reason=reason,
        moved={name: number for name, number in moved.items() if number},
        taken_over=taken,
    )


def _refuse_without_reason() -> str:
    raise ClientError(_("Give a reason."), fields={"reason": _("Give a reason.")})


def _locked_pair(source: Client, target: Client) -> tuple[Client, Client]:
    if source.pk == target.pk:
        raise ClientError(_("A file can't be merged into itself."))
    rows = Client.objects.select_for_update().order_by("pk")
    found = {client.pk: client for client in rows.filter(pk__in=[source.pk, target.pk])}
    source, target = found[source.pk], found[target.pk]
    for client in (source, target):
        if client.is_merged:
            values = {"number": client.number, "into": client.merged_into.number}
            raise ClientError(_("%(number)s was already merged into %(into)s.") % values)
    if source.kind != target.kind:
        raise ClientError(_("One is a person and the other is not, or one is a public body; correct the kind first."))
    if source.uscc and target.uscc and source.uscc != target.uscc:
        raise ClientError(
            _("These have different Unified Social Credit Codes, so they are two clients; correct the wrong one first.")
        )
    return source, target


def _take_over(source: Client, target: Client, uscc: str) -> list[str]:
    taken = []
    for name in TAKEN_OVER:
        value = uscc if name == "uscc" else getattr(source, name)
        if value and not getattr(target, name) and not (name == "referred_by" and value.pk == target.pk):
            setattr(target, name, value)
            taken.append(name)
    if source.entered_on < target.entered_on:
        target.entered_on = source.entered_on
    if source.reviewed_on and (target.reviewed_on is None or source.reviewed_on > target.reviewed_on):
        target.reviewed_on = source.reviewed_on
    if target.referred_by_id == source.pk:
        target.referred_by = None
    target.phone_key = target.phone_key or source.phone_key
    return taken


def _move(source: Client, target: Client, *, by: User, said: str) -> dict[str, int]:
    """Contacts, contact log, preferences, referrals and earlier merges, each with a row in its history."""
    has_primary = target.contacts.filter(is_primary=True).exists()
    moved = {}
    for name, field in _ROWS.items():
        rows = list(getattr(source, name).select_for_update(of=("self",)).order_by("pk"))
        for row in rows:
            if name == "contacts" and has_primary:
                row.is_primary = False
            setattr(row, field, target)
            with_reason(row, by=by, reason=said).save()
        moved[name] = len(rows)
    moved["reviews"] = ClientReview.objects.filter(client=source).update(client=target)
    return moved


def _move_checks(source: Client, target: Client) -> None:
    """Of two confirmations of one field the later one counts."""
    known = {check.field: check for check in target.field_checks.all()}
    for check in source.field_checks.all():
        mine = known.get(check.field)
        if mine is None:
            check.client = target
            check.save(update_fields=["client"])
        elif mine.confirmed_at < check.confirmed_at:
            ClientFieldCheck.objects.filter(pk=mine.pk).update(confirmed_at=check.confirmed_at, by=check.by_id)
