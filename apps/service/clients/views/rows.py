"""Pages of what belongs to a client: contact persons, preferences, contacts."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.generic import View

from apps.org.pages import RecordCreate, RecordHistory, RecordUpdate
from apps.service.clients import services
from apps.service.clients.forms import ContactForm, ContactLogForm, PreferenceForm
from apps.service.clients.models import ClientPreference, Contact, ContactLog
from apps.service.clients.views.base import ClientRecordPage, RowPage


class NewRow(ClientRecordPage, RecordCreate):
    """A new row of the client in the address."""

    action = "log"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": self.model(client=self.client)}


class ContactCreate(NewRow):
    """A new person at a client; the first one is the primary contact."""

    model = Contact
    form_class = ContactForm

    def get_initial(self) -> dict[str, Any]:
        return {"is_primary": self.client.primary_contact is None}

    def save(self, form: ContactForm) -> Contact:
        return services.save_contact(form.instance, by=self.request.user)


class ContactUpdate(RowPage, RecordUpdate):
    """Change a person at a client, or say that they left."""

    model = Contact
    form_class = ContactForm
    action = "change"
    history_url = "service:contact-history"

    def save(self, form: ContactForm) -> Contact:
        reason = form.cleaned_data["change_reason"]
        return services.save_contact(form.instance, by=self.request.user, reason=reason)


class ContactHistory(RowPage, RecordHistory):
    """The history of a person at a client."""

    model = Contact
    template_name = "service/row_history.html"


class PreferenceCreate(NewRow):
    """A new preference."""

    model = ClientPreference
    form_class = PreferenceForm

    def save(self, form: PreferenceForm) -> ClientPreference:
        return services.save_preference(form.instance, by=self.request.user)


class PreferenceUpdate(RowPage, RecordUpdate):
    """Change a preference."""

    model = ClientPreference
    form_class = PreferenceForm
    action = "change"
    template_name = "service/preference_form.html"

    def save(self, form: PreferenceForm) -> ClientPreference:
        reason = form.cleaned_data["change_reason"]
        return services.save_preference(form.instance, by=self.request.user, reason=reason)


class PreferenceRemove(RowPage, View):
    """A preference that no longer holds."""

    model = ClientPreference
    http_method_names = ["post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return self.http_method_not_allowed(request)
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        preference = get_object_or_404(ClientPreference, pk=pk, client=self.client)
        services.remove_preference(preference, by=request.user)
        messages.success(request, _("%(record)s is removed.") % {"record": preference})
        return redirect(self.client)


class LogFormPage:
    """What recording and correcting a contact share."""

    model = ContactLog
    form_class = ContactLogForm
    template_name = "service/record_form.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "client": self.client}


class LogCreate(LogFormPage, NewRow):
    """Record a contact."""

    def save(self, form: ContactLogForm) -> ContactLog:
        return services.log_contact(form.instance, by=self.request.user, preference=form.preference)


class LogUpdate(LogFormPage, RowPage, RecordUpdate):
    """Correct what was written; its author may, and who keeps the file."""

    history_url = "service:contactlog-history"

    def require_action(self) -> None:
        author = ContactLog.objects.filter(pk=self.kwargs["pk"], by=self.request.user).exists()
        self.action = "log" if author else "change"
        super().require_action()

    def save(self, form: ContactLogForm) -> ContactLog:
        return services.save_log(form.instance, by=self.request.user, reason=form.cleaned_data["change_reason"])


class LogHistory(RowPage, RecordHistory):
    """The history of an entry."""

    model = ContactLog
    template_name = "service/row_history.html"
