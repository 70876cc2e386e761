"""Writing a contract or a supplement down: header and schedule together, what follows from the intake set here."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from apps.business.catalogue.models import ContractTemplate
from apps.business.contracts.following import LIVE
from apps.business.contracts.models import AgencyContract, ContractSupplement, PaymentScheduleLine
from apps.business.intake.models import EngagementIntake
from apps.core.money import quantize
from apps.documents.errors import Incomplete
from apps.documents.services import save_draft
from apps.documents.services.locking import lock
from apps.org.models import Company

TYPED_FIELDS = ["milestone", "due", "due_on", "amount"]
WRITTEN = [*TYPED_FIELDS, "order"]
LARGEST = Decimal("999999999999.99")
ZERO = Decimal("0.00")


def new_from(intake: EngagementIntake, by) -> tuple[AgencyContract, list[dict[str, Any]]]:
    """An unsaved contract filled from an approved intake, and its schedule of one payment, for `save_contract`."""
    company = Company.current()
    contract = AgencyContract(
        kind=AgencyContract.KIND,
        applicant=by,
        department=by.department,
        title=intake.title,
        currency=intake.currency,
        intake=intake,
        party_b=company.name,
        scope=intake.scope,
        fee_basis=intake.fee_basis,
        fee=intake.amount,
        amount=intake.amount,
        payment_term_days=intake.payment_term_days,
        effective_from=intake.term_from,
        effective_to=intake.term_to,
        template=_template_for(intake),
    )
    follow_intake(contract)
    if contract.client is not None:
        contract.party_a, contract.party_a_uscc = contract.client.name, contract.client.uscc
    due = PaymentScheduleLine.Due.COMPLETION
    return contract, [{"milestone": _("Contract total"), "due": due, "due_on": None, "amount": intake.amount}]


@transaction.atomic
def save_contract(
    contract: AgencyContract, *, by, lines: Sequence[Mapping[str, Any]], revision: int | None = None
) -> AgencyContract:
    """Store a draft or a returned contract with its payment schedule, in the order given (clause 3.1.5).

    Each line is a mapping of milestone, due, due_on and amount, with `id` where it exists already; others are deleted.
    Client and service type are those of the intake, the paper's amount is the fee. `Incomplete` names what can't be
    stored at all; `Stale` and `NotAllowed` as for every paper.
    """
    if contract.intake_id and not EngagementIntake.objects.visible_to(by).filter(pk=contract.intake_id).exists():
        raise Incomplete({"intake": [_("Choose the approved intake that the contract follows from.")]})
    if contract.pk is None and contract.intake_id:
        contract.intake = _still_open(contract.intake)
    contract.fee = contract.fee or ZERO
    found, rows = _read(contract, lines)
    if found:
        raise Incomplete(found)
    contract.fee = quantize(contract.fee)
    contract.amount = contract.fee
    follow_intake(contract)
    return save_draft(contract, by=by, revision=revision, lines=lambda stored: _write(stored, rows, by=by))


def _still_open(intake: EngagementIntake) -> EngagementIntake:
    """The intake, locked until the contract is stored: it lapses before or not at all."""
    intake = lock(intake)
    if intake.lapsed_on is not None:
        said = _("The intake lapsed on %(day)s; a new one is needed.") % {"day": intake.lapsed_on}
        raise Incomplete({"intake": [said]})
    return intake


def new_supplement(contract: AgencyContract, by) -> ContractSupplement:
    """An unsaved supplement to a contract."""
    kind = ContractSupplement.KIND
    values = {"contract": contract, "title": contract.title, "currency": contract.currency}
    return ContractSupplement(kind=kind, applicant=by, department=contract.department, **values)


@transaction.atomic
def save_supplement(supplement: ContractSupplement, *, by, revision: int | None = None) -> ContractSupplement:
    """Store a draft or a returned supplement; its amount is the change without its sign, its place the contract's."""
    contract = supplement.contract
    if contract is not None and not AgencyContract.objects.visible_to(by).filter(pk=contract.pk).exists():
        raise Incomplete({"contract": [_("Choose the contract that is supplemented.")]})
    supplement.change = quantize(supplement.change or ZERO)
    if abs(supplement.change) > LARGEST:
        raise Incomplete({"change": [_("Enter an amount of at most 12 digits before the point.")]})
    supplement.amount = abs(supplement.change)
    if contract is not None:
        supplement.department_id, supplement.currency = contract.department_id, contract.currency
    return save_draft(supplement, by=by, revision=revision)


