"""Writing a claim: header and lines together, every figure computed here and never taken from the browser."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from apps.core import clock
from apps.core.money import quantize
from apps.documents.errors import Incomplete
from apps.documents.services import save_draft
from apps.finance.expenses import following, standards, submission
from apps.finance.expenses.models import ExpenseClaim, ExpenseLine, ReturnReason
from apps.finance.invoices.numbers import clean

TYPED_FIELDS = [
    "category",
    "date",
    "city",
    "city_text",
    "days",
    "people",
    "amount",
    "tax",
    "description",
    "invoice_kind",
    "invoice_code",
    "invoice_number",
    "invoice_date",
    "invoice_total",
    "seller_name",
    "over_reason",
]
WRITTEN = [*TYPED_FIELDS, "order", "standard_limit", "standard_control", "over_amount", "invoice"]
MONEY = ("amount", "tax", "invoice_total")
ZERO = Decimal("0.00")


@transaction.atomic
def save_claim(
    claim: ExpenseClaim, *, by, lines: Sequence[Mapping[str, Any]], revision: int | None = None
) -> ExpenseClaim:
    """Store a draft or a returned claim with its lines, in the order given (clause 6.2.2).

    Each line is a mapping of `ExpenseLine` fields as typed, with `id` where it exists already; others are deleted.
    Amounts are rounded half up per line, the claim's amount is their sum, the standard of each line is looked up.
    Unfinished lines are fine; `Incomplete` names what can't be stored at all (negative or too large amounts). Raises
    `Stale` when somebody saved after ``revision``, `NotAllowed` when the claim is not the person's to change.
    """
    is_new = claim.pk is None
    found, rows = _read(lines)
    total = sum((row["amount"] for row in rows), ZERO)
    if total > submission.LARGEST:
        found["lines"].append(_("The lines add up to more than 12 digits before the point."))
    if found:
        raise Incomplete(dict(found))
    claim.amount = total
    if is_new and not claim.payee_account:
        claim.payee_bank, claim.payee_account = default_payee(by)
    save_draft(claim, by=by, revision=revision, lines=lambda stored: _write(stored, rows, by=by))
    claim.forget_lines()
    return claim


def default_payee(user) -> tuple[str, str]:
    """Where this person's last claim was paid to, or the bank account in their personnel record: (bank, account)."""
    last = (
        ExpenseClaim.objects.filter(applicant=user)
        .exclude(payee_account="")
        .order_by("-pk")
        .values_list("payee_bank", "payee_account")
        .first()
    )
    return last or (user.bank_name, user.bank_account)


def hints_for(user, *, limit: int = 3) -> list[str]:
    """Why Finance returned this person's lines in the past year, most frequent first, as advice for the next claim."""
    since = clock.today() - dt.timedelta(days=365)
    counted = (
        ReturnReason.objects.filter(
            lines__claim__applicant=user, lines__ruling=ExpenseLine.Ruling.RETURNED, lines__date__gte=since
        )
        .annotate(times=Count("lines"))
        .order_by("-times", "order", "code")[:limit]
    )
    english = (get_language() or "en").startswith("en")
    return [(reason.hint_en if english else reason.hint) or reason.hint or str(reason) for reason in counted]


def preview(claim: ExpenseClaim, lines: Sequence[Mapping[str, Any]]) -> list[ExpenseLine]:
    """Let an unsaved claim answer as if these lines were stored: standards, excess, payable amount, facts."""
    _found, rows = _read(lines)
    built = [ExpenseLine(order=order, **_without_id(row)) for order, row in enumerate(rows)]
    standards.measure(built, applicant=claim.applicant, claim_id=claim.pk)
    claim.ordered_lines = built
    claim.amount = sum((line.amount for line in built), ZERO)
    return built


def _read(lines: Sequence[Mapping[str, Any]]) -> tuple[defaultdict[str, list[str]], list[dict[str, Any]]]:
    """The lines with defaults filled in and everything quantised, and what can't be stored, by field."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    rows = []
    for index, typed in enumerate(lines):
        row = {name: typed[name] for name in (*TYPED_FIELDS, "id") if typed.get(name) is not None}
        for name in MONEY:
            _read_money(row, name, index, found)
        row["invoice_code"], row["invoice_number"] = (
            clean(row.get("invoice_code", "")),
            clean(row.get("invoice_number", "")),
        )
        for name in ("days", "people"):
            if row.get(name) is not None and not 0 < row[name] <= 999:
                found[f"lines-{index}-{name}"].append(_("Enter a number from 1 to 999."))
        if row["tax"] > row["amount"]:
            found[f"lines-{index}-tax"].append(_("The tax can't exceed the amount."))
        rows.append(row)
    return found, rows


def _read_money(row: dict[str, Any], name: str, index: int, found: defaultdict[str, list[str]]) -> None:
    value = row.get(name)
    if value is None:
        if name != "invoice_total":
            row[name] = ZERO
        return
    value = Decimal(value)
    if not value.is_finite() or value < 0:
        found[f"lines-{index}-{name}"].append(_("Enter an amount that is not negative."))
        value = ZERO
    elif value > submission.LARGEST:
        found[f"lines-{index}-{name}"].append(_("Enter an amount of at most 12 digits before the point."))
        value = ZERO
    row[name] = quantize(value) if name != "invoice_total" or value else None


def _without_id(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "id"}


def _write(claim: ExpenseClaim, rows: list[dict[str, Any]], *, by) -> None:
    """Let the stored lines be these: changed ones updated, new ones created, the rest deleted."""
    stored = {line.pk: line for line in claim.lines.all()}
    before = {pk: _state(line) for pk, line in stored.items()}
    lines = []
    for order, row in enumerate(rows):
        line = stored.pop(row["id"], None) if row.get("id") else None
        if line is None:
            line = ExpenseLine(claim_id=claim.pk)
        _fill(line, row)
        line.order = order
        lines.append(line)
    for line in stored.values():
        line._history_user = by
        line._change_reason = "draft saved"
        line.delete()
    standards.measure(lines, applicant=claim.applicant, claim_id=claim.pk)
    following.link_invoices(claim, lines, by=by)
    new = [line for line in lines if line.pk is None]
    changed = [line for line in lines if line.pk is not None and _state(line) != before[line.pk]]
    if getattr(claim, "skip_history_when_saving", False):
        _write_silently(new, changed)
        return
    if new:
        bulk_create_with_history(new, ExpenseLine, default_user=by, default_change_reason="draft saved")
    if changed:
        bulk_update_with_history(changed, ExpenseLine, WRITTEN, default_user=by, default_change_reason="draft saved")


def _write_silently(new: list[ExpenseLine], changed: list[ExpenseLine]) -> None:
    """A draft that keeps itself while somebody types leaves no history of every keystroke."""
    ExpenseLine.objects.bulk_create(new)
    if changed:
        ExpenseLine.objects.bulk_update(changed, WRITTEN)


def _fill(line: ExpenseLine, row: dict[str, Any]) -> None:
    """Set every typed column, those left out to their default."""
    for name in TYPED_FIELDS:
        value = row.get(name)
        setattr(line, name, ExpenseLine._meta.get_field(name).get_default() if value is None else value)


def _state(line: ExpenseLine) -> tuple:
    return tuple(getattr(line, ExpenseLine._meta.get_field(name).attname) for name in WRITTEN)
