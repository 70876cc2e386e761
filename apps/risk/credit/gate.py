"""The credit gate (clause 8.2.3, domain.md §1.25): asked at intake, contract, supplement, settlement, and on reopening.

A paper that passes through it calls `ask` in its `on_submitted`, which keeps the answer as a `CreditCheck`, answers
`fact` as its fact ``credit_gate`` ("passed" or "failed"), so that its route can add a step of management with a written
opinion, and calls `let_through` in its `on_approved`: where the gate was closed that step has made an exception, kept
as a `CreditWaiver`.

`earlier` are the papers before it in the same piece of business (intake → contract → settlement): an exception made for
one of them goes on for those after it, up to its amount and term. A supplement asks for money nobody has let through
yet and names none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from apps.approvals.models import Step, Task
from apps.core import clock
from apps.core.errors import Refused
from apps.core.money import format_money, quantize
from apps.documents.models import Document
from apps.org.services import with_reason
from apps.risk.credit.exposure import CreditPicture, picture_of, pictures_of, register_exposure
from apps.risk.credit.models import CreditCheck, CreditPolicy, CreditWaiver
from apps.risk.credit.wording import HOLD, LIMIT, OVERDUE, REASONS, TERM, sentences

__all__ = [
    "REASONS",
    "CreditPicture",
    "NotLetThrough",
    "Verdict",
    "additional",
    "ask",
    "decided",
    "fact",
    "last_check",
    "let_through",
    "panel",
    "picture_of",
    "pictures_of",
    "preview",
    "reasons_of",
    "register_exposure",
    "standing_reasons",
    "waiver_of",
]

#: the step of a route whose opinion is the reason of the exception
STEP = "credit"


class NotLetThrough(Refused):
    """The gate is closed and nobody has made an exception in writing."""


@dataclass(frozen=True)
class Verdict:
    """What the gate answers. `codes` closed it; with a `waiver` it lets the paper through all the same."""

    passed: bool
    codes: list[str]
    picture: CreditPicture
    amount: Decimal
    term_days: int
    waiver: CreditWaiver | None = None
    reasons: list[str] = field(default_factory=list)

    @property
    def available_after(self) -> Decimal:
        """What is left of the limit with this paper."""
        return self.picture.available - self.amount


def preview(client, *, amount, term_days: int, document=None, earlier: Sequence = ()) -> Verdict:
    """What the gate would answer now. Writes nothing, and never counts `document` itself twice.

    `amount` may be what `additional` answers.
    """
    picture = picture_of(client, document=document)
    amount = amount(picture.policy) if callable(amount) else quantize(amount or 0)
    term_days = term_days or 0
    codes = _closed_by(picture, amount, term_days)
    waiver = _waiver_for(picture, amount, term_days, [document, *earlier]) if codes else None
    reasons = sentences(codes, _figures(picture, amount, term_days))
    return Verdict(not codes or waiver is not None, codes, picture, amount, term_days, waiver, reasons)


def ask(document, *, client, stage: str, amount, term_days: int, by, earlier: Sequence = ()) -> CreditCheck:
    """Ask for a paper that is being submitted, and keep the answer with everything the gate looked at.

    A paper that was asked about before is asked about again; the stage of that check is "reopened".
    """
    verdict = preview(client, amount=amount, term_days=term_days, document=document, earlier=earlier)
    picture = verdict.picture
    if _was_asked(document):
        stage = CreditCheck.Stage.REOPENED
    check = CreditCheck.objects.create(
        document_id=document.pk,
        client=client,
        stage=stage,
        at=clock.now(),
        by=by,
        passed=verdict.passed,
        requested=verdict.amount,
        term_days=verdict.term_days,
        limit=picture.limit,
        term_allowed=picture.term_days,
        exposure=picture.exposure,
        overdue=picture.overdue,
        overdue_days=picture.overdue_days,
        reasons=verdict.codes,
        waiver=verdict.waiver,
    )
    vars(document)[_ASKED] = check
    return check


def _was_asked(document) -> bool:
    """Before; a paper that was never submitted was not, except a moment ago."""
    if _ASKED in vars(document):
        return True
    return document.approval_id is not None and CreditCheck.objects.filter(document=document.pk).exists()


#: where a paper carries the answer it was just given
_ASKED = "_credit_check"


def last_check(document) -> CreditCheck | None:
    """The latest answer kept for this paper."""
    if document.pk is None:
        return None
    return CreditCheck.objects.filter(document=document.pk).select_related("waiver__granted_by").first()


def decided(document) -> str:
    """What the last check said of a paper that was submitted; empty while the gate has to be asked.

    Papers ask this first, so that nothing is read for a question that has its answer.
    """
    if document.is_open_for_correction:
        return ""
    check = vars(document).get(_ASKED) or last_check(document)
    return "" if check is None else "passed" if check.passed else "failed"


def fact(document, *, client, amount, term_days: int, earlier: Sequence = ()) -> str:
    """Passed or failed: by the last check once the paper is submitted, before that what the gate would answer."""
    if said := decided(document):
        return said
    if client is None:
        return "passed"
    verdict = preview(client, amount=amount, term_days=term_days, document=document, earlier=earlier)
    return "passed" if verdict.passed else "failed"


def additional(amount) -> Callable[[CreditPolicy], Decimal]:
    """What a settlement adds to the exposure: its amount, less what its contract counts of it already.

    By the policy that the gate reads when it is asked.
    """
    return lambda policy: quantize(amount * (1 - policy.inclusion_rate))


@transaction.atomic
def let_through(document, *, by) -> CreditWaiver | None:
    """At the final approval: where the gate was closed, keep who made the exception, why, and how long it is valid.

    Raises `NotLetThrough` when the route had no step that did so in writing.
    """
    check = last_check(document)
    if check is None or check.passed:
        return None
    decision = _opinion(document)
    _refuse_without_opinion(document, check, decision)
    waiver = CreditWaiver(
        document_id=document.pk,
        client_id=check.client_id,
        amount=check.requested,
        term_days=check.term_days,
        reason=decision.comment.strip()[:2000],
        granted_by=decision.user,
        granted_at=decision.decided_at,
        expires_on=clock.today() + dt.timedelta(days=CreditPolicy.current().waiver_days),
    )
    with_reason(waiver, by=by, reason="approved").save()
    return waiver


def waiver_of(document) -> CreditWaiver | None:
    """The exception made for this paper itself, if it still holds."""
    return _valid([document]).first()


def standing_reasons(picture: CreditPicture) -> list[str]:
    """What closes the gate for any paper of this client, however small."""
    codes = _closed_by(picture, Decimal(0), 0)
    texts = sentences(codes, _figures(picture, Decimal("0.00"), 0))
    over = _("The limit of %(limit)s is exceeded by %(over)s.")
    figures = {"limit": format_money(picture.limit), "over": format_money(-picture.available)}
    return [over % figures if code == LIMIT else text for code, text in zip(codes, texts, strict=True)]


def reasons_of(check: CreditCheck) -> list[str]:
    """Why the gate was closed then, in whole sentences."""
    return check.sentences


def panel(document, *, client, amount, term_days: int, earlier: Sequence = ()) -> dict:
    """What templates/risk/_credit_panel.html shows of a paper: `picture`, `check`, `verdict`.

    While the paper can still be changed the verdict is what the gate would answer now; afterwards the last check
    counts.
    """
    if client is None:
        return {"picture": None, "check": None, "verdict": None}
    check = last_check(document)
    if check is None or document.is_open_for_correction:
        verdict = preview(client, amount=amount, term_days=term_days, document=document, earlier=earlier)
        return {"picture": verdict.picture, "check": check, "verdict": verdict}
    return {"picture": picture_of(client, document=document), "check": check, "verdict": None}


def _closed_by(picture: CreditPicture, amount: Decimal, term_days: int) -> list[str]:
    closed = {
        LIMIT: picture.exposure + amount > picture.limit,
        TERM: term_days > picture.term_days,
        OVERDUE: picture.is_overdue,
        HOLD: picture.hold is not None,
    }
    return [code for code in REASONS if closed[code]]


def _valid(papers: Sequence):
    ids = [getattr(paper, "pk", paper) for paper in papers if paper is not None]
    rows = CreditWaiver.objects.filter(document__in=[pk for pk in ids if pk], revoked_on__isnull=True)
    return rows.filter(expires_on__gte=clock.today()).select_related("granted_by")


def _waiver_for(picture: CreditPicture, amount: Decimal, term_days: int, papers: Sequence) -> CreditWaiver | None:
    """An exception that covers this much for this long. A hold that came after it is a new reason to stop."""
    rows = _valid(papers).filter(client=picture.client_id, amount__gte=amount, term_days__gte=term_days)
    if picture.hold:
        rows = rows.filter(granted_at__gte=picture.hold.set_at)
    return rows.order_by("-expires_on", "-pk").first()


def _opinion(document: Document) -> Task | None:
    """The approval of the credit step that counts in the current round; one carried over keeps its earlier opinion."""
    run = document.approval
    step = run.steps.filter(round=run.round, key=STEP, state__in=Step.PASSED).first()
    if step is None:
        return None
    approvals = Task.objects.filter(approval=run, step__key=STEP, state=Task.State.APPROVED)
    return approvals.select_related("user").order_by("-decided_at", "-pk").first()


def _refuse_without_opinion(document, check: CreditCheck, decision: Task | None) -> None:
    """There is a written opinion, and whoever gave it saw no smaller amount and no shorter term."""
    if decision is None or not decision.comment.strip():
        text = _(
            "The credit gate is closed for %(paper)s, and nobody has made an exception in writing. The route needs "
            "a step “credit” with a written opinion."
        )
        raise NotLetThrough(text % {"paper": document})
    seen = CreditCheck.objects.filter(document=document.pk, at__lte=decision.decided_at).first() or check
    if check.requested > seen.requested or check.term_days > seen.term_days:
        text = _(
            "The exception was made for %(amount)s and %(days)s days; %(paper)s asks for more now. Return it to the "
            "step that makes exceptions."
        )
        raise NotLetThrough(text % {"amount": format_money(seen.requested), "days": seen.term_days, "paper": document})


def _figures(picture: CreditPicture, amount: Decimal, term_days: int) -> dict:
    return {
        "exposure": picture.exposure,
        "asked": amount,
        "limit": picture.limit,
        "term": term_days,
        "allowed": picture.term_days,
        "overdue": picture.overdue,
        "days": picture.overdue_days,
        "why": picture.hold.reason if picture.hold else "",
    }