def open_intakes(user, *, besides: int | None = None) -> QuerySet:
    """Intakes this person sees from which a contract can follow now, and the one that is chosen already."""
    taken = AgencyContract.objects.filter(state__in=LIVE, intake=OuterRef("pk")).exclude(phase="terminated")
    intakes = EngagementIntake.objects.visible_to(user)
    free = Q(state=EngagementIntake.State.APPROVED, lapsed_on__isnull=True) & ~Exists(taken)
    return intakes.filter(free | Q(pk=besides)).select_related("client", "service_type").order_by("-pk")


def open_contracts(user, *, besides: int | None = None) -> QuerySet:
    """Contracts in force this person sees, and the one that is chosen already."""
    in_force = Q(state=AgencyContract.State.APPROVED, phase=AgencyContract.Phase.IN_FORCE)
    return AgencyContract.objects.visible_to(user).filter(in_force | Q(pk=besides)).order_by("-pk")


def follow_intake(contract: AgencyContract) -> None:
    """Client and service type are those of the intake."""
    intake = contract.intake
    contract.client = intake.client if intake else None
    contract.service_type = intake.service_type if intake else None


def _template_for(intake: EngagementIntake) -> ContractTemplate | None:
    """The template of this service, else the first for all services."""
    templates = ContractTemplate.objects.filter(active=True).order_by("order", "code")
    own = templates.filter(service_type=intake.service_type_id).first() if intake.service_type_id else None
    return own or templates.filter(service_type=None).first()


def _read(
    contract: AgencyContract, lines: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, list[str]], list[dict[str, Any]]]:
    """The lines with amounts in cents, and what can't be stored, by field."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    if not 0 <= contract.fee <= LARGEST:
        found["fee"].append(_("Enter an amount of at most 12 digits before the point."))
    if contract.effective_from and contract.effective_to and contract.effective_to < contract.effective_from:
        found["effective_to"].append(_("The contract ends before it begins."))
    rows = []
    for index, typed in enumerate(lines):
        amount = Decimal(typed.get("amount") or 0)
        if not amount.is_finite() or not 0 <= amount <= LARGEST:
            found[f"lines-{index}-amount"].append(_("Enter an amount that is not negative."))
            amount = ZERO
        rows.append({**typed, "amount": quantize(amount)})
    return dict(found), rows


def _write(contract: AgencyContract, rows: list[dict[str, Any]], *, by) -> None:
    """Let the stored schedule be this: changed lines updated, new ones created, the rest deleted."""
    stored = {line.pk: line for line in contract.schedule.all()}
    before = {pk: _state(line) for pk, line in stored.items()}
    lines = [_filled(stored.pop(row.get("id"), None), contract, order, row) for order, row in enumerate(rows, 1)]
    for line in stored.values():
        line._history_user, line._change_reason = by, "draft saved"
        line.delete()
    new = [line for line in lines if line.pk is None]
    changed = [line for line in lines if line.pk is not None and _state(line) != before[line.pk]]
    if getattr(contract, "skip_history_when_saving", False):
        PaymentScheduleLine.objects.bulk_create(new)
        PaymentScheduleLine.objects.bulk_update(changed, WRITTEN)
        return
    options = {"default_user": by, "default_change_reason": "draft saved"}
    bulk_create_with_history(new, PaymentScheduleLine, **options)
    bulk_update_with_history(changed, PaymentScheduleLine, WRITTEN, **options)


def _filled(
    line: PaymentScheduleLine | None, contract: AgencyContract, order: int, row: Mapping[str, Any]
) -> PaymentScheduleLine:
    line = line or PaymentScheduleLine(contract_id=contract.pk)
    line.order = order
    line.milestone = (row.get("milestone") or "").strip()
    line.due = row.get("due") or PaymentScheduleLine.Due.MILESTONE
    line.due_on, line.amount = row.get("due_on"), row["amount"]
    return line


def _state(line: PaymentScheduleLine) -> tuple:
    return tuple(getattr(line, name) for name in WRITTEN)
