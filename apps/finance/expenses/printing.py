"""The printed expense claim (費用報銷單): the fixed words of the Chinese form, with the amount in capitals."""

from django.utils.translation import gettext as _

from apps.core.money import format_money
from apps.core.pdf import PrintTable
from apps.documents.printing import PrintParts
from apps.finance.expenses.models import ExpenseClaim, ExpenseLine
from apps.finance.expenses.tables import invoice_of

WIDTHS = (1.0, 2.1, 1.6, 3.0, 1.2, 2.6, 1.8, 1.8)
ALIGNS = ("right", "left", "left", "left", "left", "left", "right", "right")


def claim_parts(claim: ExpenseClaim) -> PrintParts:
    """What is printed of a claim besides its chain: purpose, payee, lines, amount, vouchers."""
    lines = claim.ordered_lines
    fields = [
        (_("Purpose"), claim.title),
        (_("Type"), str(claim.get_claim_type_display())),
        (_("Project or client"), " ".join(filter(None, [claim.charged_to_number, claim.project])) or "—"),
        (_("Payee"), f"{claim.applicant} {claim.payee_bank} {masked(claim.payee_account)}".strip()),
    ]
    if claim.is_paid:
        fields.append((_("Paid"), f"{format_money(claim.paid_amount)} · {claim.paid_on.isoformat()}"))
    return PrintParts(
        title=_("Expense claim form"),
        fields=fields,
        tables=[_lines(claim, lines)],
        amount=claim.payable,
        vouchers=vouchers(claim),
        footer=[_("Returned lines are left out of the amount.")] if any(line.is_returned for line in lines) else [],
    )


def vouchers(claim: ExpenseClaim) -> int:
    """How many vouchers are handed in (附單據張數): as stated, else as many as files are attached."""
    return claim.attachments.count() if claim.voucher_count is None else claim.voucher_count


def masked(account: str) -> str:
    """An account number as others see it: the last four digits."""
    return f"**** {account[-4:]}" if account else ""


def _lines(claim: ExpenseClaim, lines: list[ExpenseLine]) -> PrintTable:
    headers = (
        _("No."),
        _("Date"),
        _("Category"),
        _("Description"),
        _("City"),
        _("Invoice"),
        _("Claimed"),
        _("Payable"),
    )
    totals = (_("Total"), "", "", "", "", "", format_money(claim.amount), format_money(claim.payable))
    return PrintTable(headers, [_row(line) for line in lines], totals=totals, aligns=ALIGNS, widths=WIDTHS)


def _row(line: ExpenseLine) -> list[str]:
    reasons = [str(line.return_reason) if line.return_reason_id else "", line.ruling_reason]
    ruled = _("; ").join(text for text in reasons if text)
    return [
        str(line.order + 1),
        line.date.isoformat() if line.date else "",
        str(line.category or ""),
        f"{line.description} ({line.get_ruling_display()}{_(': ')}{ruled})" if ruled else line.description,
        line.place,
        invoice_of(line),
        format_money(line.amount),
        format_money(line.payable),
    ]
