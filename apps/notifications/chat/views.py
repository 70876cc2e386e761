"""Pages of chat channels and of the daily e-mail, for administrators."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView

from apps.notifications import digest
from apps.notifications.chat import outbox
from apps.notifications.chat.forms import ChannelForm, NotificationSettingsForm
from apps.notifications.models import ChatChannel, NotificationSettings, Topic
from apps.org.pages import RecordCreate, RecordHistory, RecordUpdate

SEES = "notifications.view_chatchannel"
ADDS = "notifications.add_chatchannel"
CHANGES = "notifications.change_chatchannel"


class ChannelList(PermissionRequiredMixin, TemplateView):
    """The group chats that are told, and the hour of the daily e-mail."""

    permission_required = SEES
    template_name = "notifications/channel_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Channels with the host of their address only: the whole address lets anybody write there."""
        labels = dict(Topic.choices)
        rows = [
            {
                "channel": channel,
                "host": urlsplit(channel.url).hostname,
                "topics": [labels[topic] for topic in channel.topics if topic in labels],
            }
            for channel in outbox.with_counts()
        ]
        context = {
            "page_title": _("Messages to people"),
            "rows": rows,
            "hour": f"{NotificationSettings.current().digest_hour}:00",
            "may_add": self.request.user.has_perm(ADDS),
            "may_change": self.request.user.has_perm(CHANGES),
        }
        return super().get_context_data(**context, **kwargs)


class ChannelPage:
    """What the pages of one channel share."""

    model = ChatChannel
    form_class = ChannelForm
    list_url = "notifications:channel-list"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The list is called by its own heading."""
        return {**super().get_context_data(**kwargs), "list_label": _("Messages to people")}


class ChannelCreate(ChannelPage, RecordCreate):
    """A new channel."""

    permission_required = ADDS


class ChannelUpdate(ChannelPage, RecordUpdate):
    """Change a channel, or take it out of use."""

    permission_required = CHANGES
    history_url = "notifications:channel-history"
    template_name = "notifications/channel_form.html"


class ChannelHistory(ChannelPage, RecordHistory):
    """Who changed what; never address or secret."""

    permission_required = CHANGES
    update_url = "notifications:channel-update"


@require_POST
@permission_required(CHANGES, raise_exception=True)
def try_channel(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the bot say that it is connected, and tell what the chat program answered."""
    channel = get_object_or_404(ChatChannel, pk=pk)
    problem = outbox.say(channel, outbox.trial_text())
    if problem:
        text = _("%(channel)s did not take the test: %(problem)s")
        messages.error(request, text % {"channel": channel, "problem": problem})
    else:
        messages.success(request, _("%(channel)s has taken the test. Look into the group.") % {"channel": channel})
    return redirect("notifications:channel-list")


class SettingsPage:
    """What the two pages of the settings share; the row is there from the first look on."""

    model = NotificationSettings
    permission_required = CHANGES
    list_url = "notifications:channel-list"

    def get_queryset(self) -> QuerySet:
        """The only row."""
        NotificationSettings.objects.get_or_create(pk=1)
        self.kwargs["pk"] = 1
        return NotificationSettings.objects.all()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Headings of the two pages."""
        context = {"page_title": _("Daily e-mail"), "list_label": _("Messages to people")}
        return {**super().get_context_data(**kwargs), **context}


class SettingsUpdate(SettingsPage, RecordUpdate):
    """When the daily e-mails leave."""

    form_class = NotificationSettingsForm
    history_url = "notifications:settings-history"

    def save(self, form: NotificationSettingsForm) -> NotificationSettings:
        """What waits already leaves at the new hour as well."""
        settings = super().save(form)
        digest.move_to(settings.digest_hour)
        return settings


class SettingsHistory(SettingsPage, RecordHistory):
    """Who changed the hour."""

    update_url = ""
