"""Plays the events of real claims through the services a browser uses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction

from apps.approvals.events import verify
from apps.approvals.models import Approval
from apps.core import clock
from apps.core.errors import Refused
from apps.core.money import quantize
from apps.documents import services
from apps.documents.models import Document
from apps.documents.services.projection import orphans
from apps.finance.expenses.models import ExpenseClaim
from apps.finance.expenses.services import pay, save_claim
from apps.workspace.replay.company import Cast
from apps.workspace.replay.mapping import LogEvent

SMALLEST = Decimal("0.01")


@dataclass
class Played:
    """What became of one claim: refused events with the sentence the service gave, faults the checks found."""

    case: str
    events: int
    refused: list[dict[str, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    ended: str = ""
    expected: str = ""

    @property
    def completed(self) -> bool:
        return self.ended == self.expected


class Player:
    """Plays case after case with a cast of synthetic people, each event at its own moment."""

    def __init__(self, cast: Cast):
        self.cast = cast
        self.raised_amounts = 0
        self.verbs: dict[str, Callable[[Stage, LogEvent], None]] = {
            "save": self._save,
            "submit": self._submit,
            "approve": self._approve,
            "return": self._return,
            "take_back": self._take_back,
            "request_payment": self._request_payment,
            "pay": self._pay,
        }

    def play(self, events: list[LogEvent]) -> Played:
        """Run one claim to its end and check the house afterwards."""
        amount = quantize(events[0].amount)
        if amount < SMALLEST:
            amount, self.raised_amounts = SMALLEST, self.raised_amounts + 1
        applicant = self.cast.applicant(events[0].case)
        stage = Stage(applicant, amount, events, last_decider=self.cast.person(self.cast.steps[0], events[0].case))
        played = Played(events[0].case, len(events), expected=expected_end(events))
        for number, event in enumerate(events):
            stage.number = number
            with clock.at(event.at):
                try:
                    with transaction.atomic():
                        self.verbs[event.verb](stage, event)
                except Refused as refusal:
                    stage.reload()
                    played.refused.append({"case": event.case, "event": event.name, "reason": str(refusal)})
        played.ended = stage.end()
        played.faults = stage.faults()
        return played

    def _save(self, stage: Stage, event: LogEvent) -> None:
        stage.write(path="", on=event.at.date())

    def _submit(self, stage: Stage, event: LogEvent) -> None:
        if stage.claim is None or stage.claim.is_open_for_correction:
            stage.write(path=stage.coming_path(), on=event.at.date())
        stage.claim = services.submit(stage.claim, by=stage.applicant)

    def _approve(self, stage: Stage, event: LogEvent) -> None:
        stage.last_decider = self.cast.person(event.step, event.case)
        stage.claim = services.approve(stage.existing(), by=stage.last_decider)

    def _return(self, stage: Stage, event: LogEvent) -> None:
        by = self.cast.person(event.step, event.case) if event.step else stage.last_decider
        stage.claim = services.return_(stage.existing(), by=by, reason=event.name)

    def _take_back(self, stage: Stage, event: LogEvent) -> None:
        """The employee accepts a return (the paper is already back), or withdraws a paper nobody has decided."""
        if stage.existing().state == Document.State.RETURNED:
            services.comment(stage.claim, by=stage.applicant, text=event.name)
        else:
            stage.claim = services.withdraw(stage.claim, by=stage.applicant)

    def _request_payment(self, stage: Stage, event: LogEvent) -> None:
        if stage.existing().state != Document.State.APPROVED:
            raise Refused("Payment was requested without a final approval.")

    def _pay(self, stage: Stage, event: LogEvent) -> None:
        pay(
            stage.existing(),
            by=self.cast.cashier,
            account=self.cast.account,
            paid_on=clock.today(),
            bank_reference=event.case,
        )


@dataclass
class Stage:
    """The claim being played."""

    applicant: object
    amount: Decimal
    events: list[LogEvent]
    number: int = 0
    claim: ExpenseClaim | None = None
    #: who decides where the log does not say who did
    last_decider: object = None

    def write(self, *, path: str, on: dt.date) -> None:
        """Fill in the claim. ``path`` names the steps this round takes in the log; the route's conditions read it."""
        claim = self.claim or ExpenseClaim(title=self.events[0].case, department=self.applicant.department)
        claim.project = path
        line = {"category": Cast.category, "date": on, "description": self.events[0].case, "amount": self.amount}
        self.claim = save_claim(claim, by=self.applicant, lines=[line])

    def coming_path(self) -> str:
        """The steps that decide between this submission and the next, as the log has them."""
        steps = []
        for event in self.events[self.number + 1 :]:
            if event.verb == "submit":
                break
            if event.verb in ("approve", "return") and event.step and event.step not in steps:
                steps.append(event.step)
        return "+".join(steps or [Cast.last_step])

    def existing(self) -> ExpenseClaim:
        if self.claim is None:
            raise Refused("There is no such claim yet.")
        return self.claim

    def reload(self) -> None:
        if self.claim is not None and self.claim.pk:
            self.claim = ExpenseClaim.objects.filter(pk=self.claim.pk).first()

    def end(self) -> str:
        if self.claim is None:
            return "nothing"
        self.reload()
        return "paid" if self.claim.paid_amount else str(self.claim.state)

    def faults(self) -> list[str]:
        """Permissions without task, tasks without permission, broken logs, payments that must not be."""
        if self.claim is None:
            return []
        found = orphans(self.claim)
        if self.claim.approval_id:
            run = Approval.objects.filter(pk=self.claim.approval_id)
            found += [f"event {fault.seq}: {fault.problem}" for fault in verify(run)]
        if self.claim.paid_amount and self.claim.state != Document.State.APPROVED:
            found.append("paid without final approval")
        if (self.claim.paid_amount or 0) > self.claim.approved_total:
            found.append("paid more than approved")
        return found


def expected_end(events: list[LogEvent]) -> str:
    """The state the log leaves a claim in, read from its last event that says something of it."""
    last = [event for event in events if event.verb != "request_payment"][-1]
    before = [event.verb for event in events[: events.index(last)]]
    if last.verb == "take_back":
        return "returned" if before and before[-1] == "return" else "draft"
    return {"save": "draft", "submit": "in_review", "approve": "approved", "return": "returned", "pay": "paid"}[
        last.verb
    ]
