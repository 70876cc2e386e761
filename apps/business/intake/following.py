"""What a business intake application asks of its route, demands at submission, and does when its state changes.

The paper is known here by its interface alone; `models` imports this module.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from apps.business.intake.errors import IntakeError
from apps.business.intake.freezing import freeze
from apps.business.intake.querysets import DEAD, live
from apps.notifications.services import notify
from apps.risk.credit import gate

LONGEST_TERM = 730


def standing(paper) -> tuple[str, str]:
    """The state as people speak of it: code and words. Approved ones are told apart by what followed."""
    if paper.state == paper.State.APPROVED:
        if paper.lapsed_on:
            return "returned", pgettext("intake application", "Lapsed")
        if is_contracted(paper):
            return "paid", _("Contracted")
    return paper.state, paper.get_state_display()


def is_contracted(paper) -> bool:
    """A contract of it is signed. Lists annotate `contracted`, so that no row asks."""
    known = paper.__dict__.get("contracted")
    if known is not None:
        return bool(known)
    return live_contracts(paper).exclude(phase="unsigned").exists()


def live_contracts(paper):
    """Its contracts that were neither refused nor cancelled."""
    return paper.contracts.exclude(state__in=DEAD)


def facts(paper) -> dict[str, Any]:
    """What a route's conditions may read; the margin is in %, so that a condition reads as people speak."""
    rate = paper.margin_rate
    return {
        "amount": f"{paper.amount:.2f}",
        "margin_rate": f"{(rate or Decimal(0)) * 100:.2f}",
        "credit_gate": gate.fact(paper, client=paper.client, amount=paper.amount, term_days=paper.payment_term_days),
        "fee_basis": paper.fee_basis,
        "payment_term_days": paper.payment_term_days,
        "department": paper.department_id,
    }


def problems(paper, by) -> dict[str, list[str]]:
    """What keeps the paper from being submitted, by field."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    if not paper.title.strip():
        found["title"].append(_("Say in one line what it is about."))
    _check_assessment(found, paper)
    if not paper.scope.strip():
        found["scope"].append(_("Describe the scope of the business."))
    _check_term(found, paper)
    if paper.amount <= 0:
        found["amount"].append(_("Enter the estimated fee."))
    if paper.payment_term_days is None or paper.payment_term_days > LONGEST_TERM:
        found["payment_term_days"].append(_("Enter a payment term of at most %(most)s days.") % {"most": LONGEST_TERM})
    return dict(found)


def _check_assessment(found: defaultdict[str, list[str]], paper) -> None:
    assessment = paper.assessment
    if assessment is None:
        found["assessment"].append(_("An application is written on a preliminary assessment that has passed."))
        return
    values = {"number": assessment.number}
    if assessment.verdict != assessment.Verdict.PASSED:
        found["assessment"].append(_("The assessment %(number)s has not passed.") % values)
    if assessment.conflict_of_interest and not assessment.conflict_note.strip():
        found["assessment"].append(
            _("The assessment %(number)s names a conflict of interest without saying how it is dealt with.") % values
        )
    if other := other_live(paper):
        found["assessment"].append(
            _("The assessment %(number)s is used by %(paper)s already.") % {**values, "paper": other}
        )


def other_live(paper):
    """Another application that goes on with the same assessment."""
    return live(type(paper).objects.filter(assessment=paper.assessment_id)).exclude(pk=paper.pk).first()


def _check_term(found: defaultdict[str, list[str]], paper) -> None:
    for name in ("term_from", "term_to"):
        if getattr(paper, name) is None:
            found[name].append(_("Enter the date."))
    if paper.term_from and paper.term_to and paper.term_to < paper.term_from:
        found["term_to"].append(_("The end lies before the beginning."))


def submitted(paper, by) -> None:
    """The assessment is frozen, and the credit gate is asked. The lock of the assessment makes its use exclusive."""
    freeze(paper.assessment, by=by)
    if other := other_live(paper):
        text = _("The assessment %(number)s is used by %(paper)s already.")
        text %= {"number": paper.assessment.number, "paper": other}
        raise IntakeError(text, fields={"assessment": [text]})
    gate.ask(
        paper,
        client=paper.client,
        stage="intake",
        amount=paper.amount,
        term_days=paper.payment_term_days,
        by=by,
    )


def approved(paper, by) -> None:
    """Where the gate was closed, the opinion of management becomes the exception; the contract is next."""
    gate.let_through(paper, by=by)
    notify(
        to=[paper.applicant],
        title=gettext_lazy("%(paper)s is approved: sign the agency contract next"),
        body=gettext_lazy("Without a contract the application lapses."),
        params={"paper": str(paper)},
        url=paper.get_absolute_url(),
    )


def cancel_refusal(paper) -> str:
    """Why an approved one can't be cancelled now; empty when it can."""
    contract = live_contracts(paper).first()
    if contract is None:
        return ""
    return _("There is a contract on it: %(contract)s.") % {"contract": contract}
