"""Exceptions that were made are revoked here; `gate.let_through` makes them."""

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import clock
from apps.org.services import with_reason
from apps.risk.credit import permissions
from apps.risk.credit.errors import CreditError
from apps.risk.credit.models import CreditWaiver


@transaction.atomic
def revoke_waiver(waiver: CreditWaiver, *, by, reason: str) -> CreditWaiver:
    """From now on the exception covers nothing any more; papers that went through stay as they are."""
    permissions.require(by, "revoke", waiver)
    waiver = CreditWaiver.objects.select_for_update(of=("self",)).get(pk=waiver.pk)
    if not reason.strip():
        raise CreditError(_("Give a reason."), fields={"reason": _("Give a reason.")})
    if waiver.revoked_on is not None:
        raise CreditError(_("This exception was revoked on %(day)s.") % {"day": waiver.revoked_on})
    if waiver.expires_on < clock.today():
        raise CreditError(_("This exception expired on %(day)s.") % {"day": waiver.expires_on})
    waiver.revoked_on = clock.today()
    with_reason(waiver, by=by, reason=f"revoked: {reason.strip()}"[:100]).save()
    return waiver
