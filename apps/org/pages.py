"""Pages about one record of master data: create, change, history. Other apps may declare theirs with them.

class CategoryUpdate(RecordUpdate):
    model = Category
    form_class = CategoryForm          # a RecordForm
    permission_required = "finance.change_category"
    list_url = "finance:category-list"
    history_url = "finance:category-history"
"""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db import transaction
from django.db.models import Model
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import CreateView, DetailView, UpdateView

from apps.core.errors import Refused
from apps.org.history import history_of
from apps.org.services import save_record


class RecordPage(PermissionRequiredMixin):
    """What the three pages share. `list_url` is where the list is, and the first breadcrumb."""

    list_url = ""
    history_url = ""
    template_name = "org/record_form.html"
    context_object_name = "record"

    def get_list_url(self) -> str:
        """The address of the list."""
        return reverse(self.list_url)

    def get_success_url(self) -> str:
        """Back to the list, unless the record has a page of its own."""
        return self.get_list_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Words and addresses of the frame."""
        meta = self.model._meta
        plural = str(meta.verbose_name_plural)
        context = {
            "list_url": self.get_list_url(),
            "list_label": f"{plural[:1].upper()}{plural[1:]}",
            "cancel_url": self.get_success_url(),
        }
        if self.history_url and getattr(self, "object", None):
            context["history_url"] = reverse(self.history_url, kwargs=self._own_kwargs())
        return super().get_context_data(**context, **kwargs)

    def _own_kwargs(self) -> dict[str, Any]:
        """What addresses of this record need; nothing where there is only one record."""
        return {"pk": self.kwargs["pk"]} if "pk" in self.request.resolver_match.kwargs else {}


class RecordFormPage(RecordPage):
    """A form that saves through a service and shows a refusal at the field it is about."""

    def get_form_kwargs(self) -> dict[str, Any]:
        """Forms show and hide by who looks."""
        return {**super().get_form_kwargs(), "viewer": self.request.user}

    def save(self, form: BaseForm) -> Model:
        """Write the record; pages with a service of their own override this."""
        return save_record(form.instance, by=self.request.user, reason=form.cleaned_data.get("change_reason", ""))

    def form_valid(self, form: BaseForm) -> HttpResponse:
        """Save and go back, or show what the service refused."""
        try:
            with transaction.atomic():
                self.object = self.save(form)
        except Refused as refusal:
            form.show_refusal(refusal)
            return self.form_invalid(form)
        messages.success(self.request, _("%(record)s is saved.") % {"record": self.object})
        return redirect(self.get_success_url())


class RecordCreate(RecordFormPage, CreateView):
    """A new record."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The heading."""
        name = self.model._meta.verbose_name
        return super().get_context_data(page_title=_("New: %(what)s") % {"what": name}, **kwargs)


class RecordUpdate(RecordFormPage, UpdateView):
    """Change a record. The row is locked while the form is checked, so that two people cannot both be first."""

    def get_object(self, queryset: Any = None) -> Model:
        """Locked for a POST."""
        if self.request.method == "POST":
            queryset = self.get_queryset().select_for_update(of=("self",), no_key=True)
        return super().get_object(queryset)

    def handle_no_permission(self) -> HttpResponse:
        """Whoever may only read is led to the history, which shows what there is."""
        meta = self.model._meta
        reads = self.request.user.has_perm(f"{meta.app_label}.view_{meta.model_name}")
        if reads and self.request.method == "GET" and self.history_url:
            return redirect(reverse(self.history_url, kwargs=self._own_kwargs()))
        return super().handle_no_permission()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Check and save in one transaction."""
        with transaction.atomic():
            return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The heading names the record as stored, not as half-typed."""
        stored = self.model._base_manager.get(pk=self.object.pk)  # noqa: SLF001  Django's documented model interface
        return super().get_context_data(page_title=str(stored), **kwargs)


class RecordHistory(RecordPage, DetailView):
    """Who changed what, when and why."""

    template_name = "org/record_history.html"
    update_url = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The entries, in words."""
        return super().get_context_data(
            entries=history_of(self.object, viewer=self.request.user),
            record_url=reverse(self.update_url, args=[self.object.pk]) if self.update_url else "",
            page_title=_("History of %(record)s") % {"record": self.object},
            **kwargs,
        )
