"""Writing settlements: lines and header together, every figure computed here and never taken from the browser."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from apps.business.contracts.models import PaymentScheduleLine
from apps.business.engagements.models import Engagement
from apps.business.settlements.amounts import LARGEST, ZERO, line_amount, totals_of
from apps.business.settlements.models import Settlement, SettlementLine
from apps.business.settlements.readiness import Readiness, readiness
from apps.core.money import quantize
from apps.documents.errors import Incomplete
from apps.documents.services import save_draft
from apps.org.services import with_reason
from apps.service.clients.models import Client

__all__ = ["Readiness", "default_lines", "merge_clients", "new_for", "preview", "readiness", "save_settlement"]

WRITTEN = ["schedule_line", "description", "quantity", "price", "amount", "order"]
ONE = Decimal("1.00")
MOST_PIECES = Decimal("99999999.99")


def new_for(engagement: Engagement, by) -> Settlement:
    """A settlement of this engagement as the contract would have it, not stored; its lines are `default_lines`."""
    contract, client = engagement.contract, engagement.client
    settlement = Settlement(
        kind=Settlement.KIND,
        applicant=by,
        title=engagement.title,
        engagement=engagement,
        payment_term_days=contract.payment_term_days,
        due_base=contract.due_base,
        buyer_name=contract.party_a or client.name,
        buyer_uscc=(contract.party_a_uscc or client.uscc or "") if client.kind == Client.Kind.COMPANY else "",
    )
    _follow_engagement(settlement)
    return settlement


def default_lines(engagement: Engagement) -> list[dict[str, Any]]:
    """A line per scheduled payment that is not settled, with what is left of it."""
    payments = PaymentScheduleLine.objects.filter(contract=engagement.contract_id).order_by("order", "pk")
    return [
        {
            "schedule_line": payment,
            "description": payment.milestone,
            "quantity": ONE,
            "price": payment.unsettled,
        }
        for payment in payments
        if payment.unsettled > 0
    ]


@transaction.atomic
def save_settlement(
    settlement: Settlement, *, by, lines: Sequence[Mapping[str, Any]], revision: int | None = None
) -> Settlement:
    """Store a draft or a returned settlement with its lines, in the order given (clause 3.3.2).

    Each line is a mapping of `schedule_line`, `description`, `quantity` and `price`, with `id` where it exists already;
    others are deleted. Contract, client, tax rate and department come from the engagement; every amount is computed.
    `Incomplete` names what can't be stored at all. Raises `Stale` when somebody saved after ``revision``, `NotAllowed`
    when the settlement is not the person's to change.
    """
    if settlement.engagement_id is None:
        raise Incomplete({"engagement": [_("Choose the engagement that is settled.")]})
    found, rows = _read(lines)
    _follow_engagement(settlement)
    totals = _add_up(settlement, rows)
    if totals.gross > LARGEST and not found:
        found["lines"].append(_("The lines add up to more than 12 digits before the point."))
    if settlement.deduction < 0 or (totals.total < 0 and not found):
        found["deduction"].append(_("The deduction is at most the sum of the lines, and not negative."))
    if settlement.deduction and not settlement.deduction_reason.strip():
        found["deduction_reason"].append(_("Say why this is deducted."))
    if found:
        raise Incomplete(dict(found))
    save_draft(settlement, by=by, revision=revision, lines=lambda stored: _write(stored, rows, by=by))
    settlement.__dict__.get("_prefetched_objects_cache", {}).pop("lines", None)
    return settlement


def preview(settlement: Settlement, lines: Sequence[Mapping[str, Any]]) -> list[SettlementLine]:
    """Let an unsaved settlement answer as if these lines were stored."""
    _found, rows = _read(lines)
    _follow_engagement(settlement)
    _add_up(settlement, rows)
    return [SettlementLine(order=order, **_without_id(row)) for order, row in enumerate(rows)]


def merge_clients(*, source: Client, target: Client, by, reason: str) -> dict[str, int]:
    """The settlements of a client whose file ends belong to the file that stays; called in that transaction."""
    rows = list(Settlement.objects.select_for_update(of=("self", "document_ptr")).filter(client=source).order_by("pk"))
    for settlement in rows:
        settlement.client = target
        with_reason(settlement, by=by, reason=reason[:100]).save()
    return {"settlements": len(rows)}


def _follow_engagement(settlement: Settlement) -> None:
    """What the engagement and its contract say, nobody types."""
    if settlement.engagement_id is None:
        return
    engagement = settlement.engagement
    settlement.contract = engagement.contract
    settlement.client_id = engagement.client_id
    settlement.department_id = engagement.department_id
    settlement.tax_rate = engagement.contract.tax_rate
    settlement.currency = engagement.contract.currency


def _add_up(settlement: Settlement, rows: list[dict[str, Any]]):
    settlement.deduction = quantize(settlement.deduction or ZERO)
    totals = totals_of((row["amount"] for row in rows), deduction=settlement.deduction, rate=settlement.tax_rate)
    settlement.gross, settlement.net, settlement.tax = totals.gross, totals.net, totals.tax
    settlement.total = settlement.amount = totals.total
    return totals


def _read(lines: Sequence[Mapping[str, Any]]) -> tuple[defaultdict[str, list[str]], list[dict[str, Any]]]:
    """The lines with amounts computed, and what can't be stored, by field."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    rows = []
    for index, typed in enumerate(lines):
        quantity, price = _decimal(typed.get("quantity"), ONE), _decimal(typed.get("price"), ZERO)
        if not 0 < quantity <= MOST_PIECES:
            found[f"lines-{index}-quantity"].append(_("Enter a quantity above zero."))
            quantity = ONE
        if not 0 <= price <= LARGEST:
            found[f"lines-{index}-price"].append(_("Enter an amount that is not negative."))
            price = ZERO
        row = {
            "id": typed.get("id"),
            "schedule_line": typed.get("schedule_line"),
            "description": (typed.get("description") or "").strip(),
            "quantity": quantity,
            "price": price,
            "amount": line_amount(quantity, price),
        }
        if row["amount"] > LARGEST:
            found[f"lines-{index}-price"].append(_("Enter an amount of at most 12 digits before the point."))
        rows.append(row)
    return found, rows


