"""What keeps a settlement from being submitted (clauses 3.3.1 and 3.3.2), as messages by field.

Keys are header fields, `lines` for the lines as a whole, `lines-<index>-<field>`, or `attachments`.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects
from django.utils.translation import gettext as _

from apps.business.contracts.models import AgencyContract
from apps.business.engagements.models import MISSING, DossierEntry
from apps.business.plans.models import PlanTask
from apps.business.settlements.amounts import ZERO
from apps.business.settlements.ledger import BINDING
from apps.business.settlements.parties import PHASES, works_on
from apps.business.settlements.readiness import readiness
from apps.core import clock
from apps.core.money import format_money

#: papers named in a message; the rest is counted
NAMED = 5

Problems = defaultdict[str, list[str]]


def problems(paper, by) -> dict[str, list[str]]:
    """Everything that keeps this settlement from being submitted by this person; empty when nothing does."""
    found: Problems = defaultdict(list)
    prefetch_related_objects([paper], "attachments")
    if not paper.title.strip():
        found["title"].append(_("Say what is settled."))
    _check_confirmation(found, paper)
    _check_invoice(found, paper)
    if paper.deduction and not paper.deduction_reason.strip():
        found["deduction_reason"].append(_("Say why this is deducted."))
    if not paper.engagement_id:
        found["engagement"].append(_("Choose the engagement that is settled."))
        return dict(found)
    know(paper)
    _check_engagement(found, paper)
    _check_lines(found, paper, by)
    _check_contract(found, paper, by)
    return dict(found)


def know(paper) -> None:
    """What the check and the submission after it ask of the paper, its lines and what it belongs to, read once."""
    related = ("engagement", "contract", "client")
    lacking = DossierEntry.objects.filter(**MISSING, engagement=OuterRef("engagement"))
    checks = PlanTask.objects.filter(plan__engagement=OuterRef("engagement")).exclude(criterion="")
    asked = {"has_gaps": Exists(lacking.order_by()), "has_checks": Exists(checks.order_by())}
    known = type(paper).objects.select_related(*related).annotate(**asked).get(pk=paper.pk)
    paper.may_be_unready = known.has_gaps or known.has_checks
    for name in related:
        setattr(paper, name, getattr(known, name))
    lines = paper.lines.model.objects.select_related("schedule_line").order_by("order", "pk")
    prefetch_related_objects([paper], Prefetch("lines", lines))


def taken_a_moment_ago(paper, by) -> dict[str, list[str]]:
    """The message when another settlement took what was left between the check and the reservation."""
    paper = type(paper).objects.get(pk=paper.pk)
    found: Problems = defaultdict(list)
    _check_lines(found, paper, by)
    _check_contract(found, paper, by)
    texts = [text for texts in found.values() for text in texts]
    return {"lines": texts or [_("Another settlement has just taken what was left of the contract.")]}


def not_settled_in_this_phase(engagement) -> dict[str, list[str]]:
    """The message about work that has not begun, rests, or is over."""
    values = {"engagement": engagement.number, "phase": engagement.get_phase_display()}
    text = _("%(engagement)s is in the phase “%(phase)s”; only work that has begun and goes on can be settled.")
    return {"engagement": [text % values]}


def _check_confirmation(found: Problems, paper) -> None:
    if not paper.confirmed_by.strip():
        found["confirmed_by"].append(_("Say who at the client confirmed amount and payment method."))
    if paper.confirmed_on is None:
        found["confirmed_on"].append(_("Say on which day the client confirmed it."))
    elif paper.confirmed_on > clock.today():
        found["confirmed_on"].append(_("This day lies in the future."))
    if not paper.payment_method:
        found["payment_method"].append(_("Choose how the client pays."))
    if not paper.attachments.all():
        found["attachments"].append(_("Attach what the client confirmed it with: a letter, a mail, a signed list."))


def _check_invoice(found: Problems, paper) -> None:
    if not paper.buyer_name.strip():
        found["buyer_name"].append(_("Enter the title of the invoice."))
    if paper.invoice_kind.endswith("_special") and not paper.buyer_uscc.strip():
        found["buyer_uscc"].append(_("A special invoice needs the buyer's tax number."))


def _check_engagement(found: Problems, paper) -> None:
    engagement, contract = paper.engagement, paper.contract
    if not works_on(paper.applicant, engagement):
        found["engagement"].append(_("Only the manager, the team and the head of the department settle an engagement."))
    if engagement.phase not in PHASES:
        found["engagement"] += not_settled_in_this_phase(engagement)["engagement"]
    if contract.phase not in (AgencyContract.Phase.IN_FORCE, AgencyContract.Phase.COMPLETED):
        values = {"contract": contract.number, "phase": contract.get_phase_display()}
        found["engagement"].append(_("%(contract)s can't be settled: %(phase)s.") % values)
    if paper.may_be_unready and (lacking := readiness(engagement).sentences()):
        found["engagement"] += lacking


def _check_lines(found: Problems, paper, by) -> None:
    lines = list(paper.lines.all())
    if not lines:
        found["lines"].append(_("Add at least one line."))
    asked: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
    last: dict[int, int] = {}
    payments = {}
    for index, line in enumerate(lines):
        if line.amount <= 0:
            found[f"lines-{index}-price"].append(_("Enter a price above zero."))
        payment = line.schedule_line
        if payment is None:
            if not line.description.strip():
                found[f"lines-{index}-description"].append(_("Choose a scheduled payment or say what is settled."))
        elif payment.contract_id != paper.contract_id:
            found[f"lines-{index}-schedule_line"].append(_("This payment belongs to another contract."))
        else:
            asked[payment.pk] += line.amount
            last[payment.pk], payments[payment.pk] = index, payment
    for pk, amount in asked.items():
        if amount > payments[pk].unsettled:
            text = _("Only %(left)s of this payment is left.") % {"left": format_money(payments[pk].unsettled)}
            rows = type(paper).objects.filter(lines__schedule_line=pk).distinct()
            found[f"lines-{last[pk]}-price"].append(_with_takers(text, rows, paper, by))


def _check_contract(found: Problems, paper, by) -> None:
    if paper.total <= 0 and not any(name.startswith("lines") for name in found):
        found["lines"].append(_("Nothing is left to be billed."))
    if problem := contract_problem(paper, by):
        found["lines"].append(problem)


def contract_problem(paper, by) -> str:
    """What to say where the settlement asks for more than its contract has left; empty where it does not."""
    contract = paper.contract
    if paper.total <= contract.unsettled:
        return ""
    text = _("The total is %(total)s, but only %(left)s is left of %(whole)s on %(contract)s.") % {
        "total": format_money(paper.total),
        "left": format_money(contract.unsettled),
        "whole": format_money(contract.total),
        "contract": contract.number,
    }
    return _with_takers(text, type(paper).objects.filter(contract=contract), paper, by)


def _with_takers(text: str, rows, paper, by) -> str:
    """A message with the papers that took the rest, as far as the reader may see them."""
    rows = rows.filter(state__in=BINDING).exclude(pk=paper.pk).order_by("pk")
    seen = rows.filter(pk__in=type(paper).objects.visible_to(by).order_by().values("pk"))
    named = [f"{row.number} ({format_money(row.total)})" for row in seen[:NAMED]]
    others = rows.count() - len(named)
    if others:
        named.append(_("%(count)s other papers") % {"count": others})
    if not named:
        return text
    return _("%(text)s The rest was taken by %(papers)s.") % {"text": text, "papers": _(", ").join(named)}
