"""Who may pay a claim, beside the rules every document has."""

from django.utils.translation import gettext as _

from apps.documents.models import Document
from apps.documents.permissions import YES, Access, Answer, never, no, rule
from apps.finance.expenses.models import ExpenseClaim

VIEW_ALL = "finance.view_all_expenseclaim"
PAY = "finance.pay_expenseclaim"
LEDGER = "finance.export_expenseledger"

#: what a new company gives to its roles
ROLES = {
    "finance_reviewer": {VIEW_ALL, LEDGER},
    "finance_director": {VIEW_ALL, LEDGER},
    "cashier": {VIEW_ALL, PAY, LEDGER},
}


@rule("pay", kind=ExpenseClaim.KIND)
def pay(access: Access) -> Answer:
    """Approved, unpaid, and somebody else's (clause 6.2.4).

    A cashier who also decided on the claim as an approver may pay it: the chain had further eyes, and small companies
    have few people. Nobody pays their own claim.
    """
    claim = access.document.specific
    if not access.user.holds(PAY):
        return never(_("Your role does not pay expense claims."))
    if claim.is_paid:
        return never(_("It was paid on %(day)s.") % {"day": claim.paid_on})
    if claim.state != Document.State.APPROVED:
        return never(_("Only an approved claim can be paid."))
    if claim.approved_total <= 0:
        return never(_("There is nothing to pay."))
    if access.is_applicant:
        return no(_("Nobody pays their own claim."))
    return YES


@rule("review", kind=ExpenseClaim.KIND)
def review(access: Access) -> Answer:
    """Whose turn it is rules on the lines, where the step opens them (clause 6.2.4)."""
    if access.may_decide and access.opens("lines"):
        return YES
    return never(_("This step does not review lines."))