def _decimal(value: Any, default: Decimal) -> Decimal:
    """A number of the form in whole cents; what is no number becomes one that is refused."""
    if value is None:
        return default
    number = Decimal(value)
    return quantize(number) if number.is_finite() and abs(number) <= LARGEST else Decimal(-1)


def _without_id(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "id"}


def _write(settlement: Settlement, rows: list[dict[str, Any]], *, by) -> None:
    """Let the stored lines be these: changed ones updated, new ones created, the rest deleted."""
    stored = {line.pk: line for line in settlement.lines.all()}
    before = {pk: _state(line) for pk, line in stored.items()}
    new, changed = [], []
    for order, row in enumerate(rows):
        line = stored.pop(row["id"], None) if row["id"] else None
        line = line or SettlementLine(settlement_id=settlement.pk)
        for name, value in _without_id(row).items():
            setattr(line, name, value)
        line.order = order
        if line.pk is None:
            new.append(line)
        elif _state(line) != before[line.pk]:
            changed.append(line)
    for line in stored.values():
        line._history_user = by
        line._change_reason = "draft saved"
        line.delete()
    silent = getattr(settlement, "skip_history_when_saving", False)
    _store(new, changed, by=by, silent=silent)


def _store(new: list[SettlementLine], changed: list[SettlementLine], *, by, silent: bool) -> None:
    """A draft that keeps itself while somebody types leaves no history of every keystroke."""
    if silent:
        SettlementLine.objects.bulk_create(new)
        if changed:
            SettlementLine.objects.bulk_update(changed, WRITTEN)
        return
    told = {"default_user": by, "default_change_reason": "draft saved"}
    if new:
        bulk_create_with_history(new, SettlementLine, **told)
    if changed:
        bulk_update_with_history(changed, SettlementLine, WRITTEN, **told)


def _state(line: SettlementLine) -> tuple:
    return tuple(getattr(line, SettlementLine._meta.get_field(name).attname) for name in WRITTEN)
