"""Opportunities: begun, moved from stage to stage, won or lost (clause 3.1.1)."""

from django.db import transaction
from django.utils.translation import gettext as _

from apps.business.catalogue.models import LostReason, OpportunityStage
from apps.business.leads import permissions
from apps.business.leads.models import Opportunity
from apps.business.leads.services.rows import LeadError, check_step, listed, locked, save_with_note
from apps.core import clock
from apps.core.checks import check
from apps.core.errors import Forbidden
from apps.core.money import quantize
from apps.core.numbering import next_number
from apps.org.models import User
from apps.org.services import with_reason
from apps.service.clients.models import Client


def first_stage() -> OpportunityStage:
    """Where opportunities begin."""
    stage = OpportunityStage.objects.filter(active=True).first()
    if stage is None:
        raise LeadError(_("No stage is in use; ask an administrator to enter the stages first."))
    return stage


@transaction.atomic
def save_opportunity(
    opportunity: Opportunity, *, by: User | None, reason: str = "", trusted: bool = False
) -> Opportunity:
    """Create or change an opportunity. A new one gets its number; its probability is that of the stage unless given.

    Owners change through `take`, `release` and `assign`.
    """
    stored = locked(opportunity) if opportunity.pk else None
    if not trusted:
        _require_may_save(opportunity, stored, by)
    opportunity.title = " ".join(opportunity.title.split())
    opportunity.expected_amount = quantize(opportunity.expected_amount)
    check_step(opportunity)
    if stored is None:
        _begin(opportunity)
    else:
        opportunity.active_on = stored.active_on
        if opportunity.stage_id != stored.stage_id:
            opportunity.stage_since = clock.today()
            if opportunity.probability == stored.probability:
                opportunity.probability = opportunity.stage.probability
    check(opportunity)
    with_reason(opportunity, by=by, reason=reason).save()
    return opportunity


def _begin(opportunity: Opportunity) -> None:
    today = clock.today()
    if opportunity.stage_id is None:
        opportunity.stage = first_stage()
    opportunity.stage_since = opportunity.active_on = today
    opportunity.probability = opportunity.probability or opportunity.stage.probability
    opportunity.number = next_number(Opportunity.PREFIX, today.year)


def _require_may_save(opportunity: Opportunity, stored: Opportunity | None, by: User | None) -> None:
    if stored is not None:
        permissions.require(by, "change", stored)
        if (opportunity.owner_id, opportunity.state) != (stored.owner_id, stored.state):
            raise LeadError(_("Somebody changed this opportunity at the same moment; look at it again."))
    elif by is None or not by.has_perm(permissions.ADD_OPPORTUNITY):
        raise Forbidden(_("Your role does not add opportunities."))
    elif opportunity.owner_id not in (None, by.pk) and not by.has_perm(permissions.ASSIGN):
        text = _("Your role does not give opportunities to others.")
        raise LeadError(text, fields={"owner": text})
    if stored is None or stored.client_id != opportunity.client_id:
        _require_client(opportunity, by)


def _require_client(opportunity: Opportunity, by: User) -> None:
    """One sells to clients one sees."""
    if not Client.objects.visible_to(by).live().filter(pk=opportunity.client_id).exists():
        text = _("There is no such client for you.")
        raise LeadError(text, fields={"client": text})


@transaction.atomic
def move(opportunity: Opportunity, *, by: User, stage: OpportunityStage) -> Opportunity:
    """To another stage, whose probability it takes; moving it where it is already changes nothing."""
    opportunity = locked(opportunity)
    permissions.require(by, "move", opportunity)
    if stage.pk == opportunity.stage_id:
        return opportunity
    if not stage.active:
        text = _("The stage %(stage)s is no longer in use.") % {"stage": stage}
        raise LeadError(text, fields={"stage": text})
    words = {"before": opportunity.stage, "after": stage}
    opportunity.stage, opportunity.stage_since = stage, clock.today()
    opportunity.probability = stage.probability
    save_with_note(opportunity, by=by, text=_("%(before)s → %(after)s") % words)
    return opportunity


@transaction.atomic
def lose(opportunity: Opportunity, *, by: User, reason: LostReason | None, note: str = "") -> Opportunity:
    """It came to nothing; the reason is one of the list."""
    opportunity = locked(opportunity)
    permissions.require(by, "lose", opportunity)
    opportunity.state, opportunity.lost_reason = Opportunity.State.LOST, listed(reason)
    opportunity.lost_note, opportunity.closed_on = note.strip()[:300], clock.today()
    opportunity.probability = 0
    said = _(": ").join(filter(None, (str(reason), opportunity.lost_note)))
    save_with_note(opportunity, by=by, text=_("Lost: %(reason)s") % {"reason": said})
    return opportunity


@transaction.atomic
def win(opportunity: Opportunity, *, by: User) -> Opportunity:
    """What it led to is agreed: called where its application is approved or its contract signed, never by a button.

    Who decides there need not see the opportunity. Winning twice changes nothing.
    """
    opportunity = locked(opportunity)
    if opportunity.state == Opportunity.State.WON:
        return opportunity
    opportunity.state, opportunity.closed_on = Opportunity.State.WON, clock.today()
    opportunity.lost_reason, opportunity.lost_note = None, ""
    opportunity.probability = 100
    save_with_note(opportunity, by=by, text=_("Won"))
    return opportunity
