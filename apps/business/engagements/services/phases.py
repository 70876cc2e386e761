"""The phases of an engagement, from preparation to its end (clauses 3.2.2–3.2.5).

`start_planning`, `start_work` and `begin_settling` follow from papers that somebody else may have decided, so they ask
for the order of things alone; the others ask who may, too.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from apps.business.contracts.models import AgencyContract
from apps.business.engagements import permissions
from apps.business.engagements.models import Engagement
from apps.business.engagements.services.dossier import missing_documents
from apps.business.engagements.services.rows import EngagementError, given, keep, locked
from apps.business.engagements.services.team import end_all
from apps.core import clock
from apps.documents.services import locking
from apps.org.models import User

Phase = Engagement.Phase


@transaction.atomic
def start_planning(engagement: Engagement, *, by: User) -> Engagement:
    """The execution plan is being written or decided."""
    return _move(locked(engagement), Phase.PLANNING, after=[Phase.PREPARING], by=by)


@transaction.atomic
def start_work(engagement: Engagement, *, by: User) -> Engagement:
    """Work begins, which an approved execution plan allows (clause 3.2.3).

    In the transaction of the approval the plan that is hung on `engagement` is more recent than the table.
    """
    plan = getattr(engagement, "plan", None)
    if plan is None or plan.state != "approved":
        raise EngagementError(_("Work starts once the execution plan is approved."))
    row = locked(engagement)
    row.started_on = row.started_on or clock.today()
    return _move(row, Phase.EXECUTING, after=[Phase.PREPARING, Phase.PLANNING], by=by)


@transaction.atomic
def deliver(engagement: Engagement, *, by: User, reason: str = "") -> Engagement:
    """What was promised is done and handed to the client."""
    row = locked(engagement)
    _require_running(row, Phase.DELIVERED, [Phase.EXECUTING])
    permissions.require(by, "deliver", row)
    row.delivered_on = clock.today()
    return _move(row, Phase.DELIVERED, after=[Phase.EXECUTING], by=by, reason=reason)


@transaction.atomic
def begin_settling(engagement: Engagement, *, by: User) -> Engagement:
    """What was delivered is being settled with the client."""
    return _move(locked(engagement), Phase.SETTLING, after=[Phase.DELIVERED], by=by)


@transaction.atomic
def close(engagement: Engagement, *, by: User, reason: str = "") -> Engagement:
    """The engagement is over; its file is complete, and its team ends with it."""
    contract = locking.lock(engagement.contract)
    row = locked(engagement)
    after = [Phase.DELIVERED, Phase.SETTLING]
    _require_running(row, Phase.CLOSED, after)
    permissions.require(by, "close", row)
    if missing := missing_documents(row):
        names = _(", ").join(str(entry) for entry in missing)
        raise EngagementError(_("The file is not complete: %(names)s is missing.") % {"names": names})
    if contract.settling:
        raise EngagementError(_("A settlement of this engagement is still in approval."))
    return _end(row, Phase.CLOSED, after=after, by=by, reason=reason or _("the engagement is closed"))


@transaction.atomic
def suspend(engagement: Engagement, *, by: User, reason: str) -> Engagement:
    """Work pauses, with a reason."""
    row = locked(engagement)
    after = [Phase.PREPARING, Phase.PLANNING, Phase.EXECUTING, Phase.DELIVERED, Phase.SETTLING]
    _require_running(row, Phase.SUSPENDED, after)
    permissions.require(by, "suspend", row)
    row.suspended_from = row.phase
    return _move(row, Phase.SUSPENDED, after=after, by=by, reason=given(reason))


@transaction.atomic
def resume(engagement: Engagement, *, by: User, reason: str = "") -> Engagement:
    """Work goes on where it paused."""
    row = locked(engagement)
    if row.phase != Phase.SUSPENDED:
        raise EngagementError(_("This engagement is not suspended."))
    permissions.require(by, "resume", row)
    to, row.suspended_from = row.suspended_from or Phase.PREPARING, ""
    return _move(row, to, after=[Phase.SUSPENDED], by=by, reason=reason)


@transaction.atomic
def terminate(engagement: Engagement, *, by: User, reason: str) -> Engagement:
    """The engagement ends before its work is done, with a reason; its team ends with it."""
    row = locked(engagement)
    if row.phase in permissions.ENDED:
        raise EngagementError(_("This engagement has ended (%(phase)s).") % {"phase": row.get_phase_display()})
    permissions.require(by, "terminate", row)
    return _end(row, Phase.TERMINATED, after=[row.phase], by=by, reason=given(reason))


def end_with_contract(contract: AgencyContract, *, by: User) -> None:
    """The contract was terminated: what is not over yet ends with it."""
    engagement = Engagement.objects.filter(contract=contract).exclude(phase__in=permissions.ENDED).first()
    if engagement is not None:
        row, said = locked(engagement), _("%(contract)s was terminated") % {"contract": contract.number}
        _end(row, Phase.TERMINATED, after=[row.phase], by=by, reason=said)


def _end(row: Engagement, to: str, *, after: list[str], by: User, reason: str) -> Engagement:
    row.closed_on, row.next_report_on, row.suspended_from = clock.today(), None, ""
    row = _move(row, to, after=after, by=by, reason=reason)
    end_all(row, by=by, reason=reason)
    return row


def _move(row: Engagement, to: str, *, after: list[str], by: User, reason: str = "") -> Engagement:
    _require_running(row, to, after)
    row.phase = to
    keep(row, by=by, reason=reason)
    return row


def _require_running(row: Engagement, to: str, after: list[str]) -> None:
    if row.phase not in after:
        words = {"phase": row.get_phase_display(), "wanted": Phase(to).label}
        raise EngagementError(_("This engagement is “%(phase)s” and can't become “%(wanted)s” now.") % words)
