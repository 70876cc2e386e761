"""Telling the client about the progress on the promised days (clauses 2.2.3 and 3.2.3)."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.business.engagements import permissions
from apps.business.engagements.models import Engagement, ProgressReport
from apps.business.engagements.services.rows import EngagementError, keep, locked, refused
from apps.core import clock
from apps.core.jobs import enqueue
from apps.org.models import User
from apps.service.clients.models import Contact

SEND_JOB = "business.send-progress-report"
TOO_OLD_TO_MAIL = dt.timedelta(days=1)


def recipients_of(engagement: Engagement) -> list[Contact]:
    """The people at the client who have an e-mail address, the primary contact first."""
    people = Contact.objects.filter(client=engagement.client_id, active=True).exclude(email="")
    return list(people.order_by("-is_primary", "name", "pk"))


def next_period(engagement: Engagement) -> tuple[dt.date, dt.date]:
    """What the next report is about: from the day after the last one until today."""
    last = engagement.progress_reports.aggregate(last=Max("period_to"))["last"]
    today = clock.today()
    begun = engagement.started_on or clock.local_day(engagement.created_at)
    start = last + dt.timedelta(days=1) if last else begun
    return min(start, today), today


@transaction.atomic
def save_report(report: ProgressReport, *, by: User, reason: str = "") -> ProgressReport:
    """Write a draft; a new one gets the next number of its engagement."""
    engagement = locked(report.engagement)
    permissions.require(by, "report", engagement)
    if report.pk is None:
        last = engagement.progress_reports.aggregate(last=Max("number"))["last"] or 0
        report.number, report.author = last + 1, by
        report.due_on = engagement.next_report_on
    elif ProgressReport.objects.get(pk=report.pk).state != ProgressReport.State.DRAFT:
        raise EngagementError(_("This report was sent and can't be changed any more."))
    if report.period_to < report.period_from:
        raise refused("period_to", _("The period ends before it begins."))
    if not report.done.strip():
        raise refused("done", _("Say what was done."))
    keep(report, by=by, reason=reason)
    return report


@transaction.atomic
def delete_report(report: ProgressReport, *, by: User) -> None:
    """Throw a draft away; the number of the last one is given again."""
    report = _of_locked(report, by)
    if report.state != ProgressReport.State.DRAFT:
        raise EngagementError(_("This report was sent and stays on record."))
    report._history_user = by
    report.delete()


@transaction.atomic
def send_report(
    report: ProgressReport, *, by: User, to: Sequence[Contact] | None = None, otherwise: str = ""
) -> ProgressReport:
    """Send a draft to people at the client by e-mail, in the background; the next one is promised from then on.

    Without `to` it goes to the primary contact. `otherwise` says in words how it was handed over without e-mail.
    """
    report = _of_locked(report, by)
    engagement = report.engagement
    if report.state != ProgressReport.State.DRAFT:
        raise EngagementError(_("This report was sent on %(day)s.") % {"day": clock.local_day(report.sent_at)})
    addresses = [] if otherwise.strip() else _addresses(engagement, to)
    report.state, report.sent_at, report.sent_by = ProgressReport.State.SENT, clock.now(), by
    report.sent_to = otherwise.strip()[:300] or ", ".join(addresses)
    report.due_on = engagement.next_report_on
    keep(report, by=by, reason=_("sent to %(people)s") % {"people": report.sent_to})
    engagement.next_report_on = _following(engagement.next_report_on or clock.today(), engagement.report_days)
    keep(engagement, by=by, reason=_("progress report %(number)s is sent") % {"number": report.number})
    if addresses and report.sent_at > timezone.now() - TOO_OLD_TO_MAIL:
        title = _("E-mail of the progress report %(report)s") % {"report": report}
        params = {"report": report.pk, "to": addresses}
        enqueue(SEND_JOB, by=by, params=params, key=f"progress-report-{report.pk}", title=title)
    return report


def _addresses(engagement: Engagement, to: Sequence[Contact] | None) -> list[str]:
    known = {contact.pk: contact for contact in recipients_of(engagement)}
    if not known:
        text = _("Nobody at %(client)s has an e-mail address in the client file; enter one first.")
        raise refused("to", text % {"client": engagement.client})
    chosen = list(known.values())[:1] if to is None else [known[person.pk] for person in to if person.pk in known]
    if not chosen:
        raise refused("to", _("Choose who gets the report."))
    addresses = list(dict.fromkeys(contact.email for contact in chosen))
    if len(", ".join(addresses)) > ProgressReport._meta.get_field("sent_to").max_length:
        raise refused("to", _("These are too many people for one report; choose fewer."))
    return addresses


def _following(promised: dt.date, days: int) -> dt.date:
    """The next promised day on the cadence; days that passed meanwhile can't be kept any more."""
    step, today = dt.timedelta(days=max(days, 1)), clock.today()
    following = promised + step
    while following <= today:
        following += step
    return following


@transaction.atomic
def record_answer(report: ProgressReport, *, by: User, answer: str, on: dt.date | None = None) -> ProgressReport:
    """Keep what the client answered, and when; a later answer is written over the one before, which history keeps."""
    report = _of_locked(report, by)
    if report.state != ProgressReport.State.SENT:
        raise EngagementError(_("Only a report that was sent is answered."))
    day = on or clock.today()
    if not answer.strip():
        raise refused("answer", _("Write down what the client answered."))
    if day > clock.today():
        raise refused("answered_on", _("An answer can't come from the future."))
    if day < clock.local_day(report.sent_at):
        raise refused("answered_on", _("An answer can't come before the report."))
    report.answer, report.answered_on = answer.strip(), day
    keep(report, by=by, reason=_("answered"))
    return report


def _of_locked(report: ProgressReport, by: User) -> ProgressReport:
    """The report as it is in the table, its engagement locked and the permission asked."""
    engagement = locked(report.engagement)
    permissions.require(by, "report", engagement)
    fresh = ProgressReport.objects.get(pk=report.pk)
    fresh.engagement = engagement
    return fresh
