from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "apps.notifications"
    label = "notifications"
    verbose_name = _("Notifications")

    def ready(self):
        from apps.core import navigation, registry
        from apps.core.jobs import on_finished
        from apps.notifications.jobs import tell_requester
        from apps.notifications.services import counted

        channels = {f"notifications.{verb}_chatchannel" for verb in ("view", "add", "change")}
        registry.grant_to_roles({"sysadmin": {"notifications.change_notification", *channels}})
        navigation.register(
            navigation.Item(
                _("Messages to people"),
                "notifications:channel-list",
                icon="chat-dots",
                group="system",
                order=80,
                visible=sees_channels,
            )
        )
        navigation.register_row_counter("notifications", lambda request: counted(request.user))
        if tell_requester not in on_finished:
            on_finished.append(tell_requester)


def sees_channels(request) -> bool:
    """Channels are for administrators: whoever knows a bot's address can write to the group."""
    return request.user.has_perm("notifications.view_chatchannel")
