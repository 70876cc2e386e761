"""The engagement's file (業務檔案): documents are collected along the way against a checklist (clause 3.2.5)."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.business.engagements import permissions
from apps.business.engagements.models import MISSING, DossierEntry, DossierFile, Engagement
from apps.business.engagements.services.rows import given, keep, locked, refused
from apps.core import clock
from apps.core.files import clean_name
from apps.documents.services.files import examine
from apps.org.models import User


def missing_documents(engagement: Engagement) -> list[DossierEntry]:
    """What the file lacks and nobody has waived; it keeps the engagement from being settled and closed."""
    return list(engagement.dossier.filter(**MISSING).select_related("item"))


@transaction.atomic
def receive(entry: DossierEntry, *, by: User, files: Sequence[Any], on: dt.date | None = None) -> DossierEntry:
    """Put files to a line of the checklist, received on a day; a waiver is not needed any more.

    Raises `BadFile` for a file that is too large, of a type not accepted, or there already; then nothing is kept.
    """
    entry = _of_locked(entry, by, "file")
    day = on or clock.today()
    if not files:
        raise refused("files", _("Choose a file first."))
    if day > clock.today():
        raise refused("on", _("A document can't be received in the future."))
    for file in files:
        _keep_file(entry, file, by)
    entry.received_on = day
    entry.waived_on, entry.waived_by, entry.waive_reason = None, None, ""
    keep(entry, by=by, reason=_("received: %(names)s") % {"names": _(", ").join(file.name for file in files)})
    return entry


def _keep_file(entry: DossierEntry, file: Any, by: User) -> None:
    file_type, sha256 = examine(file)
    if entry.files.filter(sha256=sha256).exists():
        raise refused("files", _("%(name)s is here already.") % {"name": file.name})
    DossierFile.objects.create(
        entry=entry,
        file=file,
        name=clean_name(file.name),
        size=file.size,
        sha256=sha256,
        file_type=file_type,
        uploaded_by=by,
    )


@transaction.atomic
def remove_file(file: DossierFile, *, by: User, reason: str = "") -> DossierEntry:
    """Take a wrong file off its line; without any the document is missing again. The store keeps what others saw."""
    entry = _of_locked(file.entry, by, "file")
    name = file.name
    file.delete()
    if not entry.files.exists():
        entry.received_on = None
    said = _("removed: %(name)s") % {"name": name}
    keep(entry, by=by, reason=f"{said} {reason}".strip())
    return entry


@transaction.atomic
def waive(entry: DossierEntry, *, by: User, reason: str) -> DossierEntry:
    """Do without a document, with a reason."""
    entry = _of_locked(entry, by, "waive")
    if not entry.is_missing:
        raise refused("reason", _("“%(name)s” is not missing.") % {"name": entry})
    entry.waive_reason = given(reason)[:300]
    entry.waived_on, entry.waived_by = clock.today(), by
    keep(entry, by=by, reason=entry.waive_reason)
    return entry


@transaction.atomic
def unwaive(entry: DossierEntry, *, by: User, reason: str = "") -> DossierEntry:
    """The document is needed after all."""
    entry = _of_locked(entry, by, "waive")
    if entry.waived_on is None:
        raise refused("reason", _("“%(name)s” is not waived.") % {"name": entry})
    entry.waived_on, entry.waived_by, entry.waive_reason = None, None, ""
    keep(entry, by=by, reason=reason)
    return entry


@transaction.atomic
def add_entry(engagement: Engagement, *, by: User, name: str, required: bool = True) -> DossierEntry:
    """A document that the checklist of the service type does not name."""
    engagement = locked(engagement)
    permissions.require(by, "file", engagement)
    name = " ".join(name.split())
    if not name:
        raise refused("name", _("Name the document."))
    if engagement.dossier.filter(name__iexact=name).exists():
        raise refused("name", _("“%(name)s” is on the checklist already.") % {"name": name})
    last = engagement.dossier.order_by("-order").values_list("order", flat=True).first() or 0
    entry = DossierEntry(engagement=engagement, name=name, required=required, order=last + 10)
    keep(entry, by=by)
    return entry


@transaction.atomic
def remove_entry(entry: DossierEntry, *, by: User, reason: str = "") -> None:
    """Strike a line that somebody added by hand and that holds nothing."""
    entry = _of_locked(entry, by, "file")
    if entry.item_id is not None:
        raise refused("name", _("“%(name)s” belongs to the checklist of the service type; waive it.") % {"name": entry})
    if entry.files.exists():
        raise refused("name", _("“%(name)s” holds files; remove them first.") % {"name": entry})
    entry._history_user, entry._change_reason = by, reason or None
    entry.delete()


def _of_locked(entry: DossierEntry, by: User, action: str) -> DossierEntry:
    """The line as it is in the table, its engagement locked and the permission asked."""
    permissions.require(by, action, locked(entry.engagement))
    return DossierEntry.objects.get(pk=entry.pk)
