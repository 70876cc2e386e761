"""What follows in the claim's own tables when its state changes: called by the claim's hooks, inside the transaction.

The claim is known here by its interface alone; `models.claim` imports this module.
"""

from __future__ import annotations

from decimal import Decimal

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from apps.documents.errors import Incomplete
from apps.documents.services.drafts import save_draft
from apps.finance.expenses import submission
from apps.finance.invoices import register
from apps.notifications.services import notify

ZERO = Decimal("0.00")
MEASURED = ["standard_limit", "standard_control", "over_amount"]
RULED = ["approved_amount", "ruling", "ruling_reason", "return_reason"]
#: what a returned line takes along into the paper that corrects it
CARRIED_OVER = [
    "category_id",
    "date",
    "city_id",
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


def submitted(claim, by) -> None:
    """Rulings of an earlier round end, the standards found by the check are kept, invoices are reserved."""
    changed = {line.pk: line for line in claim.remeasured}
    for line in claim.ordered_lines:
        if line.ruling != line.Ruling.NONE:
            line.approved_amount, line.ruling, line.ruling_reason, line.return_reason = None, line.Ruling.NONE, "", None
            changed[line.pk] = line
    write_lines(list(changed.values()), [*MEASURED, *RULED], by=by, reason="submitted")
    try:
        register.reserve(claim, by=by)
    except register.AlreadyTaken as error:
        raise Incomplete(submission.taken_a_moment_ago()) from error


def approved(claim, by) -> None:
    """Finally approved: what is payable is fixed line by line; returned lines start a new draft (domain.md §1.17)."""
    lines = claim.ordered_lines
    for line in lines:
        if line.ruling == line.Ruling.NONE:
            line.ruling = line.Ruling.APPROVED
        line.approved_amount = line.payable
    write_lines(lines, ["approved_amount", "ruling"], by=by, reason="approved")
    claim.approved_total = sum((line.approved_amount for line in lines), ZERO)
    returned = [line for line in lines if line.is_returned]
    if returned:
        _release_returned(claim, lines, by)
        _start_follow_up(claim, returned)


def released(claim, by, *, reason: str) -> None:
    """The claim does not go on: its invoices may be used elsewhere again."""
    register.release(claim, by=by, reason=reason)


def write_lines(lines: list, fields: list[str], *, by, reason: str) -> None:
    """Store these columns of the lines, with history rows: two statements for any number of lines."""
    if lines:
        bulk_update_with_history(lines, type(lines[0]), fields, default_user=by, default_change_reason=reason)


def _release_returned(claim, lines: list, by) -> None:
    """Invoices that stand on returned lines alone are free for the follow-up."""
    kept = {line.invoice_id for line in lines if not line.is_returned}
    free = {line.invoice_id for line in lines if line.is_returned and line.invoice_id} - kept
    register.release(claim, by=by, reason="line returned", only=free)


def _start_follow_up(claim, returned: list) -> None:
    """A pre-filled draft of the returned lines, for the employee to correct.

    Attachments stay with the paper they were handed in with and are reached through the link: which file belongs to
    which line is nowhere recorded, and a corrected invoice is a new file anyway.
    """
    header = (
        "title",
        "department_id",
        "currency",
        "claim_type",
        "project",
        "charged_to_id",
        "payee_bank",
        "payee_account",
    )
    draft = type(claim)(**{name: getattr(claim, name) for name in header})
    draft.source_claim_id = claim.pk
    draft.amount = sum((line.amount for line in returned), ZERO)
    save_draft(draft, by=claim.applicant, reason=f"returned lines of {claim.number}")
    lines = [
        type(line)(claim_id=draft.pk, order=order, **{name: getattr(line, name) for name in CARRIED_OVER})
        for order, line in enumerate(returned)
    ]
    reason = f"returned lines of {claim.number}"
    bulk_create_with_history(lines, type(lines[0]), default_user=claim.applicant, default_change_reason=reason)
    _sync_invoices(draft, lines)
    _tell_applicant(claim, draft, len(lines))


def _sync_invoices(draft, lines: list) -> None:
    write_lines(lines, link_invoices(draft, lines, by=draft.applicant), by=draft.applicant, reason="draft saved")


def link_invoices(claim, lines: list, *, by) -> list[str]:
    """Enter the lines' invoices in the register and point the lines at them; answers the columns to store."""
    rows = register.sync(claim, invoices_of(lines), by=by)
    for line in lines:
        row = rows.get(submission.key_of(line))
        line.invoice_id = row.pk if row else None
    return ["invoice"]


def invoices_of(lines: list) -> list[register.InvoiceData]:
    """The distinct invoices on these lines, each with what they claim of it together."""
    found: dict[str, register.InvoiceData] = {}
    for line in lines:
        key = submission.key_of(line)
        if not key:
            continue
        before = found.get(key)
        total = line.invoice_total if line.invoice_total and line.invoice_total > 0 else None
        found[key] = register.InvoiceData(
            kind=line.invoice_kind,
            code=line.invoice_code,
            number=line.invoice_number,
            issued_on=line.invoice_date,
            seller_name=line.seller_name,
            total=total if before is None or total is not None else before.total,
            claimed=line.amount + (before.claimed if before else ZERO),
        )
    return list(found.values())


def _tell_applicant(claim, draft, count: int) -> None:
    title = format_lazy(
        _("{count} lines of {paper} were returned; a new draft with them is ready for you to correct"),
        count=count,
        paper=claim.number,
    )
    notify(to=[claim.applicant], title=title, url=draft.get_absolute_url())
