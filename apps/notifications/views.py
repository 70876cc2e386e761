"""The bell, the list behind it, and the preference."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django.views.generic import TemplateView, UpdateView

from apps.core.navigation import count_for
from apps.notifications import services
from apps.notifications.forms import PreferenceForm
from apps.notifications.models import Notification, NotificationPreference
from apps.notifications.pages import page_of


class NotificationList(TemplateView):
    """What I have been told: the unread first, then the read, each the latest first."""

    template_name = "notifications/list.html"

    def get_context_data(self, **kwargs):
        page = page_of(self.request.user, self.request.GET.get("after", ""))
        return super().get_context_data(page=page, **kwargs)


@require_GET
@never_cache
def open_notification(request: HttpRequest, pk: int) -> HttpResponse:
    """Opening a notification reads it and leads to the page it is about."""
    notification = get_object_or_404(Notification, pk=pk, recipient=request.user)
    services.mark_read(notification=notification)
    if services.is_local(notification.url):
        return HttpResponseRedirect(notification.url)
    return redirect("notifications:list")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Nothing of this needs me any more."""
    number = services.mark_all_read(user=request.user)
    text = ngettext("%(number)s notification marked as read.", "%(number)s notifications marked as read.", number)
    messages.success(request, text % {"number": number})
    return redirect("notifications:list")


@require_GET
@never_cache
def count(request: HttpRequest) -> HttpResponse:
    """The numbers at the bell and at the inbox, for pages that stay open: one statement."""
    number = count_for(request, "notifications")
    context = {
        "bell": f"{services.COUNT_CAP}+" if number > services.COUNT_CAP else str(number or ""),
        "inbox": count_for(request, "inbox") or "",
    }
    return render(request, "notifications/_counts.html", context)


class Preferences(UpdateView):
    """How I want to be told besides the bell."""

    template_name = "notifications/preferences.html"
    form_class = PreferenceForm
    success_url = reverse_lazy("notifications:preferences")

    def get_object(self, queryset=None) -> NotificationPreference:
        user = self.request.user
        return NotificationPreference.objects.filter(user=user).first() or NotificationPreference(user=user)

    def form_valid(self, form: PreferenceForm) -> HttpResponse:
        services.set_email(user=self.request.user, email=form.cleaned_data["email"])
        messages.success(self.request, _("Your choice has been saved."))
        return HttpResponseRedirect(self.success_url)
