"""When two files of one client become one, their credit does too."""

from django.utils.translation import gettext as _

from apps.core import clock
from apps.org.services import with_reason
from apps.risk.credit.models import CreditAssessment, CreditCheck, CreditHold, CreditLimit, CreditWaiver


def move(*, source, target, by, reason: str) -> dict[str, int]:
    """Point assessments, limits, holds, exceptions and checks at the file that stays.

    Of two limits in force the one of the file that stays goes on; of two holds the one set first.
    """
    _end_second_limit(source, target, by=by, reason=reason)
    _lift_second_hold(source, target, by=by, reason=reason)
    moved = {}
    for name, model in (("credit limits", CreditLimit), ("holds", CreditHold), ("exceptions", CreditWaiver)):
        moved[name] = _point(model, source, target, by=by, reason=reason)
    moved["assessments"] = _point(CreditAssessment, source, target, by=by, reason=reason)
    moved["credit checks"] = CreditCheck.objects.filter(client=source).update(client=target)
    return moved


def _point(model, source, target, *, by, reason: str) -> int:
    rows = list(model.objects.select_for_update(of=("self",)).filter(client=source).order_by("pk"))
    for row in rows:
        row.client = target
        with_reason(row, by=by, reason=reason[:100]).save()
    return len(rows)


def _end_second_limit(source, target, *, by, reason: str) -> None:
    if not CreditLimit.objects.filter(client=target, ended_on__isnull=True).exists():
        return
    for row in CreditLimit.objects.select_for_update(of=("self",)).filter(client=source, ended_on__isnull=True):
        row.ended_on = clock.today()
        with_reason(row, by=by, reason=reason[:100]).save()


def _lift_second_hold(source, target, *, by, reason: str) -> None:
    open_holds = CreditHold.objects.select_for_update(of=("self",)).filter(lifted_at__isnull=True)
    rows = list(open_holds.filter(client__in=[source, target]).order_by("set_at", "pk"))
    for row in rows[1:]:
        row.lifted_by, row.lifted_at = by, clock.now()
        row.lift_reason = _("The client was on hold in another file already.")
        with_reason(row, by=by, reason=reason[:100]).save()
