"""What leads and opportunities share: the locked row, what was done about it, opening it again."""

import datetime as dt
from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from apps.business.catalogue.models import LostReason
from apps.business.leads import permissions
from apps.business.leads.models import Activity, Lead, Opportunity
from apps.core import clock
from apps.core.errors import Refused
from apps.org.models import User
from apps.org.services import with_reason

Row = TypeVar("Row", Lead, Opportunity)
Kind = Activity.Kind


class LeadError(Refused):
    """A change of a lead or an opportunity that the rules do not allow; the text says why."""


def locked(row: Row) -> Row:
    """The row, locked and fresh. Every change begins here; nothing is joined."""
    return type(row).objects.select_for_update(no_key=True).get(pk=row.pk)


def note(row: Lead | Opportunity, *, by: User | None, text: str, kind: str = Kind.CHANGE, at=None) -> Activity:
    """Write down what was done."""
    name = "lead" if isinstance(row, Lead) else "opportunity"
    return Activity.objects.create(**{name: row}, by=by, text=text.strip()[:2000], kind=kind, at=at or clock.now())


def save_with_note(row: Lead | Opportunity, *, by: User | None, text: str) -> None:
    """Save a change that counts as an activity, in the history and among the activities."""
    row.active_on = clock.today()
    with_reason(row, by=by, reason=text[:100]).save()
    note(row, by=by, text=text)


def given(reason: str) -> str:
    """The reason, which must say something."""
    reason = reason.strip()
    if not reason:
        raise LeadError(_("Give a reason."), fields={"reason": _("Give a reason.")})
    return reason


def listed(reason: LostReason | None) -> LostReason:
    """The reason of the list, which must be chosen and in use."""
    if reason is None or not reason.active:
        text = _("Choose a reason.")
        raise LeadError(text, fields={"reason": text})
    return reason


@transaction.atomic
def touch(
    row: Lead | Opportunity,
    *,
    by: User,
    text: str,
    kind: str = Kind.CALL,
    at: dt.datetime | None = None,
    next_step: str | None = None,
    next_step_on: dt.date | None = None,
    trusted: bool = False,
) -> Activity:
    """Record what was done, and what comes next (None leaves the next step as it is). It keeps a lead out of the pool.

    `trusted` is for what other parts of the program note by themselves.
    """
    row = locked(row)
    if not trusted:
        permissions.require(by, "log", row)
    at = at or clock.now()
    problems = {}
    if not text.strip():
        problems["text"] = _("Write what was done.")
    if at > clock.now():
        problems["at"] = _("What was done can't lie in the future; enter it as the next step.")
    if problems:
        raise LeadError(" ".join(problems.values()), fields=problems)
    activity = note(row, by=by, text=text, kind=kind, at=at)
    row.active_on = max(row.active_on, clock.local_day(at))
    type(row).objects.filter(pk=row.pk).update(active_on=row.active_on)
    if next_step is not None and (next_step.strip(), next_step_on) != (row.next_step, row.next_step_on):
        row.next_step, row.next_step_on = next_step.strip(), next_step_on
        check_step(row)
        with_reason(row, by=by).save()
    return activity


def check_step(row: Lead | Opportunity) -> None:
    """A day needs a step."""
    if row.next_step_on and not row.next_step:
        text = _("Write what is to be done on this day.")
        raise LeadError(text, fields={"next_step": text})


@transaction.atomic
def reopen(row: Row, *, by: User, reason: str) -> Row:
    """Open again what was discarded or lost."""
    row = locked(row)
    permissions.require(by, "reopen", row)
    reason = given(reason)
    if isinstance(row, Lead):
        row.state, row.discard_reason = Lead.State.NEW, None
    else:
        row.state, row.lost_reason, row.lost_note, row.closed_on = Opportunity.State.OPEN, None, "", None
        row.stage_since, row.probability = clock.today(), row.stage.probability
    save_with_note(row, by=by, text=_("Opened again: %(reason)s") % {"reason": reason})
    return row
