"""What a contract and its scheduled payments have left, moved by settlements alone.

`settling` is what settlements in approval ask for, `settled` what approved ones have taken. Every move is a conditional
UPDATE that must hit its row, so that two people at the same moment never take more than there is. The first of them
takes the contract until the transaction ends, those after it the scheduled payments by their id: lock order settlement
→ contract → scheduled payments.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from django.db.models import F
from django.utils.translation import gettext as _

from apps.business.contracts.models import AgencyContract, PaymentScheduleLine
from apps.core.errors import Refused
from apps.core.models import in_cents

ZERO = Decimal("0.00")
#: states in which a settlement holds a part of its contract
BINDING = ("in_review", "approved")


class Taken(Refused):
    """Somebody else took what was left."""

    def __init__(self):
        super().__init__(_("Another settlement has just taken what was left of the contract."))


class LedgerMismatch(Refused):
    """What is to be given back was never taken."""

    def __init__(self):
        super().__init__(_("The amounts of the contract do not agree with its settlements. Tell the administrator."))


def reserve(paper) -> None:
    """A submitted settlement asks for its total of the contract, and for its lines of their scheduled payments."""
    left = in_cents(F("fee") + F("supplemented") - F("settling") - paper.total)
    contract = AgencyContract.objects.filter(pk=paper.contract_id, settled__lte=left)
    if contract.update(settling=in_cents(F("settling") + paper.total)) != 1:
        raise Taken
    for pk, amount in _by_payment(paper).items():
        rest = in_cents(F("amount") - F("settling") - amount)
        row = PaymentScheduleLine.objects.filter(pk=pk, contract=paper.contract_id, settled__lte=rest)
        if row.update(settling=in_cents(F("settling") + amount)) != 1:
            raise Taken


def take(paper) -> None:
    """An approved settlement has what it asked for."""
    _move(paper, "settling", to="settled")


def give_back(paper, *, column: str) -> None:
    """What a settlement asked for (`settling`) or had taken (`settled`) is free again."""
    _move(paper, column)


def _move(paper, column: str, *, to: str = "") -> None:
    moves = [(AgencyContract, paper.contract_id, paper.total)]
    moves += [(PaymentScheduleLine, pk, amount) for pk, amount in _by_payment(paper).items()]
    for model, pk, amount in moves:
        values = {column: in_cents(F(column) - amount)}
        if to:
            values[to] = in_cents(F(to) + amount)
        if model.objects.filter(pk=pk, **{f"{column}__gte": amount}).update(**values) != 1:
            raise LedgerMismatch


def _by_payment(paper) -> dict[int, Decimal]:
    """What the lines take of each scheduled payment, by its id, in the order of the locks."""
    sums: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
    for line in paper.lines.all():
        if line.schedule_line_id is not None:
            sums[line.schedule_line_id] += line.amount
    return dict(sorted(sums.items()))


def settles_the_rest(paper) -> bool:
    """Nothing is left to be settled: of the contract, or of its payments where deductions explain what is left."""
    contracts = AgencyContract.objects.filter(pk=paper.contract_id)
    fee, supplemented, settling, settled = contracts.values_list("fee", "supplemented", "settling", "settled").get()
    rest = fee + supplemented - settling - settled
    if rest <= 0:
        return True
    payments = PaymentScheduleLine.objects.filter(contract=paper.contract_id)
    if payments.filter(amount__gt=in_cents(F("settling") + F("settled"))).exists() or not payments.exists():
        return False
    others = type(paper).objects.filter(contract=paper.contract_id, state__in=BINDING).exclude(pk=paper.pk)
    deducted = sum(others.values_list("deduction", flat=True), paper.deduction)
    return deducted >= rest
