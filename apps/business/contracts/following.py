"""What a contract asks of its route, demands at submission, and does when its state changes.

The paper is known here by its interface alone; `models` imports this module.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.business.contracts import wording
from apps.business.contracts.tolerance import beyond
from apps.business.contracts.versions import write_version
from apps.core import clock
from apps.core.money import format_money
from apps.documents.errors import Incomplete
from apps.notifications.services import notify
from apps.risk.credit import gate

ZERO = Decimal("0.00")
#: the schedule of these adds up to the total; the others are settled by what was done
SCHEDULED_WHOLE = ("fixed", "retainer")
#: states in which another contract of the same intake stands in the way
LIVE = ("in_review", "returned", "approved")


def standing(paper) -> tuple[str, str]:
    """The state as people speak of it: code and words."""
    if paper.state != paper.State.APPROVED:
        return paper.state, paper.get_state_display()
    if paper.phase == paper.Phase.UNSIGNED:
        return "info", _("To be signed")
    if paper.phase == paper.Phase.COMPLETED:
        return "closed", _("Completed")
    if paper.phase == paper.Phase.TERMINATED:
        return "cancelled", _("Terminated")
    if paper.effective_to and paper.effective_to < clock.today():
        return "overdue", _("Expired")
    return "approved", _("In force")


def facts(paper) -> dict[str, Any]:
    """What a route's conditions may read."""
    return {
        "amount": str(paper.fee),
        "beyond_intake": "yes" if reasons_beyond(paper) else "no",
        "credit_gate": credit_gate(paper),
        "fee_basis": str(paper.fee_basis),
        "department": paper.department_id,
    }


def reasons_beyond(paper) -> list[str]:
    """In which respects the contract goes beyond its intake by more than the tolerance."""
    return beyond(paper.intake, fee=paper.fee, starts=paper.effective_from, ends=paper.effective_to)


def credit_gate(paper) -> str:
    """What the gate answered at the submission; what it would answer now while the paper can still be changed."""
    return gate.fact(paper, client=paper.client, **gate_question(paper))


def gate_question(paper) -> dict[str, Any]:
    """What the gate is asked; an exception made for the intake goes on for its contract."""
    return {"amount": paper.fee, "term_days": paper.payment_term_days, "earlier": [paper.intake]}


def problems(paper, by) -> dict[str, list[str]]:
    """What keeps the paper from being submitted, by field."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    found |= {"intake": text} if (text := _of_intake(paper, by)) else {}
    for name, text in (
        ("title", _("Say in a few words what the contract is about.")),
        ("party_a", _("Name the client as it signs.")),
        ("party_b", _("Name the company as it signs.")),
        ("scope", _("Say what the agency does for the client.")),
        ("rights_duties", _("Say what each side is entitled to and bound to do.")),
    ):
        if not getattr(paper, name).strip():
            found[name].append(text)
    _of_period(paper, found)
    if paper.fee <= 0:
        found["fee"].append(_("Enter a total above zero."))
    if not 0 <= paper.tax_rate < 1:
        found["tax_rate"].append(_("Enter the tax rate as a part of one: 0.06 is 6 %."))
    if paper.fee_basis != "fixed" and not paper.fee_terms.strip():
        found["fee_terms"].append(_("Say how the fee is reckoned."))
    if paper.template_id and (wrong := wording.check(paper.template.body)):
        found["template"] += wrong
    _of_schedule(paper, found)
    return dict(found)


def _of_intake(paper, by) -> list[str]:
    """The intake is approved, has not lapsed, and has no other contract."""
    intake = paper.intake
    if intake is None or not type(intake).objects.visible_to(by).filter(pk=intake.pk).exists():
        return [_("Choose the approved intake that the contract follows from.")]
    return _refusals(paper, intake)


def _refusals(paper, intake) -> list[str]:
    if intake.state != intake.State.APPROVED:
        return [_("The intake %(intake)s is not approved.") % {"intake": intake}]
    if intake.lapsed_on is not None:
        return [_("The intake lapsed on %(day)s; a new one is needed.") % {"day": intake.lapsed_on}]
    others = intake.contracts.filter(state__in=LIVE).exclude(phase="terminated").exclude(pk=paper.pk)
    if other := others.order_by("pk").first():
        return [_("The intake has the contract %(contract)s already.") % {"contract": other}]
    return []


def _of_period(paper, found: defaultdict[str, list[str]]) -> None:
    if paper.effective_from is None:
        found["effective_from"].append(_("Say from when the contract is in force."))
    if paper.effective_to is None:
        found["effective_to"].append(_("Say until when the contract is in force."))
    elif paper.effective_from and paper.effective_to < paper.effective_from:
        found["effective_to"].append(_("The contract ends before it begins."))


def _of_schedule(paper, found: defaultdict[str, list[str]]) -> None:
    """Each payment is complete, and together they are the total, or at most the total where work is counted."""
    lines = list(paper.schedule.all())
    for index, line in enumerate(lines):
        if not line.milestone.strip():
            found[f"lines-{index}-milestone"].append(_("Say what is paid."))
        if line.amount <= 0:
            found[f"lines-{index}-amount"].append(_("Enter an amount above zero."))
        if line.due == line.Due.DATE and line.due_on is None:
            found[f"lines-{index}-due_on"].append(_("Enter the date."))
        elif line.due_on and paper.effective_from and line.due_on < paper.effective_from:
            found[f"lines-{index}-due_on"].append(_("This lies before the beginning of the contract."))
    if text := schedule_refusal(paper.fee_basis, paper.fee, sum((line.amount for line in lines), ZERO)):
        found["lines"].append(text)


def schedule_refusal(fee_basis: str, fee: Decimal, scheduled: Decimal) -> str:
    """Why these payments don't fit the total; empty when they do."""
    values = {"scheduled": format_money(scheduled), "fee": format_money(fee)}
    if fee_basis in SCHEDULED_WHOLE and scheduled != fee:
        return _("The scheduled payments add up to %(scheduled)s, the contract total is %(fee)s.") % values
    if scheduled > fee:
        return _("The scheduled payments of %(scheduled)s are more than the contract total of %(fee)s.") % values
    return ""


def submitted(paper, by) -> None:
    """The intake is held for this contract, the text is frozen, and the credit gate is asked."""
    intake = type(paper.intake).objects.select_for_update(of=("self", "document_ptr")).get(pk=paper.intake_id)
    if refused := _refusals(paper, intake):
        raise Incomplete({"intake": refused})
    if paper.template_id:
        paper.body = wording.fill(paper.template.body, paper)
    gate.ask(paper, client=paper.client, stage="contract", by=by, **gate_question(paper))


def approved(paper, by) -> None:
    """The first version is kept, an exception of the credit gate is noted, and the contract waits to be signed."""
    gate.let_through(paper, by=by)
    write_version(paper, by=by)
    people = {person.pk: person for person in (paper.applicant, paper.department.head) if person and person != by}
    title = gettext_lazy("%(paper)s with %(client)s can be signed")
    params = {"paper": str(paper), "client": paper.party_a}
    key = f"contract-to-sign:{paper.pk}"
    notify(to=people.values(), title=title, params=params, url=paper.get_absolute_url(), key=key)


def released(paper, by) -> None:
    """It went back to the applicant, or ended without effect: the intake is free for another contract by itself."""


def cancel_refusal(paper) -> str:
    """Why an approved one can't be cancelled now; empty when it can."""
    if paper.phase == paper.Phase.UNSIGNED:
        return ""
    return _("It was signed on %(day)s; terminate it instead.") % {"day": paper.signed_on}
