from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkspaceConfig(AppConfig):
    name = "apps.workspace"
    label = "workspace"
    verbose_name = _("Workspace")

    def ready(self):
        from apps.core import navigation  # app ready: registers with the frame
        from apps.core.reports import reads_reports
        from apps.workspace import inbox
        from apps.workspace.status import sees_status

        navigation.register(
            navigation.Item(_("Desk"), "workspace:desk", icon="house", order=10),
            navigation.Item(_("Inbox"), "workspace:inbox", icon="inbox", order=20, counter="inbox"),
            navigation.Item(_("Reports"), "workspace:reports", "journals", 10, "reports", visible=reads_reports),
            navigation.Item(_("Status"), "workspace:status", "heart-pulse", 90, "system", visible=sees_status),
        )
        navigation.register_row_counter("inbox", inbox.counted)
