"""Everything that happened to a client in one order: contacts, reviews, merges, changes of the file."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from apps.core.timeline import Happening, newest_first
from apps.org.history import history_of
from apps.service.clients import quality
from apps.service.clients.models import Client, ClientDocument, ContactLog

MOST = 60


@dataclass(frozen=True)
class ClientHappening(Happening):
    """One entry of a client's timeline; a contact brings its log."""

    log: ContactLog | None = None


def timeline_of(client: Client, *, viewer) -> list[Happening]:
    """The latest entries, newest first; a fixed number of queries however long the story is."""
    parts = (_logs(client), _reviews(client), _merges(client), _documents(client), _changes(client, viewer))
    found = [entry for part in parts for entry in part]
    return newest_first(found, MOST)


def _logs(client: Client):
    icons = {"visit": "person-check", "meeting": "people", "phone": "telephone", "wechat": "chat-dots"}
    for log in client.logs.select_related("contact", "by")[:MOST]:
        log.client = client
        title = log.get_channel_display()
        if log.contact_id:
            title = _("%(channel)s with %(person)s") % {"channel": title, "person": log.contact}
        lines = [_("Outcome: %(text)s") % {"text": log.outcome}] if log.outcome else []
        if log.next_contact_on:
            lines.append(_("Next contact on %(day)s") % {"day": log.next_contact_on.isoformat()})
        yield ClientHappening(log.at, icons.get(log.channel, "envelope"), log.by, title, log.summary, lines, log)


def _reviews(client: Client):
    for review in client.reviews.select_related("by")[:MOST]:
        names = _(", ").join(str(quality.FIELDS[name][0]) for name in review.fields if name in quality.FIELDS)
        lines = [_("Confirmed: %(fields)s") % {"fields": names}]
        yield ClientHappening(review.done_at, "check2-circle", review.by, _("File reviewed"), review.comment, lines)


def _merges(client: Client):
    for merge in client.merges.select_related("by", "source")[:MOST]:
        title = _("%(number)s %(name)s merged into this file")
        values = {"number": merge.source.number, "name": merge.source.name}
        yield ClientHappening(merge.merged_at, "arrow-left-right", merge.by, title % values, merge.reason)


def _documents(client: Client):
    titles = {"+": _("Document added"), "~": _("Document changed"), "-": _("Document removed")}
    rows = ClientDocument.history.filter(client_id=client.pk).select_related("history_user")
    for row in rows.order_by("-history_date", "-history_id")[:MOST]:
        title = titles[row.history_type]
        said = _("%(title)s: %(name)s") % {"title": title, "name": row.name}
        yield ClientHappening(row.history_date, "file-earmark", row.history_user, said, row.history_change_reason or "")


def _changes(client: Client, viewer):
    for entry in history_of(client, viewer=viewer, limit=MOST, first=False):
        begun = entry.action == _("Created")
        title = _("File begun") if begun else _("File changed")
        lines = [] if begun else [str(change) for change in entry.changes]
        yield ClientHappening(
            entry.when, "pencil" if not begun else "file-earmark-plus", entry.who, title, entry.reason, lines
        )
