"""Who is in charge of a lead or an opportunity: taken from the pool, given back, given to a colleague, inherited."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.business.leads import permissions
from apps.business.leads.models import Lead, Opportunity
from apps.business.leads.services.rows import LeadError, Row, given, locked, save_with_note
from apps.notifications.services import notify
from apps.org.models import User


@transaction.atomic
def take(row: Row, *, by: User) -> Row:
    """Take one from the shared pool; of two who click at once the second is told who was first."""
    row = locked(row)
    if row.owner_id is not None and row.is_open:
        raise LeadError(_("%(name)s has just taken %(number)s.") % {"name": row.owner, "number": row.number})
    permissions.require(by, "take", row)
    row.owner = by
    save_with_note(row, by=by, text=_("Taken from the pool"))
    return row


@transaction.atomic
def release(row: Row, *, by: User, reason: str) -> Row:
    """Give one back to the shared pool."""
    row = locked(row)
    permissions.require(by, "release", row)
    reason = given(reason)
    row.owner = None
    save_with_note(row, by=by, text=_("Given to the pool: %(reason)s") % {"reason": reason})
    return row


@transaction.atomic
def assign(row: Row, *, by: User, to: User, reason: str = "") -> Row:
    """Put a colleague in charge, and tell them."""
    row = locked(row)
    permissions.require(by, "assign", row)
    if not to.is_active:
        text = _("%(name)s no longer works here.") % {"name": to}
        raise LeadError(text, fields={"to": text})
    if row.owner_id == to.pk:
        text = _("%(name)s is in charge already.") % {"name": to}
        raise LeadError(text, fields={"to": text})
    _give(row, to, by=by, reason=reason)
    if to != by:
        notify(
            to=[to],
            title=gettext_lazy("You are in charge of %(what)s"),
            body=gettext_lazy("Given to you by %(person)s."),
            params={"what": str(row), "person": by.name},
            url=row.get_absolute_url(),
        )
    return row


def _give(row: Lead | Opportunity, to: User, *, by: User, reason: str) -> None:
    before = row.owner.name if row.owner_id else _("shared pool")
    said = _("%(before)s → %(after)s") % {"before": before, "after": to.name}
    row.owner = to
    save_with_note(row, by=by, text=_(": ").join(filter(None, (said, reason.strip()))))


def _open_ones(employee: User):
    yield Lead.objects.filter(owner=employee, state=Lead.State.NEW)
    yield Opportunity.objects.filter(owner=employee, state=Opportunity.State.OPEN)


def describe(employee: User) -> list[str]:
    """What a leaver is in charge of, in words, before it is handed on."""
    leads, opportunities = (rows.count() for rows in _open_ones(employee))
    found = []
    if leads:
        found.append(ngettext("in charge of %(number)s lead", "in charge of %(number)s leads", leads))
        found[-1] %= {"number": leads}
    if opportunities:
        text = ngettext("in charge of %(number)s opportunity", "in charge of %(number)s opportunities", opportunities)
        found.append(text % {"number": opportunities})
    return found


def hand_over(*, employee: User, successor: User, by: User, reason: str) -> None:
    """The successor is in charge of every open lead and opportunity of the leaver."""
    for rows in _open_ones(employee):
        for row in rows.select_for_update(no_key=True).order_by("pk"):
            _give(row, successor, by=by, reason=reason)
