"""The evidence pack of a paper: the printed form with everything that proves what was decided, on what, and by whom."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.approvals.events import verify
from apps.approvals.models import Approval, Event
from apps.core.pdf import PrintTable
from apps.documents.errors import NotAllowed
from apps.documents.models import Document
from apps.documents.permissions import Access
from apps.documents.printing import PrintParts


def pack_parts(document: Document, parts: PrintParts, more: Sequence[PrintTable] = ()) -> PrintParts:
    """The parts of the pack: those of the form, every event with its hash, every file with its SHA-256, the head.

    ``more``: further tables of the kind, such as files that are kept elsewhere.
    """
    events = list(
        Event.objects.filter(approval=document.approval_id)
        .select_related("actor", "on_behalf_of", "step")
        .order_by("seq")
    )
    files = [file_table(document.attachments.all(), _("Attachments"))]
    if document.enclosures.exists():
        files.append(file_table(document.enclosures.all(), _("Files of decisions and comments")))
    return replace(
        parts,
        title=_("Evidence pack"),
        subtitle=parts.title or str(document.kind_label),
        annex=[_event_table(events), *files, *more],
        notes=[*parts.notes, *_proof(document, len(events))],
        footer=[*parts.footer, _("A file is the one listed when its SHA-256 is the same.")],
    )


def refuse_veiled(access: Access) -> None:
    """Only a whole paper is proved: not to somebody from whom their step hides a part."""
    if access.hidden:
        raise NotAllowed(_("A part of the paper is not shown at your step, so it can't be proved to you as a whole."))


def file_table(files: Iterable[Any], title: str) -> PrintTable:
    """Files with size and SHA-256, as anybody can compute them; each is read, so that a changed one is told."""
    rows = [
        [file.name, f"{file.size:,}", _moment(file.created_at), str(file.uploaded_by), f"{file.sha256}{_doubt(file)}"]
        for file in files.select_related("uploaded_by").order_by("pk")
    ]
    headers = [_("File"), _("Bytes"), _("Uploaded"), _("Person"), "SHA-256"]
    if not rows:
        rows = [[_("None"), "", "", "", ""]]
    return PrintTable(
        headers, rows, aligns=("left", "right"), widths=(2.4, 1.2, 1.5, 1.3, 3.6), title=f"{title} · SHA-256"
    )


def _event_table(events: list[Event]) -> PrintTable:
    """The log of the approval, entry by entry."""
    rows = [
        [
            str(event.seq),
            _moment(event.at),
            _who(event),
            event.step.label if event.step else "",
            str(event.get_verb_display()),
            _said(event),
            event.hash,
        ]
        for event in events
    ]
    headers = [
        _("No."),
        _("When"),
        _("Person"),
        _("Step"),
        _("What happened"),
        _("Reason or opinion"),
        _("Hash of the entry"),
    ]
    return PrintTable(
        headers, rows, aligns=("right",), widths=(0.6, 1.5, 1.3, 1.4, 1.4, 1.9, 3.2), title=_("Log of approvals")
    )


def _proof(document: Document, number: int) -> list[tuple[str, str]]:
    """Content, head of the log, and whether the log holds at this moment."""
    faults = [f"{fault.seq}: {fault.problem}" for fault in verify(Approval.objects.filter(pk=document.approval_id))]
    held = ngettext("%(count)s entry; every hash holds", "%(count)s entries; every hash holds", number)
    state = _("does not hold: %(faults)s") % {"faults": "; ".join(faults)} if faults else held % {"count": number}
    return [
        (_("Log of approvals"), state),
        (_("Head of its event log"), document.approval.head_hash),
        (_("SHA-256 of the content"), document.specific.content_hash()),
    ]


def _doubt(file: Any) -> str:
    """What is wrong with a stored file, to be said behind its SHA-256; empty where it is as it was uploaded."""
    try:
        with file.file.open("rb") as stored:
            same = hashlib.sha256(stored.read()).hexdigest() == file.sha256
    except FileNotFoundError:
        return " · " + _("the stored file is missing")
    return "" if same else " · " + _("the stored file was changed")


def _who(event: Event) -> str:
    """The person, and for whom they stood in; empty where a rule acted."""
    if event.on_behalf_of_id:
        return _("%(substitute)s for %(person)s") % {"substitute": event.actor, "person": event.on_behalf_of}
    return event.who or _("by rule")


def _said(event: Event) -> str:
    return str(event.payload.get("text") or event.payload.get("reason") or "")


def _moment(at: Any) -> str:
    return timezone.localtime(at).isoformat(" ", "seconds")[:19]
