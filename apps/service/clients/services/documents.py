"""Files put to a client: added, replaced, removed. The store keeps what somebody may have read (clause 4.1.1)."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.checks import check
from apps.core.files import clean_name
from apps.documents.services.files import examine
from apps.org.models import User
from apps.org.services import with_reason
from apps.service.clients import permissions
from apps.service.clients.models import ClientDocument
from apps.service.clients.services.files import ClientError, locked


@transaction.atomic
def add_document(document: ClientDocument, *, by: User, file: Any) -> ClientDocument:
    """Put a file to a client. It is known by its content: type and hash, whatever its name says.

    Raises `BadFile` for a file that is too large or of a type not accepted.
    """
    client = locked(document.client)
    permissions.require(by, "log", client)
    if file is None:
        raise _refused("file", _("Choose a file first."))
    document.by = by
    document.received_on = document.received_on or clock.today()
    _take_in(document, file)
    return _keep(document, by=by, reason=_("added: %(name)s") % {"name": document.file_name})


@transaction.atomic
def save_document(document: ClientDocument, *, by: User, file: Any = None, reason: str = "") -> ClientDocument:
    """Correct what is said about a file, or put a newer one in its place; the one before stays in the store."""
    client = locked(document.client)
    permissions.require(by, "change", client)
    if file is not None:
        before = document.file_name
        _take_in(document, file)
        said = _("%(before)s replaced by %(name)s") % {"before": before, "name": document.file_name}
        reason = f"{said} {reason}".strip()
    return _keep(document, by=by, reason=reason)


@transaction.atomic
def remove_document(document: ClientDocument, *, by: User, reason: str) -> None:
    """Take a file off a client, with a reason; its history stays."""
    client = locked(document.client)
    permissions.require(by, "change", client)
    reason = reason.strip()
    if not reason:
        raise _refused("reason", _("Give a reason."))
    with_reason(document, by=by, reason=reason[:100]).delete()


def _take_in(document: ClientDocument, file: Any) -> None:
    document.file_type, document.sha256 = examine(file)
    same = ClientDocument.objects.filter(client=document.client_id, sha256=document.sha256).exclude(pk=document.pk)
    if known := same.first():
        raise _refused("file", _("This file is here already: “%(name)s”.") % {"name": known})
    document.file, document.file_name, document.size = file, clean_name(file.name), file.size
    document.name = document.name.strip() or document.file_name[:120]


def _keep(document: ClientDocument, *, by: User, reason: str) -> ClientDocument:
    if document.received_on > clock.today():
        raise _refused("received_on", _("A document can't be received in the future."))
    check(document, exclude=["file"])
    with_reason(document, by=by, reason=reason[:100]).save()
    return document


def _refused(field: str, text: str) -> ClientError:
    return ClientError(text, fields={field: text})
