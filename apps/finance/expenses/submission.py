"""What keeps a claim from being submitted: the rules of clauses 6.2.1 and 6.2.2, as messages by field.

Keys are header fields, `lines` for the claim's lines as a whole, or `lines-<index>-<field>`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.money import format_money
from apps.finance.expenses import charging, standards
from apps.finance.expenses.models.catalogue import ExpenseStandard
from apps.finance.invoices import numbers, register
from apps.org.models import Company

LARGEST = Decimal("999999999999.99")
DISTANT = dt.date(1990, 1, 1)

Problems = defaultdict[str, list[str]]


def problems(claim, by) -> dict[str, list[str]]:
    """Everything that keeps this claim from being submitted by this person; empty when nothing does.

    Standards are looked up anew, because a draft may have lain while they changed.
    """
    found: Problems = defaultdict(list)
    if not claim.title.strip():
        found["title"].append(_("Say what the money was spent for."))
    if claim.charged_to_id and not charging.papers_for(claim.applicant).filter(pk=claim.charged_to_id).exists():
        found["charged_to"].append(_("Nothing can be charged to this engagement by you any more; choose another."))
    lines = claim.ordered_lines
    if not lines:
        found["lines"].append(_("Add at least one line."))
        return dict(found)
    claim.remeasured = standards.measure(lines, applicant=claim.applicant, claim_id=claim.pk)
    first_day = first_claimable_day(claim)
    for index, line in enumerate(lines):
        _check_line(found, index, line, first_day)
    _check_invoices(found, claim, by)
    if not found and claim.payable <= 0:
        found["lines"].append(_("The standards leave nothing of this claim to be paid."))
    return dict(found)


def first_claimable_day(claim) -> dt.date:
    """The oldest day that may be claimed, counted back from the first submission of the paper.

    A corrected paper, and one made of the lines Finance returned, keep the day of the paper they come from, so that a
    correction never makes an expense too old.
    """
    submitted = clock.today()
    seen = set()
    source = claim
    while source is not None and source.pk not in seen:
        seen.add(source.pk)
        if source.approval_id:
            submitted = min(submitted, localdate(source.approval.opened_at))
        source = source.source_claim
    return submitted - dt.timedelta(days=Company.current().claim_window_days)


def conflicts(claim, lines, viewer) -> dict[str, list[str]]:
    """Messages for lines whose invoice another paper already uses; what they name depends on who asks."""
    found: Problems = defaultdict(list)
    keyed = {index: key for index, line in enumerate(lines) if (key := key_of(line))}
    taken = register.taken_elsewhere(claim, keyed.values()) if keyed else {}
    seen = _visible(claim, taken.values(), viewer) if taken else {}
    for index, key in keyed.items():
        if key in taken:
            found[f"lines-{index}-invoice_number"].append(_conflict(seen.get(taken[key].document_id)))
    return dict(found)


def key_of(line) -> str:
    """The canonical key of a line's invoice; empty where it has none."""
    return numbers.canonical_key(line.invoice_kind, line.invoice_code, line.invoice_number, line.seller_name)


def taken_a_moment_ago() -> dict[str, list[str]]:
    """The message when another paper took an invoice between the check and the reservation."""
    return {"lines": [_("One of the invoices was used on another claim a moment ago. Submit again to see which.")]}


def _check_line(found: Problems, index: int, line, first_day: dt.date) -> None:
    def say(field: str, text: str) -> None:
        found[f"lines-{index}-{field}"].append(text)

    if not line.category_id:
        say("category", _("Choose a category."))
    elif not line.category.active:
        say("category", _("This category is not in use any more."))
    if not line.description.strip():
        say("description", _("Describe the expense."))
    if line.amount <= 0:
        say("amount", _("Enter an amount above zero."))
    elif line.amount > LARGEST:
        say("amount", _("Enter an amount of at most 12 digits before the point."))
    if line.tax > line.amount:
        say("tax", _("The tax can't exceed the amount."))
    _check_day(say, "date", line.date, first_day, required=True)
    _check_standard(say, line)
    _check_invoice(say, line, first_day)


def _check_day(say, field: str, day: dt.date | None, first_day: dt.date, *, required: bool) -> None:
    if day is None:
        if required:
            say(field, _("Enter the date."))
    elif day > clock.today():
        say(field, _("This date lies in the future."))
    elif day < first_day:
        text = _("Too long ago: the first day that can be claimed is %(day)s.")
        say(field, text % {"day": date_format(first_day, "Y-m-d")})


def _check_standard(say, line) -> None:
    if not line.over_amount:
        return
    values = {"over": format_money(line.over_amount), "limit": format_money(line.standard_limit)}
    if line.standard_control == ExpenseStandard.Control.BLOCK:
        say("amount", _("%(over)s above the standard of %(limit)s, which may not be exceeded.") % values)
    elif line.standard_control == ExpenseStandard.Control.WARN and not line.over_reason.strip():
        say("over_reason", _("%(over)s above the standard of %(limit)s: give a reason.") % values)


def _check_invoice(say, line, first_day: dt.date) -> None:
    wrong = numbers.problems(line.invoice_kind, line.invoice_code, line.invoice_number)
    for field, text in wrong.items():
        say(f"invoice_{field}", text)
    if not wrong and not line.invoice_number and line.category_id and line.category.requires_invoice:
        say("invoice_number", _("This category needs an invoice."))
    _check_day(say, "invoice_date", line.invoice_date, first_day, required=False)
    if line.invoice_total is not None and line.invoice_total <= 0:
        say("invoice_total", _("Enter an amount above zero."))


def _check_invoices(found: Problems, claim, by) -> None:
    """One invoice may be split over lines of one claim as long as they don't claim more than it says."""
    by_key = defaultdict(list)
    for index, line in enumerate(claim.ordered_lines):
        if key := key_of(line):
            by_key[key].append((index, line))
    for rows in by_key.values():
        totals = {line.invoice_total for _index, line in rows if line.invoice_total is not None}
        last = rows[-1][0]
        if len(totals) > 1:
            found[f"lines-{last}-invoice_total"].append(_("The same invoice has another total on an earlier line."))
        elif totals and sum(line.amount for _index, line in rows) > min(totals):
            text = _("More is claimed of this invoice than its total of %(total)s.")
            found[f"lines-{last}-amount"].append(text % {"total": format_money(min(totals))})
    for field, texts in conflicts(claim, claim.ordered_lines, by).items():
        found[field] += texts


def _visible(claim, taken, viewer) -> dict[int, object]:
    """The papers behind these rows that the viewer may see, with their applicants."""
    papers = type(claim).objects.visible_to(viewer).filter(pk__in=[row.document_id for row in taken])
    return {paper.pk: paper for paper in papers.select_related("applicant")}


def _conflict(paper) -> str:
    if paper is None:
        return _("This invoice is already used on another claim.")
    return _("This invoice is already used on %(paper)s of %(person)s.") % {"paper": paper, "person": paper.applicant}
