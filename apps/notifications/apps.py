from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "apps.notifications"
    label = "notifications"
    verbose_name = _("Notifications")

    def ready(self):
        from apps.core import navigation  # noqa: PLC0415 (app ready)
        from apps.core.jobs import on_finished  # noqa: PLC0415 (app ready)
        from apps.notifications.jobs import tell_requester  # noqa: PLC0415 (app ready)
        from apps.notifications.services import count_unread  # noqa: PLC0415 (app ready)

        navigation.register_counter("notifications", lambda request: count_unread(request.user))
        if tell_requester not in on_finished:
            on_finished.append(tell_requester)
