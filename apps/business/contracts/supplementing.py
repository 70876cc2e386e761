"""What a supplement to a contract asks of its route, demands at submission, and does when its state changes.

The paper is known here by its interface alone; `models` imports this module.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.business.contracts import hooks
from apps.business.contracts.tolerance import beyond
from apps.business.contracts.versions import write_version
from apps.core.errors import Refused
from apps.core.money import format_money
from apps.documents.errors import Incomplete
from apps.documents.services.locking import lock, save
from apps.risk.credit import gate

ZERO = Decimal("0.00")


def standing(paper) -> tuple[str, str]:
    """The state as people speak of it: code and words."""
    return paper.state, paper.get_state_display()


def facts(paper) -> dict[str, Any]:
    """What a route's conditions may read."""
    return {
        "amount": str(abs(paper.change)),
        "beyond_intake": "yes" if reasons_beyond(paper) else "no",
        "credit_gate": credit_gate(paper),
        "department": paper.department_id,
    }


def reasons_beyond(paper) -> list[str]:
    """In which respects the contract with this supplement goes beyond the intake; only what the supplement extends."""
    contract = paper.contract
    if contract is None:
        return []
    longer = paper.effective_to is not None and (
        contract.effective_to is None or paper.effective_to > contract.effective_to
    )
    return beyond(
        contract.intake,
        fee=contract.total + paper.change if paper.change > 0 else ZERO,
        starts=contract.effective_from if longer else None,
        ends=paper.effective_to if longer else None,
    )


def credit_gate(paper) -> str:
    """What the gate says of the additional amount; nothing is asked where there is none."""
    if paper.contract is None or paper.change <= 0:
        return "passed"
    return gate.fact(paper, client=paper.contract.client, **gate_question(paper))


def gate_question(paper) -> dict[str, Any]:
    """What the gate is asked: money nobody has let through yet, so no earlier exception covers it."""
    return {"amount": paper.change, "term_days": paper.contract.payment_term_days}


def problems(paper, by) -> dict[str, list[str]]:
    """What keeps the paper from being submitted, by field."""
    contract = paper.contract
    if contract is None or not type(contract).objects.visible_to(by).filter(pk=contract.pk).exists():
        return {"contract": [_("Choose the contract that is supplemented.")]}
    found: defaultdict[str, list[str]] = defaultdict(list)
    if refused := contract_refusal(contract):
        found["contract"].append(refused)
    if not paper.title.strip():
        found["title"].append(_("Say in a few words what is supplemented."))
    if not paper.reason.strip():
        found["reason"].append(_("Give the reason."))
    if not (paper.change or paper.scope_change.strip() or _moves_end(paper, contract)):
        found["change"].append(_("Change the total, the period or the scope."))
    if paper.change > 0 and not paper.milestone.strip():
        found["milestone"].append(_("Say at which milestone the additional amount is paid."))
    if refused := total_refusal(contract, paper.change):
        found["change"].append(refused)
    if paper.effective_to and contract.effective_from and paper.effective_to < contract.effective_from:
        found["effective_to"].append(_("The contract would end before it begins."))
    return dict(found)


def contract_refusal(contract) -> str:
    """Why a contract can't be supplemented now; empty when it can."""
    if contract.phase == contract.Phase.IN_FORCE:
        return ""
    return _("%(contract)s is not in force; only a contract in force is supplemented.") % {"contract": contract}


def total_refusal(contract, change: Decimal) -> str:
    """Why the total can't change by this much: what is settled or in settlement stays covered; empty when it can."""
    taken = contract.settled + contract.settling
    if contract.total + change >= taken:
        return ""
    values = {"total": format_money(contract.total + change), "taken": format_money(taken)}
    return _("The total would be %(total)s, but %(taken)s are settled or in settlement already.") % values


def _moves_end(paper, contract) -> bool:
    return paper.effective_to is not None and paper.effective_to != contract.effective_to


def submitted(paper, by) -> None:
    """The credit gate is asked for what comes on top; the team of the engagement may read along."""
    if paper.change > 0:
        gate.ask(paper, client=paper.contract.client, stage="supplement", by=by, **gate_question(paper))
    for run in hooks.after_submitting_supplement:
        run(paper, by=by)


