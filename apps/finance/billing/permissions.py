"""Who may do what to receivables and invoices. Which of them exist for somebody is `visible_to`; here is the rest."""

from django.utils.translation import gettext as _

from apps.core.errors import Forbidden
from apps.documents.permissions import YES, Answer, never, no
from apps.finance.billing.errors import Unseen
from apps.finance.billing.models import Receivable, SalesInvoice
from apps.finance.billing.querysets import SEES_ALL
from apps.service.clients.querysets import SEES_POOL

ISSUE = "finance.issue_invoice"
POST = "finance.post_receivable"
REMIND = "finance.remind_client"

_KEEPS_THE_BOOKS = {SEES_ALL, ISSUE, POST, REMIND}

#: what a new company gives to its roles
ROLES = {
    "finance_reviewer": _KEEPS_THE_BOOKS,
    "finance_director": _KEEPS_THE_BOOKS,
    "cashier": {SEES_ALL},
    "executive": {SEES_ALL},
    "auditor": {SEES_ALL},
}


def works_with_invoices(user) -> bool:
    """Whether the pages of invoices are worth a place in this person's navigation: Finance, management, Business."""
    return user.has_perm(SEES_ALL) or user.has_perm(SEES_POOL)


def may(user, action: str, row: Receivable | SalesInvoice) -> Answer:
    """May this person, who sees the row, do this to it? The answer carries its reason."""
    return _RULES[action](user, row)


def require(user, action: str, row: Receivable | SalesInvoice) -> None:
    """404 for whom the row does not exist; refuse with the reason unless this person may."""
    if not user.has_perm(SEES_ALL) and not type(row).objects.visible_to(user).filter(pk=row.pk).exists():
        raise Unseen
    answer = may(user, action, row)
    if not answer:
        raise Forbidden(answer.reason)


def _request(user, receivable: Receivable) -> Answer:
    """Whoever sees the paper: Business asks, Finance may as well."""
    if receivable.cancelled_on:
        return never(_("This receivable was cancelled."))
    if not user.is_active or (user.has_perm(SEES_ALL) and not _takes_part(user, receivable)):
        return never(_("Only Business and those who issue invoices request one."))
    return YES if receivable.to_request else no(_("Everything is requested or invoiced already."))


def _takes_part(user, receivable: Receivable) -> bool:
    people = {receivable.manager_id, receivable.document.applicant_id, receivable.department.head_id}
    return user.pk in people or user.holds(ISSUE)


def _withdraw(user, invoice: SalesInvoice) -> Answer:
    if invoice.status != SalesInvoice.Status.REQUESTED:
        return never(_("Only a request that is not issued yet can be withdrawn."))
    if user.pk == invoice.requested_by_id or user.holds(ISSUE):
        return YES
    return never(_("Only who requested the invoice, or Finance, withdraws the request."))


def _issue(user, invoice: SalesInvoice) -> Answer:
    if invoice.status != SalesInvoice.Status.REQUESTED:
        return never(_("Only a requested invoice can be issued."))
    return _as_issuer(user, invoice)


def _reverse(user, invoice: SalesInvoice) -> Answer:
    if invoice.is_red:
        return never(_("A red invoice can't be reversed; request a new invoice."))
    if invoice.status != SalesInvoice.Status.ISSUED:
        return never(_("Only an issued invoice can be reversed."))
    answer = _as_issuer(user, invoice)
    if answer and not invoice.open_amount:
        return no(_("It is collected in full; undo the allocation of the receipt first."))
    return answer


def _attach(user, invoice: SalesInvoice) -> Answer:
    if invoice.file:
        return never(_("The original of this invoice is stored already."))
    if not invoice.invoice_number:
        return never(_("There is an original once the invoice is issued."))
    return YES if user.holds(ISSUE) else never(_("Your role does not issue invoices."))


def _as_issuer(user, invoice: SalesInvoice) -> Answer:
    if not user.holds(ISSUE):
        return never(_("Your role does not issue invoices."))
    if user.pk == invoice.receivable.document.applicant_id:
        return no(_("Who applied for the settlement does not issue its invoices."))
    return YES


def _post(user, receivable: Receivable) -> Answer:
    if not user.holds(POST):
        return never(_("Your role does not post receivables."))
    if receivable.cancelled_on:
        return never(_("This receivable was cancelled."))
    if receivable.posted_on:
        values = {"day": receivable.posted_on, "voucher": receivable.voucher_ref}
        return never(_("It was posted on %(day)s with voucher %(voucher)s.") % values)
    if receivable.collected != receivable.total:
        return no(_("Only what is invoiced and collected in full is posted."))
    return YES


def _unpost(user, receivable: Receivable) -> Answer:
    if not user.holds(POST):
        return never(_("Your role does not post receivables."))
    return YES if receivable.posted_on else never(_("It is not posted."))


_RULES = {
    "request": _request,
    "withdraw": _withdraw,
    "issue": _issue,
    "reverse": _reverse,
    "attach": _attach,
    "post": _post,
    "unpost": _unpost,
}

OF_RECEIVABLE = ("request", "post", "unpost")
OF_INVOICE = ("withdraw", "issue", "reverse", "attach")
