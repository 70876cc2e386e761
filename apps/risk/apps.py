from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RiskConfig(AppConfig):
    name = "apps.risk"
    label = "risk"
    verbose_name = _("Risk")

    def ready(self):
        from apps.core import registry  # app ready: the apps below are complete only now
        from apps.risk import jobs, menu, sections  # noqa: F401  jobs register themselves
        from apps.risk.roles import ROLES
        from apps.risk.setup import set_up

        registry.grant_to_roles(ROLES)
        registry.register_setup(set_up)
        sections.register()
        menu.register()
