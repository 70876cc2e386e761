"""Holds: no new business with a client until they are lifted."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import clock
from apps.notifications.services import notify
from apps.org.services import with_reason
from apps.risk.credit import permissions
from apps.risk.credit.errors import CreditError
from apps.risk.credit.models import CreditHold
from apps.service.clients.models import Client


@transaction.atomic
def set_hold(client: Client, *, by, reason: str) -> CreditHold:
    """Put a client on hold, with a reason; the employee in charge is told."""
    client = _locked(client)
    permissions.require(by, "hold", client)
    if client.credit_holds.filter(lifted_at__isnull=True).exists():
        raise CreditError(_("%(client)s is on hold already.") % {"client": client})
    hold = CreditHold(client=client, reason=_said(reason), set_by=by, set_at=clock.now())
    with_reason(hold, by=by, reason="hold set").save()
    _tell(client, gettext_lazy("%(client)s is on hold"), hold.reason)
    return hold


@transaction.atomic
def lift_hold(client: Client, *, by, reason: str) -> CreditHold:
    """Let a client go, with a reason."""
    client = _locked(client)
    permissions.require(by, "hold", client)
    hold = client.credit_holds.select_for_update(of=("self",)).filter(lifted_at__isnull=True).first()
    if hold is None:
        raise CreditError(_("%(client)s is not on hold.") % {"client": client})
    hold.lifted_by, hold.lifted_at, hold.lift_reason = by, clock.now(), _said(reason)
    with_reason(hold, by=by, reason="hold lifted").save()
    _tell(client, gettext_lazy("%(client)s is no longer on hold"), hold.lift_reason)
    return hold


def _locked(client: Client) -> Client:
    return Client.objects.select_for_update(no_key=True).get(pk=client.pk)


def _said(reason: str) -> str:
    said = reason.strip()[:200]
    if not said:
        raise CreditError(_("Give a reason."), fields={"reason": _("Give a reason.")})
    return said


def _tell(client: Client, title, reason: str) -> None:
    if client.owner_id:
        params = {"client": client.name, "reason": reason}
        notify(to=[client.owner], title=title, body="%(reason)s", params=params, url=client.get_absolute_url())
