"""What happens to a claim, from the first draft to the payment, through the services a browser uses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from django.core.files.base import ContentFile

from apps.approvals.models import Task
from apps.core import clock
from apps.documents import services
from apps.documents.models import Document
from apps.finance.expenses.models import ExpenseClaim, ExpenseLine, ExpenseStandard
from apps.finance.expenses.services import preview, review_lines, save_claim
from apps.workspace.demo.data import read
from apps.workspace.demo.hours import Hours
from apps.workspace.demo.invoices import invoice_of
from apps.workspace.demo.people import Cast
from apps.workspace.demo.plans import Plan
from apps.workspace.demo.vouchers import invoice_pdf, receipt_png

State = Document.State
Ruling = ExpenseLine.Ruling
#: how long a step takes, in working hours: the middle of a log-normal distribution
PACE = {"head": 7, "finance": 12, "director": 6, "management": 10}
SHARED_FILE = "酒店电子发票（合住）.pdf"


@dataclass
class House:
    """What all claims share."""

    seed: int
    cast: Cast
    hours: Hours
    numbers: Any
    #: approved claims that are not paid in this story
    unpaid: set[int] = field(default_factory=set)
    shared_file: bytes = b""


class Life:
    """One claim's life. `run` is a script of the stage."""

    def __init__(self, plan: Plan, house: House):
        self.plan, self.house, self.cast = plan, house, house.cast
        self.rng = Random(f"{house.seed} life {plan.number}")
        self.texts = read("texts")
        self.moments = list(plan.moments)
        self.lines: list[dict[str, Any]] = []
        self.claim = ExpenseClaim()
        self.done: set[str] = set()

    @property
    def applicant(self):
        return self.cast.users[self.plan.username]

    def run(self) -> Iterator[dt.datetime]:
        """Write, submit, be decided on; what the plan says in between."""
        self._write()
        if self.plan.fate == "draft":
            return
        yield self._soon(0.3)
        self._submit()
        if self.plan.fate == "withdrawn":
            yield self._soon(1)
            services.withdraw(self.claim, by=self.applicant)
            if self.plan.today:
                return
            yield self._soon(6)
            self._correct(self.lines[0])
            self._submit()
        yield from self._be_decided()
        if self.claim.state == State.APPROVED:
            yield from self._afterwards()

    # ---- the applicant ----

    def _write(self) -> None:
        paper = self.plan.paper
        self.claim = ExpenseClaim(
            title=paper.title,
            claim_type=paper.claim_type,
            project=paper.project,
            voucher_count=sum(1 for line in paper.lines if line.get("invoice_number")),
        )
        self.lines = [self._line(line) for line in paper.lines]
        self._save()
        if self.plan.vouchers:
            self._attach()

    def _line(self, line: dict[str, Any]) -> dict[str, Any]:
        city = self.cast.cities.get(line.get("city", ""))
        return {**line, "category": self.cast.categories[line["category"]], "city": city}

    def _save(self) -> None:
        """Save the claim with a reason on each line that exceeds its standard."""
        built = preview(ExpenseClaim(pk=self.claim.pk, applicant=self.applicant), self.lines)
        for typed, line in zip(self.lines, built, strict=True):
            if line.over_amount and line.standard_control == ExpenseStandard.Control.WARN:
                typed.setdefault("over_reason", self.rng.choice(self.texts["over_reasons"]))
        self.claim = save_claim(self.claim, by=self.applicant, lines=self.lines)
        for typed, line in zip(self.lines, self.claim.ordered_lines, strict=True):
            typed["id"] = line.pk

    def _attach(self) -> None:
        for place, (typed, line) in enumerate(zip(self.plan.paper.lines, self.lines, strict=True)):
            if place == 3 or not typed.get("invoice_number"):
                continue
            if typed["category"] in ("LOCAL", "OTHER"):
                self._hand_in(f"票据{typed['invoice_number'][-6:]}.png", receipt_png(line))
            else:
                self._hand_in(f"电子发票_{typed['invoice_number']}.pdf", self._pdf(line))
        if self.plan.shares_voucher:
            self.house.shared_file = self.house.shared_file or self._pdf(self.lines[1] | {"description": "双人间住宿"})
            self._hand_in(SHARED_FILE, self.house.shared_file)

    def _pdf(self, line: dict[str, Any]) -> bytes:
        return invoice_pdf(line, buyer=self.cast.company.name, uscc=self.cast.company.uscc)

    def _hand_in(self, name: str, content: bytes) -> None:
        services.attach(self.claim, by=self.applicant, file=ContentFile(content, name=name))

    def _submit(self) -> None:
        self.claim = services.submit(self.claim, by=self.applicant)
        if self.rng.random() < 0.1 or self.plan.fate == "waits: finance":
            self._copy_along()

    def _copy_along(self) -> None:
        """Let a colleague read along, most of all the two who sign in to see it."""
        names = ("staff2", "staff", "service", "market", "zhao.wenbo")
        people = [self.cast.users[name] for name in names if name != self.plan.username]
        chosen = people[0] if self.plan.today else self.rng.choice(people[:2] * 3 + people)
        services.copy_to(self.claim, by=self.applicant, people=[chosen])

    def _correct(self, line: dict[str, Any]) -> None:
        """Say more about a line and save."""
        line["description"] += self.rng.choice(self.texts["corrections"])
        self._save()

    # ---- those who decide ----

    def _be_decided(self) -> Iterator[dt.datetime]:
        while self.claim.state in (State.IN_REVIEW, State.RETURNED):
            if self.claim.state == State.RETURNED:
                if self.plan.today:
                    return
                yield self._soon(self.rng.uniform(3, 20))
                self._correct(self.rng.choice(self.lines))
                self._submit()
            step = self._open_step()
            yield from self._talk(step)
            if self.plan.fate == f"waits: {step.key}":
                return
            yield self._soon(PACE.get(step.key, 8) * self.rng.lognormvariate(0, 0.6))
            self._decide(step.key)

    def _open_step(self):
        return self.claim.approval.steps.get(state="open")

    def _talk(self, step) -> Iterator[dt.datetime]:
        """Sometimes somebody asks and the applicant answers."""
        if self.rng.random() > (0.4 if self.plan.today and self.plan.fate.endswith(step.key) else 0.06):
            return
        asked, answered = self.rng.choice(self.texts["questions"])
        yield self._soon(2)
        services.comment(self.claim, by=self._decider(), text=asked)
        yield self._soon(2)
        project = self.plan.paper.project or "本季度"
        services.comment(self.claim, by=self.applicant, text=answered % project if "%s" in answered else answered)

    def _decider(self):
        tasks = Task.objects.open().filter(approval=self.claim.approval_id).order_by("pk")
        return self.cast.users[self.rng.choice(list(tasks.values_list("user__username", flat=True)))]

    def _decide(self, key: str) -> None:
        """What the plan says for this step, once; approval otherwise."""
        by, fate = self._decider(), self.plan.fate
        if fate == "returned" and key == "head" and self._first("returned"):
            reason = self.rng.choice(self.texts["head_returns"])
            self.claim = services.return_(self.claim, by=by, reason=reason)
        elif fate == "returned by finance" and key == "finance" and self._first("returned"):
            reason = self.rng.choice(self.texts["finance_returns"])
            self.claim = services.return_(self.claim, by=by, reason=reason)
        elif fate == "rejected" and (key == "finance" or self.rng.random() < 0.6):
            self.claim = services.reject(self.claim, by=by, reason=self.rng.choice(self.texts["rejections"]))
        else:
            if key == "finance" and fate in ("lowered", "line returned"):
                self._rule_on_a_line(by)
            self.claim = services.approve(self.claim, by=by, comment=self.rng.choice(self.texts["approvals"]))

    def _first(self, what: str) -> bool:
        """True the first time."""
        if what in self.done:
            return False
        self.done.add(what)
        return True

    def _rule_on_a_line(self, by) -> None:
        """Finance lowers the largest line, or returns a small one; a single line is only lowered."""
        lines = sorted(self.claim.ordered_lines, key=lambda line: (line.amount, line.pk))
        if self.plan.fate == "line returned" and len(lines) > 1:
            code, text = self.rng.choice(self.texts["line_returns"])
            rulings = {
                lines[0].pk: {"ruling": Ruling.RETURNED, "return_reason": self.cast.reasons[code], "reason": text}
            }
        else:
            amount = (lines[-1].ceiling * Decimal(self.rng.choice(("0.75", "0.8", "0.9")))).quantize(Decimal(1))
            reason = self.rng.choice(self.texts["lowerings"])
            rulings = {lines[-1].pk: {"ruling": Ruling.LOWERED, "approved_amount": amount, "reason": reason}}
        self.claim = review_lines(self.claim, by=by, rulings=rulings)

    # ---- afterwards ----

    def _afterwards(self) -> Iterator[dt.datetime]:
        """Cancelled, left for today's payments, or followed by a claim of the returned lines."""
        if self.plan.fate in ("cancelled", "unpaid"):
            self.house.unpaid.add(self.claim.pk)
        if self.plan.fate == "cancelled":
            yield self._soon(8)
            by = self.cast.users["manager" if self.plan.username != "manager" else "lin.yaqin"]
            self.claim = services.cancel(self.claim, by=by, reason=self.rng.choice(self.texts["cancellations"]))
        elif self.plan.fate == "line returned" and not self.plan.today:
            follow_up = ExpenseClaim.objects.filter(source_claim=self.claim).first()
            if follow_up is not None:
                yield self._soon(self.rng.uniform(9, 40))
                yield from self._follow(follow_up)

    def _follow(self, draft: ExpenseClaim) -> Iterator[dt.datetime]:
        """Correct the returned line, with another invoice, and hand it in again."""
        line = draft.ordered_lines[0]
        typed = {name: getattr(line, name) for name in ("category", "city", "days", "people", "amount", "date")}
        typed |= {"id": line.pk, "description": line.description, "over_reason": line.over_reason}
        if line.invoice_number:
            typed |= invoice_of(
                self.house.numbers,
                self.rng,
                category=line.category.code,
                day=line.date,
                amount=line.amount,
                seller=line.seller_name,
            )
        self.claim, self.lines = draft, [typed]
        self._correct(typed)
        yield self._soon(0.3)
        self._submit()
        yield from self._be_decided()

    def _soon(self, hours: float) -> dt.datetime:
        """When this life goes on: at the moments planned for it, else after so much working time."""
        if self.moments:
            return self.moments.pop(0)
        return self.house.hours.after(clock.now(), hours)
