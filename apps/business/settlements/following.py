"""What a settlement asks of its route, demands at submission, and does when its state changes.

The paper is known here by its interface alone; `models` imports this module.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.business.engagements import services as engagements
from apps.business.engagements.models import Engagement
from apps.business.settlements import ledger, submission
from apps.business.settlements.money import receivable_of
from apps.business.settlements.parties import PHASES
from apps.core.money import format_money, quantize
from apps.documents.errors import Incomplete
from apps.finance.billing import services as billing
from apps.notifications.services import notify
from apps.org.models import User
from apps.risk.credit import gate

ISSUES_INVOICES = ("finance", "issue_invoice")
STAGE = "settlement"
CANCELLED = "cancelled"


def standing(paper) -> tuple[str, str]:
    """The state as people speak of it: code and words. Approved ones are told apart by their money."""
    receivable = receivable_of(paper) if paper.state == "approved" else None
    return receivable.standing if receivable is not None else (paper.state, paper.get_state_display())


def facts(paper) -> dict[str, Any]:
    """What a route's conditions may read."""
    return {
        "amount": str(quantize(paper.amount)),
        "credit_gate": gate.decided(paper) or gate.fact(paper, **credit_question(paper)),
        "deduction": str(quantize(paper.deduction)),
        "department": paper.department_id,
    }


def problems(paper, by) -> dict[str, list[str]]:
    """What keeps the paper from being submitted, by field."""
    return submission.problems(paper, by)


def submitted(paper, by) -> None:
    """The amount is reserved on the contract, the credit gate is asked, the team may read along."""
    try:
        ledger.reserve(paper)
    except ledger.Taken as error:
        raise Incomplete(submission.taken_a_moment_ago(paper, by)) from error
    gate.ask(paper, stage=STAGE, by=by, **credit_question(paper))
    engagements.open_to_team(paper.engagement, paper)
    engagement = Engagement.objects.get(pk=paper.engagement_id)
    if engagement.phase not in PHASES:
        raise Incomplete(submission.not_settled_in_this_phase(engagement))
    if engagement.phase == Engagement.Phase.DELIVERED and ledger.settles_the_rest(paper):
        engagements.begin_settling(engagement, by=by)


def approved(paper, by) -> None:
    """The amount is settled and owed: a receivable is opened, Finance and Business are told (clause 3.3.4)."""
    known = type(paper).objects.select_related("client", "contract", "engagement__manager").get(pk=paper.pk)
    paper.client, paper.contract, paper.engagement = known.client, known.contract, known.engagement
    ledger.take(paper)
    gate.let_through(paper, by=by)
    billing.open_receivable(
        document=paper,
        client=paper.client,
        contract=paper.contract,
        department=paper.department,
        manager=paper.engagement.manager,
        net=paper.net,
        tax_rate=paper.tax_rate,
        tax=paper.tax,
        total=paper.total,
        currency=paper.currency,
        payment_method=paper.payment_method,
        term_days=paper.payment_term_days,
        due_base=paper.due_base,
        by=by,
    )
    _tell(paper, finance(), _("%(paper)s of %(client)s over %(amount)s is approved and waits for its invoice"), by)
    people = [paper.applicant, paper.engagement.manager]
    _tell(paper, people, _("%(paper)s is approved: %(amount)s can be invoiced to %(client)s now"), by)


def released(paper, by) -> None:
    """It went back to the applicant, or ended: what it had reserved or taken is free again, once."""
    if paper.state != CANCELLED:
        ledger.give_back(paper, column="settling")
        return
    ledger.give_back(paper, column="settled")
    receivable = receivable_of(paper)
    if receivable is not None:
        billing.cancel_receivable(receivable, by=by)
    _tell(paper, finance(), _("%(paper)s of %(client)s over %(amount)s is cancelled and not to be invoiced"), by)


def cancel_refusal(paper) -> str:
    """Why an approved one can't be cancelled now; empty when it can."""
    if paper.engagement_id and paper.engagement.phase == Engagement.Phase.CLOSED:
        return _now("The engagement is closed.")
    receivable = receivable_of(paper)
    if receivable is None:
        return ""
    if receivable.invoiced:
        return _now("%(amount)s of it is invoiced. Reverse the invoice with a red one first.") % {
            "amount": format_money(receivable.invoiced)
        }
    if receivable.requested:
        return _now("An invoice has been requested. Withdraw the request first.")
    return ""


def credit_question(paper) -> dict[str, Any]:
    """What the credit gate is asked: what the paper adds to the exposure, of which its contract counts a part already.

    An exception made for the intake or the contract goes on for the settlement.
    """
    earlier = [paper.contract.intake_id, paper.contract_id] if paper.contract_id else []
    return {
        "client": paper.client,
        "amount": gate.additional(paper.total),
        "term_days": paper.payment_term_days,
        "earlier": earlier,
    }


def finance():
    """Who issues invoices."""
    app, codename = ISSUES_INVOICES
    return User.objects.filter(
        is_active=True,
        groups__permissions__codename=codename,
        groups__permissions__content_type__app_label=app,
    ).distinct()


def _tell(paper, people, text, by) -> None:
    params = {"paper": paper.number, "client": str(paper.client.name), "amount": format_money(paper.total)}
    others = [person for person in people if person.pk != by.pk]
    notify(to=others, title=text, params=params, url=paper.get_absolute_url())
