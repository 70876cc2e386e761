"""The intake register (domain.md §1.6): every application handed in, who decided what when, and what came of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Prefetch, Q, QuerySet

from apps.approvals.models import Approval, Step, Task
from apps.business.intake.models import EngagementIntake
from apps.business.intake.querysets import DEAD, with_contracted

State = EngagementIntake.State
#: what a row shows, and what it asks itself
LOADS = (
    *("kind", "number", "title", "state", "amount", "estimated_cost", "submitted_at", "closed_at", "lapsed_on"),
    *("client__name", "service_type__name", "service_type__name_en", "applicant__name", "approval__round"),
)


def rows_of(user) -> QuerySet:
    """The applications of the register that this person may see, with everything a row shows."""
    intakes = EngagementIntake.objects.visible_to(user).exclude(state=State.DRAFT)
    contracts = EngagementIntake._meta.get_field("contracts").related_model.objects
    decided = Task.objects.filter(decided_at__isnull=False).select_related("user", "step").order_by("decided_at", "pk")
    decided = decided.only("approval", "state", "decided_at", "user__name", "step__key")
    steps = Step.objects.only("approval", "round", "order", "key", "state", "closed_at")
    written = contracts.exclude(state__in=DEAD).order_by("pk").only("number", "intake")
    return (
        with_contracted(intakes)
        .annotate(margin_amount=F("amount") - F("estimated_cost"))
        .select_related("client", "service_type", "applicant", "approval")
        .only(*LOADS)
        .prefetch_related(
            Prefetch("approval__tasks", decided, to_attr="decisions"),
            Prefetch("approval__steps", steps, to_attr="stations"),
            Prefetch("contracts", written, to_attr="contracts_kept"),
        )
    )


@dataclass(frozen=True)
class Decision:
    """The latest word of one step."""

    person: str = ""
    state: str = ""
    words: str = ""
    at: dt.datetime | None = None


NONE = Decision()


def of_manager(intake: EngagementIntake) -> Decision:
    """What the first step of the route said."""
    return _ends(intake)[0]


def of_management(intake: EngagementIntake) -> Decision:
    """What the last step of the route said, where there is more than one."""
    return _ends(intake)[1]


def _ends(intake: EngagementIntake) -> tuple[Decision, Decision]:
    """First and last word, looked for once for all columns of a row."""
    known = intake.__dict__.get("_ends")
    if known is None:
        keys = _keys(intake)
        first, last = keys[:1], keys[1:][-1:]
        known = tuple(_latest(intake, key[0]) if key else NONE for key in (first, last))
        intake.__dict__["_ends"] = known
    return known


def contract_number(intake: EngagementIntake) -> str:
    """The contracts written on it."""
    return ", ".join(contract.number for contract in intake.contracts_kept if contract.number)


def _keys(intake: EngagementIntake) -> list[str]:
    """The steps of the route in their order, without those that did not apply in the current round."""
    run = intake.approval
    if run is None:
        return []
    steps = sorted((step for step in run.stations if step.round == run.round), key=lambda step: step.order)
    return [step.key for step in steps if step.state != step.State.SKIPPED]


def _latest(intake: EngagementIntake, key: str) -> Decision:
    tasks = [task for task in intake.approval.decisions if task.step.key == key]
    if not tasks:
        return _by_rule(intake, key)
    task = tasks[-1]
    return Decision(task.user.name, task.state, task.get_state_display(), task.decided_at)


def _by_rule(intake: EngagementIntake, key: str) -> Decision:
    """A step that nobody had to decide, because its only person is the applicant, for instance."""
    for step in intake.approval.stations:
        if step.key == key and step.state == step.State.AUTO:
            return Decision("", step.state, step.get_state_display(), step.closed_at)
    return NONE


@dataclass(frozen=True)
class Figures:
    """What stands above the register. `decided` were finally approved, and not cancelled afterwards."""

    lead_time: dt.timedelta | None
    decided: int
    contracted: int
    lapsed: int

    @property
    def win_rate(self) -> Decimal | None:
        """Applications with a signed contract ÷ approved ones, in %."""
        return _percent(self.contracted, self.decided)

    @property
    def lapse_rate(self) -> Decimal | None:
        """Lapsed applications ÷ approved ones, in %."""
        return _percent(self.lapsed, self.decided)

    @property
    def win_words(self) -> str:
        """The win rate as it is shown."""
        return "—" if self.win_rate is None else f"{self.win_rate} %"

    @property
    def lapse_words(self) -> str:
        """The lapse rate as it is shown."""
        return "—" if self.lapse_rate is None else f"{self.lapse_rate} %"

    @property
    def lead_days(self) -> Decimal | None:
        """Days from the first submission to the final approval, on average."""
        if self.lead_time is None:
            return None
        return (Decimal(self.lead_time.total_seconds()) / 86_400).quantize(Decimal("0.1"))


def figures_of(rows: QuerySet) -> Figures:
    """Lead time and win and lapse rate of these rows of the register."""
    took = ExpressionWrapper(F("approval__closed_at") - F("approval__opened_at"), output_field=DurationField())
    approved = Q(state=State.APPROVED)
    sums = rows.order_by().aggregate(
        lead_time=Avg(took, filter=Q(approval__state=Approval.State.APPROVED)),
        decided=Count("pk", filter=approved),
        contracted_count=Count("pk", filter=approved & Q(contracted=True)),
        lapsed=Count("pk", filter=approved & Q(lapsed_on__isnull=False)),
    )
    return Figures(sums["lead_time"], sums["decided"], sums["contracted_count"], sums["lapsed"])


def _percent(part: int, whole: int) -> Decimal | None:
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.1")) if whole else None
