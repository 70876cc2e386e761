from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServiceConfig(AppConfig):
    name = "apps.service"
    label = "service"
    verbose_name = _("Client service")

    def ready(self):
        from apps.core import registry  # app ready: the apps below are complete only now
        from apps.service import jobs, menu  # noqa: F401  jobs register themselves
        from apps.service.clients import sections
        from apps.service.clients.services import handover
        from apps.service.roles import ROLES
        from apps.service.setup import set_up

        registry.grant_to_roles(ROLES)
        registry.register_setup(set_up)
        registry.register_handover(handover.hand_over, describe=handover.describe)
        for section in sections.OWN:
            registry.register_client_section(section)
        menu.register()
