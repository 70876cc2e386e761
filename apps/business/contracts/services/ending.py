"""The end of a contract in force: fulfilled, or terminated with a reason."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.business.contracts import hooks
from apps.business.contracts.following import SCHEDULED_WHOLE
from apps.business.contracts.models import AgencyContract
from apps.core import clock
from apps.core.errors import Refused
from apps.core.money import format_money
from apps.documents import permissions
from apps.documents.services.locking import lock, save
from apps.notifications.services import notify


@transaction.atomic
def complete(contract: AgencyContract, *, by, on: dt.date) -> AgencyContract:
    """A contract is fulfilled: everything is settled, or for commission and hourly fees nothing more is to come."""
    contract = lock(contract)
    permissions.require(by, "complete", contract)
    _check_end(contract, on)
    if contract.fee_basis in SCHEDULED_WHOLE and contract.unsettled > 0:
        text = _("%(open)s are not settled yet. Settle them, or lower the total with a supplement.")
        raise Refused(text % {"open": format_money(contract.unsettled)})
    contract.phase, contract.ended_on = AgencyContract.Phase.COMPLETED, on
    save(contract, by=by, reason="completed")
    return contract


@transaction.atomic
def terminate(contract: AgencyContract, *, by, on: dt.date, reason: str) -> AgencyContract:
    """A contract ends before it is fulfilled; no more is settled. Refused while a settlement is in approval."""
    contract = lock(contract)
    permissions.require(by, "terminate", contract)
    reason = reason.strip()
    if not reason:
        raise Refused(_("Give the reason."), fields={"reason": [_("Give the reason.")]})
    _check_end(contract, on)
    contract.phase, contract.ended_on = AgencyContract.Phase.TERMINATED, on
    contract.end_reason = reason[:300]
    save(contract, by=by, reason=f"terminated: {reason}"[:100])
    for run in hooks.after_termination:
        run(contract, by=by)
    _tell(contract, by=by)
    return contract


def _check_end(contract: AgencyContract, on: dt.date) -> None:
    if contract.settling > 0:
        text = _("%(amount)s are in settlement; let those papers be decided first.")
        raise Refused(text % {"amount": format_money(contract.settling)})
    refused = ""
    if on > clock.today():
        refused = _("This date lies in the future.")
    elif contract.signed_on and on < contract.signed_on:
        refused = _("It was signed on %(day)s and can't have ended before.") % {"day": contract.signed_on}
    if refused:
        raise Refused(refused, fields={"on": [refused]})


def _tell(contract: AgencyContract, *, by) -> None:
    people = {person.pk: person for person in (contract.applicant, contract.department.head) if person}
    people.pop(by.pk, None)
    title = gettext_lazy("%(paper)s with %(client)s was terminated by %(by)s")
    params = {"paper": str(contract), "client": contract.party_a, "by": str(by)}
    body = contract.end_reason.replace("%", "%%")
    notify(to=people.values(), title=title, params=params, body=body, url=contract.get_absolute_url())
