from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

#: sees what the checks of the records found, and has them run
CHECKS = ("documents.view_checkrun", "documents.add_checkrun")


class DocumentsConfig(AppConfig):
    name = "apps.documents"
    label = "documents"
    verbose_name = _("Documents")

    def ready(self):
        from apps.approvals import kinds as routed  # app ready: the apps below are complete only now
        from apps.core import navigation, registry, reports
        from apps.documents import jobs, kinds  # noqa: F401 - jobs registers
        from apps.documents.services import handover, notices
        from apps.notifications.services import before_sending

        for name, model in kinds.all_kinds().items():
            routed.register(
                routed.RoutedKind(name, model._meta.verbose_name, model.FACTS, model.EDITABLE, model.HIDEABLE)
            )
        if notices.put_away not in before_sending:
            before_sending.append(notices.put_away)
        registry.register_handover(handover.hand_over, describe=handover.describe)
        registry.grant_to_roles(
            {
                "auditor": {"documents.view_all_documents", "documents.view_export_log", *CHECKS},
                "sysadmin": {"documents.view_export_log", *CHECKS},
                "executive": {"documents.view_all_documents", "documents.cancel_document"},
            }
        )
        navigation.register(
            navigation.Item(
                _("Approval times"),
                "documents:analysis",
                icon="speedometer2",
                group="reports",
                order=70,
                visible=analyses,
            ),
            navigation.Item(_("Verify a paper"), "documents:verify", icon="shield-check", group="reports", order=80),
            navigation.Item(
                _("Exports"), "documents:export-log", icon="download", group="reports", order=90, visible=sees_exports
            ),
        )
        reports.register(
            reports.Report(
                "documents:analysis",
                _("How long decisions take by kind, step and person; what is returned, and why."),
            )
        )


def analyses(request) -> bool:
    """How long approvals take is for management, auditors and administrators."""
    return request.user.has_perm("approvals.view_analysis")


def sees_exports(request) -> bool:
    """The log of exports is for auditors and administrators."""
    return request.user.has_perm("documents.view_export_log")
