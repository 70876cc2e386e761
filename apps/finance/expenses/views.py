"""Pages of expense claims: the kind's declaration, the review of lines, the ledger."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.errors import Forbidden, Refused
from apps.core.money import format_money
from apps.documents import display, services
from apps.documents.permissions import Access
from apps.documents.views.base import PaperView
from apps.documents.views.detail import Action, files_of
from apps.documents.views.edit import Hint
from apps.documents.views.lists import LoggedList
from apps.documents.views.wiring import DocumentViews
from apps.documents.views.words import decided_message
from apps.documents.visibility import seen_whole
from apps.finance.expenses import submission
from apps.finance.expenses.filters import ExpenseClaimFilterSet, ExpenseLedgerFilterSet
from apps.finance.expenses.forms import ClaimForm, ClaimLineFormSet, ReviewForms
from apps.finance.expenses.models import ExpenseClaim, ExpenseLine, ExpenseStandard
from apps.finance.expenses.permissions import LEDGER
from apps.finance.expenses.printing import claim_parts, masked, vouchers
from apps.finance.expenses.services import (
    TYPED_FIELDS,
    default_payee,
    hints_for,
    preview,
    review_lines,
    save_claim,
)
from apps.finance.expenses.tables import ExpenseClaimTable, ExpenseLedgerTable


def typed(line: ExpenseLine) -> dict[str, Any]:
    """A line of the form as `save_claim` takes it."""
    return {"id": line.pk, **{name: getattr(line, name) for name in TYPED_FIELDS}}


class ExpenseClaimViews(DocumentViews):
    """The pages of expense claims."""

    model = ExpenseClaim
    form_class = ClaimForm
    line_formset_class = ClaimLineFormSet
    table_class = ExpenseClaimTable
    filterset_class = ExpenseClaimFilterSet
    printing = claim_parts
    icon = "receipt"
    folder = "expense-claims"
    group = "finance"
    order = 10
    help_text = gettext_lazy("What you paid for the company, with its invoices. Drafts keep themselves while you type.")
    return_reasons = (
        gettext_lazy("An invoice is missing or cannot be read."),
        gettext_lazy("The invoice does not name the company."),
        gettext_lazy("Please explain what it was for."),
        gettext_lazy("Please give the reason for exceeding the standard."),
    )
    reject_reasons = (gettext_lazy("Not an expense of the company."), gettext_lazy("Already reimbursed."))

    def new_document(self, by: Any) -> ExpenseClaim:
        claim = super().new_document(by)
        claim.payee_bank, claim.payee_account = default_payee(by)
        return claim

    def save(self, form: Any, formset: Any, *, by: Any, revision: int | None) -> ExpenseClaim:
        claim = form.save(commit=False)
        lines = formset.lines()
        claim = save_claim(claim, by=by, lines=[typed(line) for line in lines], revision=revision)
        for line, stored in zip(lines, claim.ordered_lines, strict=True):
            line.pk = stored.pk
        return claim

    def add_up(self, document: ExpenseClaim, formset: Any) -> None:
        """The claim answers with the lines as typed; amounts are the service's."""
        preview(document, [typed(line) for line in formset.lines()])

    def hints(self, document: ExpenseClaim, lines: Sequence[Any]) -> Iterable[Hint]:
        """Excess by line, invoices already used, and what this person's lines were returned for in the past."""
        conflicts = submission.conflicts(document, document.ordered_lines, document.applicant)
        for index, line in enumerate(document.ordered_lines):
            if line.over_amount:
                yield _excess(line, index + 1)
            for text in conflicts.get(f"lines-{index}-invoice_number", ()):
                yield Hint(_("Line %(number)s: %(text)s") % {"number": index + 1, "text": text}, "danger")
        if document.payable != document.amount:
            text = _("%(payable)s of %(claimed)s would be paid, because some standards cap.")
            values = {"payable": format_money(document.payable), "claimed": format_money(document.amount)}
            yield Hint(text % values, "info")

    def shown(self, document: ExpenseClaim) -> list[display.Fact]:
        """The header, with the account masked, and how far the money is."""
        facts = display.of_fields(document, ["claim_type"])
        if document.charged_to_id:
            facts.append(display.Fact(_("Charged to engagement"), document.charged_to_number))
        facts += display.of_fields(document, ["project", "payee_bank"])
        facts.append(display.Fact(_("Payee's account"), masked(document.payee_account)))
        facts.append(display.Fact(_("Number of vouchers"), str(vouchers(document))))
        if document.state == document.State.APPROVED:
            facts.append(display.Fact(_("Approved amount"), format_money(document.approved_total), number=True))
        if document.is_paid:
            facts.append(display.Fact(_("Paid on"), document.paid_on.isoformat()))
        if document.source_claim_id:
            facts.append(display.Fact(_("Made of the returned lines of"), str(document.source_claim)))
        return facts

    def lines(self, document: ExpenseClaim) -> None:
        """The claim's own template shows the lines, with standards and rulings below them."""

    def actions(self, access: Access) -> list[Action]:
        document = access.document
        return [
            Action(_("Review lines"), document.url("review"), access.may("review"), icon="list-check", link=True),
            Action(_("Pay"), document.url("pay"), access.may("pay"), icon="cash-coin", link=True, style="primary"),
        ]

    def context(self, document: ExpenseClaim, access: Access) -> dict[str, Any]:
        """Papers this one is linked with, as far as the person may see them; the payment."""
        linked = ExpenseClaim.objects.visible_to(access.user)
        source = document.source_claim_id and linked.filter(pk=document.source_claim_id).first()
        follow_ups = linked.filter(source_claim=document) if any(x.is_returned for x in document.ordered_lines) else ()
        payment = document.payment if document.is_paid else None
        return {"source_claim": source, "follow_ups": list(follow_ups), "payment": payment}

    def form_context(self, document: ExpenseClaim) -> dict[str, Any]:
        return {"advice": hints_for(document.applicant), "source_claim": document.source_claim}


