"""Pages of one receivable: what became of it, its posting, its history."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.finance.billing import permissions, services
from apps.finance.billing.forms import PostForm
from apps.finance.billing.tables import badge_of
from apps.finance.billing.views.base import ReceivablePage, history_page, put_errors
from apps.finance.billing.views.invoices import invoices_of


class Detail(ReceivablePage):
    """One receivable with its invoices; Finance posts it here."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.page(PostForm())

    def page(self, form: PostForm, status: int = 200) -> HttpResponse:
        receivable, user = self.row, self.request.user
        state, words = badge_of(receivable)
        context: dict[str, Any] = {
            "page_title": str(receivable),
            "receivable": receivable,
            "state": state,
            "state_words": words,
            "form": form,
            "invoices": invoices_of(receivable.invoices),
            "may": {name: permissions.may(user, name, receivable) for name in permissions.OF_RECEIVABLE},
            **self.links(receivable.document),
        }
        return render(self.request, "finance/receivable/detail.html", context, status=status)


class Post(Detail):
    """Post one receivable."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = PostForm(request.POST)
        if not form.is_valid():
            return self.page(form, status=422)
        try:
            posted = services.post_receivable(self.row, by=request.user, **form.cleaned_data)
        except services.BillingError as refusal:
            put_errors(form, refusal)
            return self.page(form, status=422)
        values = {"paper": posted, "voucher": posted.voucher_ref}
        messages.success(request, _("%(paper)s is posted with voucher %(voucher)s; Business is told.") % values)
        return self.back()


class Unpost(ReceivablePage):
    """Take a posting back."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        services.unpost_receivable(self.row, by=request.user, reason=request.POST.get("reason", ""))
        messages.success(request, _("The posting of %(paper)s is taken back.") % {"paper": self.row})
        return self.back()


class History(ReceivablePage):
    """Who changed what of a receivable."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        title = _("History of %(record)s") % {"record": self.row}
        list_url = reverse("finance:receivable-list")
        return history_page(request, self.row, page_title=title, list_url=list_url, list_label=_("Receivables"))
