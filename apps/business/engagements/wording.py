"""An engagement in words and colours: where it stands, and what comes next."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from apps.business.engagements.models import DossierEntry, Engagement, ProgressReport
from apps.core import clock
from apps.core.money import format_money

Phase = Engagement.Phase
PHASE_TONES = {
    Phase.PREPARING: "draft",
    Phase.PLANNING: "info",
    Phase.EXECUTING: "running",
    Phase.DELIVERED: "success",
    Phase.SETTLING: "in_review",
    Phase.CLOSED: "closed",
    Phase.SUSPENDED: "warning",
    Phase.TERMINATED: "cancelled",
}
HEALTH_TONES = {
    Engagement.Health.GOOD: "success",
    Engagement.Health.AT_RISK: "warning",
    Engagement.Health.IN_TROUBLE: "danger",
}
ORDER = [Phase.PREPARING, Phase.PLANNING, Phase.EXECUTING, Phase.DELIVERED, Phase.SETTLING, Phase.CLOSED]


def phase_of(engagement: Engagement) -> tuple[str, str]:
    """(colour, words) of the phase."""
    return PHASE_TONES[engagement.phase], engagement.get_phase_display()


def health_of(engagement: Engagement) -> tuple[str, str]:
    """(colour, words) of the health; nothing once it has ended."""
    if engagement.phase in (Phase.CLOSED, Phase.TERMINATED):
        return "", ""
    return HEALTH_TONES[engagement.health], engagement.get_health_display()


def report_of(engagement: Engagement) -> tuple[str, str]:
    """(colour, words) of the progress report that is promised next."""
    if engagement.next_report_on is None or not engagement.is_running:
        return "", ""
    late = (clock.today() - engagement.next_report_on).days
    if late > 0:
        return "overdue", _("overdue")
    return ("warning", _("due today")) if late == 0 else ("info", _("promised"))


def state_of_report(report: ProgressReport) -> tuple[str, str]:
    """(colour, words): a sent report is answered or waits for the answer."""
    if report.state == ProgressReport.State.DRAFT:
        return "draft", report.get_state_display()
    return ("approved", _("Answered")) if report.answered_on else ("in_review", _("Sent, no answer yet"))


def state_of_entry(entry: DossierEntry) -> tuple[str, str]:
    """(colour, words) of a line of the checklist."""
    if entry.received_on:
        return "approved", _("There")
    if entry.waived_on:
        return "info", _("Waived")
    return ("danger", _("Missing")) if entry.required else ("draft", _("If there is one"))


@dataclass(frozen=True)
class Stop:
    """One phase on the bar: its name, done, now or coming, and since when."""

    label: str
    state: str
    day: dt.date | None = None


def phase_bar(engagement: Engagement) -> list[Stop]:
    """The regular way of an engagement; one that is suspended or ended early stays where it stopped."""
    at = engagement.suspended_from if engagement.phase == Phase.SUSPENDED else engagement.phase
    here = ORDER.index(at) if at in ORDER else _reached(engagement)
    days = {
        Phase.PREPARING: clock.local_day(engagement.created_at),
        Phase.EXECUTING: engagement.started_on,
        Phase.DELIVERED: engagement.delivered_on,
        Phase.CLOSED: engagement.closed_on if engagement.phase == Phase.CLOSED else None,
    }
    stops = []
    for index, phase in enumerate(ORDER):
        state = "done" if index < here or engagement.phase == Phase.CLOSED else "now" if index == here else "coming"
        stops.append(Stop(str(phase.label), state, days.get(phase)))
    return stops


def _reached(engagement: Engagement) -> int:
    """How far a terminated one had come, by its dates."""
    return 3 if engagement.delivered_on else 2 if engagement.started_on else 0


def next_step(engagement: Engagement, *, members: int, missing: list[DossierEntry]) -> str:
    """What has to happen next, as one sentence."""
    say = _STEPS.get(engagement.phase)
    return say(engagement, members, missing) if say else ""


def _preparing(engagement: Engagement, members: int, missing: list[DossierEntry]) -> str:
    if not members:
        return _("Name the team with its duties, then write the execution plan.")
    return _("Write the execution plan and hand it in for approval.")


def _planning(engagement: Engagement, members: int, missing: list[DossierEntry]) -> str:
    plan = getattr(engagement, "plan", None)
    if plan is not None and plan.state == "in_review":
        return _("The execution plan is being decided; work starts once it is approved.")
    if plan is not None and plan.state == "returned":
        return _("The execution plan was returned; correct it and hand it in again.")
    return _("Write the execution plan and hand it in for approval.")


def _executing(engagement: Engagement, members: int, missing: list[DossierEntry]) -> str:
    due = engagement.next_report_on
    if due is not None and due <= clock.today():
        return _("Send the progress report that was promised to the client for %(day)s.") % {"day": due}
    if due is not None:
        return _("Work by the plan; the next progress report goes to the client on %(day)s.") % {"day": due}
    return _("Work by the plan, and say so here when everything is delivered.")


def _delivered(engagement: Engagement, members: int, missing: list[DossierEntry]) -> str:
    if missing:
        names = _(", ").join(str(entry) for entry in missing)
        return _("Complete the file before settling; still missing: %(names)s.") % {"names": names}
    return _("Confirm amount and payment method with the client and hand in the settlement application.")


def _settling(engagement: Engagement, members: int, missing: list[DossierEntry]) -> str:
    contract = engagement.contract
    if contract.settling:
        return _("A settlement over %(amount)s is being decided.") % {"amount": format_money(contract.settling)}
    if contract.unsettled > 0:
        return _("Settle the remaining %(amount)s, or close the engagement.") % {
            "amount": format_money(contract.unsettled)
        }
    return _("Everything is settled; close the engagement.")


def _suspended(engagement: Engagement, members: int, missing: list[DossierEntry]) -> str:
    return _("Work pauses; resume the engagement when it goes on.")


_STEPS = {
    Phase.PREPARING: _preparing,
    Phase.PLANNING: _planning,
    Phase.EXECUTING: _executing,
    Phase.DELIVERED: _delivered,
    Phase.SETTLING: _settling,
    Phase.SUSPENDED: _suspended,
}


def completeness(entries: list[DossierEntry]) -> int:
    """How much of what the file must hold is there or waived, in percent."""
    needed = [entry for entry in entries if entry.required]
    if not needed:
        return 100
    return 100 * sum(not entry.is_missing for entry in needed) // len(needed)
