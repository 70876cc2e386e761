"""Leads: written down, turned into an opportunity, or discarded (clauses 2.2.1 and 3.1.1)."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.business.catalogue.models import LostReason, ServiceType
from apps.business.leads import permissions
from apps.business.leads.models import ZERO, Lead, Opportunity
from apps.business.leads.services.opportunities import first_stage, save_opportunity
from apps.business.leads.services.rows import LeadError, check_step, listed, locked, note, save_with_note
from apps.core import clock
from apps.core.checks import check
from apps.core.errors import Forbidden
from apps.core.numbering import next_number
from apps.org.models import User
from apps.org.services import with_reason
from apps.service.clients.models import Client, Contact
from apps.service.clients.services import save_client, save_contact


@transaction.atomic
def save_lead(lead: Lead, *, by: User | None, reason: str = "", trusted: bool = False) -> Lead:
    """Create or change a lead. A new one gets its number; one without an owner is in the shared pool.

    Owners change through `take`, `release` and `assign`. `trusted` is for imports and the demo company.
    """
    stored = locked(lead) if lead.pk else None
    if not trusted:
        _require_may_save(lead, stored, by)
    lead.company_name = " ".join(lead.company_name.split())
    check_step(lead)
    if stored is None:
        lead.entered_on = lead.active_on = clock.today()
        lead.number = next_number(Lead.PREFIX, lead.entered_on.year)
    else:
        lead.active_on = stored.active_on
    check(lead)
    with_reason(lead, by=by, reason=reason).save()
    return lead


def _require_may_save(lead: Lead, stored: Lead | None, by: User | None) -> None:
    if stored is not None:
        permissions.require(by, "change", stored)
        if (lead.owner_id, lead.state) != (stored.owner_id, stored.state):
            raise LeadError(_("Somebody changed this lead at the same moment; look at it again."))
        return
    if by is None or not by.has_perm(permissions.ADD_LEAD):
        raise Forbidden(_("Your role does not add leads."))
    answer = permissions.may_begin_for(by, lead.owner_id)
    if not answer:
        raise LeadError(answer.reason, fields={"owner": answer.reason})
    if lead.owner_id and not lead.owner.is_active:
        text = _("%(name)s no longer works here.") % {"name": lead.owner}
        raise LeadError(text, fields={"owner": text})


@transaction.atomic
def qualify(
    lead: Lead,
    *,
    by: User,
    client: Client | None = None,
    new_client: dict[str, Any] | None = None,
    title: str = "",
    service_type: ServiceType | None = None,
    expected_amount: Decimal = ZERO,
    expected_on: dt.date | None = None,
    trusted: bool = False,
) -> Opportunity:
    """Turn a lead into an opportunity of `client`, else of the client it names, else of a new one begun from it.

    `new_client` are fields of the new file that differ from the lead's. The pages suggest clients that look like it
    (`service.clients.duplicates.suspects`) before one is begun. Owner, source and need come from the lead.
    """
    lead = locked(lead)
    if not trusted:
        permissions.require(by, "qualify", lead)
    client = client or (None if new_client is not None else lead.client)
    if client is None:
        client = _begin_file(lead, new_client or {}, by=by, trusted=trusted)
    elif client.is_merged:
        text = _("This file was merged into another one; choose that one.")
        raise LeadError(text, fields={"client": text})
    stage = first_stage()
    made = Opportunity(
        lead=lead,
        client=client,
        title=title.strip() or lead.company_name,
        service_type=service_type or lead.service_type,
        stage=stage,
        owner=lead.owner,
        expected_amount=expected_amount,
        expected_on=expected_on,
        next_step=lead.next_step,
        next_step_on=lead.next_step_on,
    )
    made = save_opportunity(made, by=by, reason=_("from lead %(number)s") % {"number": lead.number}, trusted=True)
    note(made, by=by, text=_("From lead %(number)s") % {"number": lead.number})
    lead.state, lead.client = Lead.State.QUALIFIED, client
    save_with_note(lead, by=by, text=_("Became opportunity %(number)s") % {"number": made.number})
    return made


def _begin_file(lead: Lead, values: dict[str, Any], *, by: User, trusted: bool) -> Client:
    """A client's file from what the lead knows, with the contact person."""
    known = {
        "name": lead.company_name,
        "owner": lead.owner,
        "source": lead.source,
        "source_detail": lead.source_detail,
        "referred_by": lead.referred_by,
        "phone": lead.phone,
        "email": lead.email,
        "needs": lead.need,
    }
    said = _("from lead %(number)s") % {"number": lead.number}
    client = save_client(Client(**{**known, **values}), by=by, reason=said, trusted=trusted)
    if lead.contact_name:
        contact = Contact(client=client, name=lead.contact_name, phone=lead.phone, email=lead.email, is_primary=True)
        save_contact(contact, by=by, reason=said, trusted=True)
    return client


@transaction.atomic
def discard(lead: Lead, *, by: User, reason: LostReason | None, note: str = "") -> Lead:
    """It leads nowhere; the reason is one of the list, the note says more."""
    lead = locked(lead)
    permissions.require(by, "discard", lead)
    lead.state, lead.discard_reason = Lead.State.DISCARDED, listed(reason)
    said = _(": ").join(filter(None, (str(reason), note.strip())))
    save_with_note(lead, by=by, text=_("Discarded: %(reason)s") % {"reason": said})
    return lead
