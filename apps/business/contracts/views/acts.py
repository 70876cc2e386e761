"""What is done with an approved contract: signed, its scan kept, completed, terminated."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.business.contracts import services
from apps.business.contracts.forms import CompleteForm, OriginalForm, SignForm, TerminateForm
from apps.business.contracts.models import AgencyContract
from apps.core.errors import Refused
from apps.documents.views.base import PaperView


class Act(PaperView):
    """One act on a contract: a page with a short form, or why it can't be done."""

    action: ClassVar[str]
    form_class: ClassVar[type[forms.Form]]
    heading: ClassVar[Any]
    button: ClassVar[Any]
    danger: ClassVar[bool] = False

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(self.action)
        return self.page(self.form_class())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(self.action)
        form = self.form_class(request.POST, request.FILES)
        if not form.is_valid():
            return self.page(form, status=422)
        try:
            contract = self.carry_out(**form.cleaned_data)
        except Refused as refusal:
            if refusal.status in (403, 404) or not refusal.fields:
                raise
            self._show(form, refusal)
            return self.page(form, status=422)
        messages.success(request, self.done(contract))
        return HttpResponseRedirect(contract.url("detail"))

    def carry_out(self, **given: Any) -> AgencyContract:
        """Hand what was typed to the service."""
        raise NotImplementedError

    def done(self, contract: AgencyContract) -> str:
        """What is said afterwards."""
        raise NotImplementedError

    def page(self, form: forms.Form, status: int = 200) -> HttpResponse:
        """The page of the form."""
        context = {
            "page_title": self.heading % {"paper": self.document},
            "document": self.document,
            "form": form,
            "submit_label": self.button,
            "danger": self.danger,
            "cancel_url": self.document.url("detail"),
            "list_url": self.kind.url("list"),
            "list_label": self.model._meta.verbose_name_plural,
        }
        return render(self.request, "business/agencycontract/act.html", context, status=status)

    def _show(self, form: forms.Form, refusal: Refused) -> None:
        names = {"attachments": "original" if "original" in form.fields else "file"}
        for name, texts in refusal.fields.items():
            field = names.get(name, name)
            form.add_error(field if field in form.fields else None, list(texts))


class Sign(Act):
    """Record the signature."""

    action = "sign"
    form_class = SignForm
    heading = gettext_lazy("Sign %(paper)s")
    button = gettext_lazy("Record the signature")

    def carry_out(self, **given: Any) -> AgencyContract:
        return services.sign(self.document, by=self.request.user, **given)

    def done(self, contract: AgencyContract) -> str:
        return _("%(paper)s is in force.") % {"paper": contract}


class Original(Act):
    """Keep the scan."""

    action = "keep_original"
    form_class = OriginalForm
    heading = gettext_lazy("Scanned original of %(paper)s")
    button = gettext_lazy("Keep the scan")

    def carry_out(self, **given: Any) -> AgencyContract:
        return services.keep_original(self.document, by=self.request.user, **given)

    def done(self, contract: AgencyContract) -> str:
        return _("The scanned original of %(paper)s is kept.") % {"paper": contract}


class Complete(Act):
    """The contract is fulfilled."""

    action = "complete"
    form_class = CompleteForm
    heading = gettext_lazy("Complete %(paper)s")
    button = gettext_lazy("Complete the contract")

    def carry_out(self, **given: Any) -> AgencyContract:
        return services.complete(self.document, by=self.request.user, **given)

    def done(self, contract: AgencyContract) -> str:
        return _("%(paper)s is completed.") % {"paper": contract}


class Terminate(Act):
    """The contract ends early."""

    action = "terminate"
    form_class = TerminateForm
    heading = gettext_lazy("Terminate %(paper)s")
    button = gettext_lazy("Terminate the contract")
    danger = True

    def carry_out(self, **given: Any) -> AgencyContract:
        return services.terminate(self.document, by=self.request.user, **given)

    def done(self, contract: AgencyContract) -> str:
        return _("%(paper)s is terminated.") % {"paper": contract}
