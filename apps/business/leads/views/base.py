"""What the pages of one lead and of one opportunity share: finding it, its activities, and the actions on it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import View

from apps.business.leads import permissions, services
from apps.business.leads.forms import ActivityForm, AssignForm, ClosingForm
from apps.business.leads.models import Activity, Lead, Opportunity
from apps.core.errors import Refused
from apps.core.refusals import RefusalMixin
from apps.org.forms import active_people
from apps.org.pages import RecordPage

MOST_ACTIVITIES = 100


class RowPage(RefusalMixin):
    """A page about the lead or opportunity whose key is in the address; for others than those who see it, there is
    none."""

    model: type[Lead] | type[Opportunity] = Lead
    select_related: tuple[str, ...] = ("owner",)
    #: asked before the page opens, in `permissions.may`
    action = ""

    @cached_property
    def row(self) -> Lead | Opportunity:
        """What this page is about."""
        seen = self.model.objects.visible_to(self.request.user).select_related(*self.select_related)
        return get_object_or_404(seen, pk=self.kwargs["pk"])

    def require_action(self) -> None:
        """404 for whom it does not exist, 403 with the reason for who may not do this."""
        row = self.row
        if self.action:
            permissions.require(self.request.user, self.action, row)

    def page_after_refusal(self) -> str:
        return self.row.get_absolute_url()

    def back(self, row: Lead | Opportunity) -> HttpResponse:
        """The page of the row, or the list where the person no longer sees it."""
        seen = self.model.objects.visible_to(self.request.user).filter(pk=row.pk).exists()
        return redirect(row if seen else f"business:{self.model._meta.model_name}-list")


class RowRecordPage(RowPage, RecordPage):
    """A record page (change, history); the permission is not one of the model but that of the row."""

    permission_required = ()

    def has_permission(self) -> bool:
        self.require_action()
        return True

    def get_queryset(self):
        return self.model.objects.visible_to(self.request.user)

    def get_success_url(self) -> str:
        return self.row.get_absolute_url()


class Detail(RowPage, View):
    """The page of a row with its activities; a POST records one and comes back to the form when it is wrong."""

    template_name = ""
    actions: tuple[str, ...] = ()

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.page(ActivityForm(row=self.row))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        permissions.require(request.user, "log", self.row)
        form = ActivityForm(request.POST, row=self.row)
        if form.is_valid():
            try:
                services.touch(self.row, by=request.user, **form.cleaned_data)
            except Refused as refusal:
                form.show_refusal(refusal)
            else:
                messages.success(request, _("%(row)s: recorded.") % {"row": self.row.number})
                return redirect(self.row)
        return self.page(form, status=422)

    def page(self, form: ActivityForm, status: int = 200) -> HttpResponse:
        """The page as it stands, with this form."""
        row, user = self.row, self.request.user
        may = {name: permissions.may(user, name, row) for name in self.actions}
        context = {
            "page_title": getattr(row, "title", "") or row.company_name,
            "row": row,
            "may": may,
            "form": form,
            "activities": self.activities(),
            "people": active_people().exclude(pk=row.owner_id) if may["assign"] else [],
            "reasons": ClosingForm().fields["reason"].queryset if may.get("discard") or may.get("lose") else [],
            **self.extra_context(),
        }
        return render(self.request, self.template_name, context, status=status)

    def activities(self) -> list[Activity]:
        """What was done, the latest first."""
        return list(self.row.activities.select_related("by")[:MOST_ACTIVITIES])

    def extra_context(self) -> dict[str, Any]:
        """What the template of a subclass needs besides."""
        return {}


class Act(RowPage, View):
    """An action on a row: `act` does it and answers the row, `said` is the message afterwards."""

    http_method_names = ["post"]
    said = ""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = self.act(self.row)
        messages.success(request, self.said % {"row": row})
        return self.back(row)

    def act(self, row: Any) -> Any:
        """Do it through a service."""
        raise NotImplementedError

    @property
    def reason(self) -> str:
        """What was typed in the dialog."""
        return self.request.POST.get("reason", "")[:200]

    def closing(self) -> dict[str, Any]:
        """The reason of the list and the note."""
        form = ClosingForm(self.request.POST)
        form.is_valid()
        values = form.cleaned_data
        return {"reason": values.get("reason"), "note": values.get("note", "")}


class Take(Act):
    """Take one from the pool."""

    @property
    def said(self) -> str:
        return _("You are in charge of %(row)s now.")

    def act(self, row: Any) -> Any:
        return services.take(row, by=self.request.user)


class Release(Act):
    """Give one to the pool, with a reason."""

    @property
    def said(self) -> str:
        return _("%(row)s is in the shared pool now.")

    def act(self, row: Any) -> Any:
        return services.release(row, by=self.request.user, reason=self.reason)


class Reopen(Act):
    """Open again what was discarded or lost."""

    @property
    def said(self) -> str:
        return _("%(row)s is open again.")

    def act(self, row: Any) -> Any:
        return services.reopen(row, by=self.request.user, reason=self.reason)


class Assign(Act):
    """Put a colleague in charge."""

    @property
    def said(self) -> str:
        return _("%(row)s is in other hands now.")

    def act(self, row: Any) -> Any:
        form = AssignForm(self.request.POST)
        if not form.is_valid():
            raise services.LeadError(_("Choose a colleague."))
        values = form.cleaned_data
        return services.assign(row, by=self.request.user, to=values["to"], reason=values["reason"])
