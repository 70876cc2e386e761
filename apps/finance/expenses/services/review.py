"""Finance reviews line by line (clause 6.2.4): lower with a reason, return with a coded one, let the rest go on."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.core.money import format_money, quantize
from apps.documents.errors import Incomplete
from apps.documents.services import edit_in_review
from apps.finance.expenses import following
from apps.finance.expenses.models import ExpenseClaim, ExpenseLine, ReturnReason

Ruling = ExpenseLine.Ruling


def review_lines(
    claim: ExpenseClaim, *, by, rulings: Mapping[int, Mapping[str, Any]], seen: str | None = None
) -> ExpenseClaim:
    """Rule on lines of a claim in approval; ``rulings`` maps a line's id to `ruling`, `approved_amount`, `reason`,
    `return_reason` (a `ReturnReason`).

    Approving takes the claimed amount or the capped one. Lowering needs a smaller amount and a reason; no ruling ever
    raises an amount. Returning needs a coded reason; it can't take all lines, because then the claim itself goes back.
    Raises `Incomplete` with messages at `lines-<index>-<field>`, `NotAllowed` when the open step does not review lines,
    `ContentChanged` when the claim is not the one that was ``seen``.
    """

    def change(locked: ExpenseClaim) -> list[dict[str, Any]]:
        return _rule(locked, rulings, by=by)

    return edit_in_review(claim, by=by, field="lines", change=change, seen=seen)


def _rule(claim: ExpenseClaim, rulings: Mapping[int, Mapping[str, Any]], *, by) -> list[dict[str, Any]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    lines = claim.ordered_lines
    if unknown := set(rulings) - {line.pk for line in lines}:
        raise Incomplete({"lines": [_("Line %(line)s is not on this claim.") % {"line": min(unknown)}]})
    changed, differences = [], []
    for index, line in enumerate(lines):
        if line.pk not in rulings:
            continue
        before = _ruled(line)
        _apply(line, rulings[line.pk], lambda field, text, index=index: found[f"lines-{index}-{field}"].append(text))
        if _ruled(line) != before:
            changed.append(line)
            differences.append({"line": line.order + 1, "from": before, "to": _ruled(line)})
    if not found and all(line.is_returned for line in lines):
        found["lines"].append(_("All lines would be returned. Return the whole claim instead."))
    if found:
        raise Incomplete(dict(found))
    following.write_lines(changed, following.RULED, by=by, reason="reviewed")
    return differences


def _apply(line: ExpenseLine, given: Mapping[str, Any], say) -> None:
    ruling = given.get("ruling") or Ruling.NONE
    reason = (given.get("reason") or "").strip()
    line.approved_amount, line.ruling, line.ruling_reason, line.return_reason = None, ruling, reason[:300], None
    if ruling == Ruling.RETURNED:
        line.return_reason = _coded(given.get("return_reason"))
        if line.return_reason is None:
            say("return_reason", _("Choose why the line is returned."))
    elif ruling == Ruling.LOWERED:
        line.approved_amount = _lowered(line, given.get("approved_amount"), say)
        if not reason:
            say("reason", _("Say why the amount is lowered."))
    elif ruling == Ruling.APPROVED:
        line.approved_amount = _approved(line, given.get("approved_amount"), say)
    elif ruling != Ruling.NONE:
        say("ruling", _("Choose a ruling."))


def _coded(reason: ReturnReason | int | None) -> ReturnReason | None:
    if reason is None or isinstance(reason, ReturnReason):
        return reason
    return ReturnReason.objects.filter(pk=reason).first()


def _lowered(line: ExpenseLine, amount: Decimal | None, say) -> Decimal:
    if amount is None or amount < 0:
        say("approved_amount", _("Enter the approved amount."))
        return quantize(line.ceiling)
    amount = quantize(amount)
    if amount >= line.ceiling:
        _say_too_much(line, say)
    return min(amount, quantize(line.ceiling))


def _approved(line: ExpenseLine, amount: Decimal | None, say) -> Decimal:
    """Approving as claimed; another amount typed beside it is a contradiction worth a question."""
    ceiling = quantize(line.ceiling)
    if amount is not None and quantize(amount) > ceiling:
        _say_too_much(line, say)
    elif amount is not None and quantize(amount) < ceiling:
        say("ruling", _("The approved amount is lower than claimed: choose “Lowered” and give a reason."))
    return ceiling


def _say_too_much(line: ExpenseLine, say) -> None:
    ceiling = format_money(line.ceiling)
    if line.ceiling < line.amount:
        say("approved_amount", _("The standard allows at most %(ceiling)s.") % {"ceiling": ceiling})
    else:
        say("approved_amount", _("Enter less than the claimed %(ceiling)s.") % {"ceiling": ceiling})


def _ruled(line: ExpenseLine) -> dict[str, Any]:
    return {
        "ruling": str(line.ruling),
        "approved_amount": None if line.approved_amount is None else str(line.approved_amount),
        "reason": line.ruling_reason,
        "return_reason": line.return_reason.code if line.return_reason else None,
    }