def _excess(line: ExpenseLine, number: int) -> Hint:
    control = ExpenseStandard.Control
    texts = {
        control.BLOCK: _("Line %(number)s is %(over)s above the standard of %(limit)s and can't be submitted so."),
        control.CAP: _("Line %(number)s is %(over)s above the standard of %(limit)s; no more than that is paid."),
        control.WARN: _("Line %(number)s is %(over)s above the standard of %(limit)s; give the reason."),
    }
    values = {
        "number": number,
        "over": format_money(line.over_amount),
        "limit": format_money(line.standard_limit),
    }
    return Hint(
        texts[line.standard_control] % values, "danger" if line.standard_control == control.BLOCK else "warning"
    )


class Review(PaperView):
    """Finance rules line by line, and approves in the same go if it likes."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require("review")
        return self.page(ReviewForms(self.document), seen=self.document.content_hash())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require("review")
        forms = ReviewForms(self.document, request.POST)
        seen = request.POST.get("seen", "")
        if not forms.is_valid():
            return self.page(forms, seen=seen, status=422)
        try:
            claim = review_lines(self.document, by=request.user, rulings=forms.rulings(), seen=seen)
        except Refused as refusal:
            if not refusal.fields:
                raise
            forms.add_problems(refusal.fields)
            return self.page(forms, seen=seen, status=422)
        if request.POST.get("action") == "approve":
            claim = services.approve(claim, by=request.user, seen=claim.content_hash())
            messages.success(request, decided_message(claim, "approve"))
        else:
            messages.success(request, _("The review of %(paper)s is kept.") % {"paper": claim})
        return HttpResponseRedirect(claim.url("detail"))

    def page(self, forms: ReviewForms, *, seen: str, status: int = 200) -> HttpResponse:
        """The table of lines with a ruling each."""
        context = {
            "page_title": _("Review %(paper)s") % {"paper": self.document},
            "document": self.document,
            "forms": forms,
            "files": files_of(self.document, self.access),
            "seen": seen,
            "list_url": self.kind.url("list"),
            "list_label": self.model._meta.verbose_name_plural,
        }
        return render(self.request, "finance/expenseclaim/review.html", context, status=status)


class Ledger(LoggedList):
    """The expense ledger (domain.md §4.2): every line of every submitted claim a person may see."""

    title = gettext_lazy("Expense ledger")
    table_class = ExpenseLedgerTable
    filterset_class = ExpenseLedgerFilterSet

    def require_access(self) -> None:
        if not self.request.user.has_perm(LEDGER):
            raise Forbidden(_("The expense ledger is kept by Finance."))

    def queryset(self) -> QuerySet:
        user = self.request.user
        rows = ExpenseLine.objects.exclude(claim__state=ExpenseClaim.State.DRAFT)
        if ExpenseClaim.KIND not in seen_whole(user):
            rows = rows.filter(claim__in=ExpenseClaim.objects.visible_to(user).order_by().values("pk"))
        return rows.select_related("claim__applicant", "claim__department", "claim__charged_to", "category", "city")