def approved(paper, by) -> None:
    """The contract says something else from now on: total, schedule, period, and the next version."""
    contract = lock(paper.contract)
    refused = contract_refusal(contract) or total_refusal(contract, paper.change)
    if refused:
        raise Incomplete({"contract": [refused]})
    if not contract.versions.exists():  # a contract taken over from elsewhere
        write_version(contract, by=by)
    if paper.change > 0:
        gate.let_through(paper, by=by)
        _schedule(contract, paper, by)
    contract.supplemented += paper.change
    if paper.effective_to:
        contract.effective_to = paper.effective_to
    save(contract, by=by, reason=f"supplemented by {paper.number}")
    if paper.change < 0:
        _shorten_schedule(contract, by=by, reason=f"supplemented by {paper.number}")
    write_version(contract, by=by, supplement=paper)


def _schedule(contract, paper, by) -> None:
    """The additional amount is one more scheduled payment."""
    last = contract.schedule.order_by("-order").values_list("order", flat=True).first() or 0
    due = contract.schedule.model.Due
    line = contract.schedule.model(
        contract=contract,
        supplement=paper,
        order=last + 1,
        milestone=paper.milestone.strip(),
        due=due.DATE if paper.due_on else due.MILESTONE,
        due_on=paper.due_on,
        amount=paper.change,
    )
    _store(line, by=by, reason=f"supplemented by {paper.number}")


def _shorten_schedule(contract, *, by, reason: str) -> None:
    """A smaller total takes from what is open of the last payments, so that the schedule stays within it."""
    lines = list(contract.schedule.select_for_update(of=("self",)).order_by("-order", "-pk"))
    excess = sum((line.amount for line in lines), ZERO) - contract.total
    for line in lines:
        cut = min(excess, line.unsettled)
        if cut > 0:
            line.amount -= cut
            excess -= cut
            _store(line, by=by, reason=reason)


def _store(line, *, by, reason: str) -> None:
    line._history_user = by
    line._change_reason = reason
    line.save()


def released(paper, by) -> None:
    """Reopened or refused, the contract was never touched; an approved one that is cancelled is taken back."""
    if paper.state != paper.State.CANCELLED:
        return
    contract = lock(paper.contract)
    if refused := _undo_refusal(paper, contract):
        raise Refused(refused)
    before = _before(paper, contract).terms
    reason = f"{paper.number} cancelled"
    contract.supplemented -= paper.change
    contract.effective_to = contract._meta.get_field("effective_to").to_python(before["effective_to"] or None)
    save(contract, by=by, reason=reason)
    for line, planned in zip_longest(contract.schedule.order_by("order", "pk"), before["schedule"]):
        amount = Decimal(planned["amount"]) if planned else ZERO
        if line.amount != amount:
            line.amount = amount
            _store(line, by=by, reason=reason)
    write_version(contract, by=by, supplement=paper, void=True)


def cancel_refusal(paper) -> str:
    """Why an approved one can't be cancelled now; empty when it can."""
    if paper.state != paper.State.APPROVED or paper.contract is None:
        return ""
    return _undo_refusal(paper, paper.contract)


def _undo_refusal(paper, contract) -> str:
    own = contract.versions.filter(supplement=paper).order_by("number").first()
    later = contract.versions.filter(number__gt=own.number, supplement__state="approved") if own else ()
    if other := next((version.supplement for version in later if version.supplement_id != paper.pk), None):
        return _("%(other)s was approved after it; cancel that one first.") % {"other": other}
    if paper.schedule.filter(~Q(settled=0) | ~Q(settling=0)).exists():
        return _("A settlement has used the payment it added.")
    return contract_refusal(contract) or total_refusal(contract, -paper.change)


def _before(paper, contract):
    """The version of the contract that the supplement replaced."""
    own = contract.versions.filter(supplement=paper).order_by("number").first()
    return contract.versions.filter(number__lt=own.number).order_by("-number").first()
