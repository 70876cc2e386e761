"""Pages of the cashier: what is to be paid, paying one or many, what was paid (clause 6.2.4)."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.core.errors import Forbidden, Refused
from apps.core.money import format_money
from apps.documents.models import Document
from apps.documents.views.base import PaperView
from apps.documents.views.lists import LoggedList
from apps.finance.expenses.models import ExpenseClaim
from apps.finance.expenses.permissions import PAY
from apps.finance.payments.filters import PaymentFilterSet, ToPayFilterSet
from apps.finance.payments.forms import PaymentForm
from apps.finance.payments.models import Payment
from apps.finance.payments.permissions import VIEW
from apps.finance.payments.services import BatchResult, NothingPaid, pay, pay_batch
from apps.finance.payments.tables import PaymentTable, ToPayTable

MOST_AT_ONCE = 500


class Pay(PaperView):
    """Pay one claim."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require("pay")
        return self.page(PaymentForm())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = PaymentForm(request.POST)
        if not form.is_valid():
            self.require("pay")
            return self.page(form, status=422)
        try:
            payment = pay(self.document, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            if not refusal.fields:
                raise
            for name, texts in refusal.fields.items():
                form.add_error(name, texts)
            return self.page(form, status=422)
        values = {"paper": self.document.number, "amount": format_money(payment.amount), "person": payment.payee}
        messages.success(request, _("%(paper)s is paid: %(amount)s to %(person)s.") % values)
        return HttpResponseRedirect(self.document.url("detail"))

    def page(self, form: PaymentForm, status: int = 200) -> HttpResponse:
        """Whom, how much, from where."""
        context = {
            "page_title": _("Pay %(paper)s") % {"paper": self.document},
            "document": self.document,
            "form": form,
            "list_url": reverse("finance:claims-to-pay"),
            "cancel_url": self.document.url("detail"),
        }
        return render(self.request, "finance/expenseclaim/pay.html", context, status=status)


class ClaimsToPay(LoggedList):
    """The cashier's queue: approved claims with something to pay; several are paid with one order."""

    title = gettext_lazy("Claims to pay")
    table_class = ToPayTable
    filterset_class = ToPayFilterSet
    template_name = "finance/claims_to_pay.html"
    form: PaymentForm | None = None
    result: BatchResult | NothingPaid | None = None

    def require_access(self) -> None:
        if not self.request.user.holds(PAY):
            raise Forbidden(_("Your role does not pay expense claims."))

    def queryset(self) -> QuerySet:
        claims = ExpenseClaim.objects.visible_to(self.request.user)
        waiting = claims.filter(
            kind=ExpenseClaim.KIND, state=Document.State.APPROVED, paid_on__isnull=True, approved_total__gt=0
        )
        return waiting.select_related("applicant", "department")

    def extra_context(self) -> dict[str, Any]:
        return {"form": self.form or PaymentForm(), "result": self.result}

    def posted(self) -> HttpResponse:
        """Pay the chosen claims; those that can't be paid are listed with the reason."""
        self.form = PaymentForm(self.request.POST)
        chosen = [int(pk) for pk in self.request.POST.getlist("claims") if pk.isdecimal()][:MOST_AT_ONCE]
        claims = list(ExpenseClaim.objects.visible_to(self.request.user).filter(pk__in=chosen))
        if not claims:
            self.form.add_error(None, _("Choose the claims to pay first."))
        if not self.form.is_valid():
            return self._again()
        try:
            result = pay_batch(claims, by=self.request.user, **self.form.cleaned_data)
        except NothingPaid as refusal:
            self.result = refusal
            return self._again()
        except Refused as refusal:
            for name, texts in (refusal.fields or {None: [str(refusal)]}).items():
                self.form.add_error(name, texts)
            return self._again()
        self._tell(result)
        return HttpResponseRedirect(self.request.get_full_path())

    def _again(self) -> HttpResponse:
        response = self.render_to_response(self.get_context_data())
        response.status_code = 422
        return response

    def _tell(self, result: BatchResult) -> None:
        total = sum(payment.amount for payment in result.paid)
        number = len(result.paid)
        text = ngettext("%(number)s claim is paid: %(total)s.", "%(number)s claims are paid: %(total)s.", number)
        messages.success(self.request, text % {"number": number, "total": format_money(total)})
        for claim, why in result.refused:
            messages.warning(self.request, _("Not paid: %(paper)s. %(why)s") % {"paper": claim, "why": why})


class PaymentList(LoggedList):
    """The register of payments."""

    title = gettext_lazy("Payments")
    table_class = PaymentTable
    filterset_class = PaymentFilterSet

    def require_access(self) -> None:
        if not self.request.user.has_perm(VIEW):
            raise Forbidden(_("The register of payments is kept by Finance."))

    def queryset(self) -> QuerySet:
        return Payment.objects.select_related("document__department", "payee", "account", "paid_by")
