"""The three-way match of a settlement: what the contract schedules, what was delivered, what is billed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext as _

from apps.business.contracts.models import PaymentScheduleLine
from apps.business.engagements.models import DossierEntry
from apps.business.plans.models import PlanTask
from apps.business.settlements.amounts import ZERO
from apps.business.settlements.models import Settlement, SettlementLine


@dataclass
class Scheduled:
    """One payment the contract promises, and what this settlement bills of it."""

    payment: PaymentScheduleLine
    billed: Decimal = ZERO

    @property
    def is_billed(self) -> bool:
        return self.billed > 0


@dataclass(frozen=True)
class Delivered:
    """One deliverable, checkpoint or document: a code for its badge and words."""

    name: str
    detail: str
    state: tuple[str, str]


@dataclass(frozen=True)
class Match:
    """The three columns, and what does not agree between them."""

    schedule: list[Scheduled]
    deliverables: list[Delivered]
    documents: list[Delivered]
    lines: list[SettlementLine]
    remarks: list[str] = field(default_factory=list)


def read_lines(paper: Settlement) -> list[SettlementLine]:
    """The lines with the payments they stand against; kept on the paper for whoever asks next."""
    rows = SettlementLine.objects.select_related("schedule_line").order_by("order", "pk")
    prefetch_related_objects([paper], Prefetch("lines", rows))
    return list(paper.lines.all())


def match_of(paper: Settlement, *, has_tasks: bool = True, has_entries: bool = True) -> Match:
    """Read the three sides, each in one query; a page that knows that there are no tasks or entries says so."""
    lines = read_lines(paper)
    billed: defaultdict[int | None, Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        billed[line.schedule_line_id] += line.amount
    payments = PaymentScheduleLine.objects.filter(contract=paper.contract_id).order_by("order", "pk")
    schedule = [Scheduled(payment, billed[payment.pk]) for payment in payments]
    tasks = PlanTask.objects.filter(plan__engagement=paper.engagement_id).order_by("order", "pk")
    entries = DossierEntry.objects.filter(engagement=paper.engagement_id).select_related("item").order_by("order", "pk")
    deliverables = [_task(task) for task in (tasks if has_tasks else ()) if task.deliverable or task.criterion]
    documents = [_entry(entry) for entry in (entries if has_entries else ())]
    return Match(schedule, deliverables, documents, lines, _remarks(billed, deliverables, documents))


def _task(task: PlanTask) -> Delivered:
    if task.needs_check:
        state = ("returned", _("Not passed")) if task.check_result == task.Check.FAILED else ("draft", _("Not checked"))
    elif task.criterion:
        state = ("approved", str(task.get_check_result_display()))
    elif task.progress == 100:
        state = ("approved", _("Done"))
    else:
        state = ("in_review", f"{task.progress} %")
    return Delivered(str(task), task.deliverable or task.criterion, state)


def _entry(entry: DossierEntry) -> Delivered:
    if entry.received_on:
        return Delivered(str(entry), entry.received_on.isoformat(), ("approved", _("There")))
    if entry.waived_on:
        return Delivered(str(entry), entry.waive_reason, ("info", _("Waived")))
    if entry.is_missing:
        return Delivered(str(entry), "", ("returned", _("Missing")))
    return Delivered(str(entry), "", ("draft", _("Not needed")))


def _remarks(billed: dict[int | None, Decimal], deliverables: list[Delivered], documents: list[Delivered]) -> list[str]:
    """What an approver should look at twice."""
    said = []
    if billed.get(None):
        said.append(_("Some lines stand against no scheduled payment."))
    if any(row.state[0] in ("returned", "draft", "in_review") for row in deliverables):
        said.append(_("Not every deliverable is accepted."))
    if any(row.state[0] == "returned" for row in documents):
        said.append(_("Documents of the file are missing."))
    return said
