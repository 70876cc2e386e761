from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApprovalsConfig(AppConfig):
    name = "apps.approvals"
    label = "approvals"
    verbose_name = _("Approvals")

    def ready(self):
        from apps.approvals import jobs  # noqa: F401 - registers
        from apps.core import navigation, registry  # app ready: registers with the frame

        reads = {"approvals.view_route", "approvals.view_routeversion"}
        analyses = "approvals.view_analysis"
        registry.grant_to_roles(
            {
                "sysadmin": {*reads, "approvals.change_route", analyses},
                "auditor": {*reads, analyses},
                "executive": {analyses},
            }
        )
        navigation.register(
            navigation.Item(_("Substitutes"), "approvals:delegation-list", icon="people", order=30),
            navigation.Item(
                _("Approval routes"),
                "approvals:route-list",
                icon="diagram-3",
                group="system",
                order=60,
                visible=sees_routes,
            ),
        )


def sees_routes(request) -> bool:
    """Routes are read by administrators and auditors."""
    return request.user.has_perm("approvals.view_route")
