"""Substitutes: who decides for whom, now and later; naming one and ending it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from apps.approvals.delegating import DelegationRefused, delegate, delegations_of, end, people_of
from apps.approvals.forms import DelegationForm
from apps.approvals.kinds import kind_called
from apps.approvals.models import Delegation
from apps.core import clock
from apps.core.refusals import RefusalMixin

MOST = 100


class DelegationPage(RefusalMixin, LoginRequiredMixin, View):
    """What the pages of substitutes share."""

    def page_after_refusal(self) -> str:
        return reverse("approvals:delegation-list")


class DelegationList(DelegationPage):
    """What counts now or will, then what is over."""

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = list(delegations_of(request.user)[:MOST])
        ahead = [row for row in rows if row.revoked_on is None and row.ends >= clock.today()]
        theirs = set(people_of(request.user).values_list("pk", flat=True))
        context = {
            "page_title": _("Substitutes"),
            "ahead": [_told(row, may_end=row.person_id in theirs) for row in ahead],
            "over": [_told(row) for row in rows if row not in ahead],
        }
        return render(request, "approvals/delegation_list.html", context)


class DelegationCreate(DelegationPage):
    """Name a substitute."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(DelegationForm(by=request.user, initial={"starts": clock.today()}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = DelegationForm(request.POST, by=request.user)
        if not form.is_valid():
            return self.page(form, status=422)
        try:
            delegation = delegate(form.save(commit=False), by=request.user)
        except DelegationRefused as refusal:
            form.show_refusal(refusal)
            return self.page(form, status=422)
        said = {
            "substitute": delegation.substitute,
            "person": delegation.person,
            "starts": delegation.starts.isoformat(),
        }
        messages.success(request, _("%(substitute)s decides for %(person)s from %(starts)s on.") % said)
        return HttpResponseRedirect(self.page_after_refusal())

    def page(self, form: DelegationForm, status: int = 200) -> HttpResponse:
        context = {"page_title": _("Name a substitute"), "form": form}
        return render(self.request, "approvals/delegation_form.html", context, status=status)


class DelegationEnd(DelegationPage):
    """End one before its time."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        delegation = end(get_object_or_404(delegations_of(request.user), pk=pk), by=request.user)
        messages.success(request, _("Ended: %(delegation)s.") % {"delegation": delegation})
        return HttpResponseRedirect(self.page_after_refusal())


def _told(row: Delegation, *, may_end: bool = False) -> dict[str, Any]:
    """A row with its kinds in words."""
    today = clock.today()
    state = "over" if row.revoked_on or row.ends < today else "open" if row.starts <= today else "coming"
    kinds = _(", ").join(str(kind_called(name).label) for name in row.kinds)
    return {"row": row, "kinds": kinds, "state": state, "may_end": may_end}
