from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BusinessConfig(AppConfig):
    name = "apps.business"
    label = "business"
    verbose_name = _("Business")

    def ready(self):
        from apps.business import jobs, menu, sections  # noqa: F401  app ready; jobs register themselves
        from apps.business.roles import ROLES
        from apps.business.setup import set_up
        from apps.core import registry

        registry.grant_to_roles(ROLES)
        registry.register_setup(set_up)
        sections.register()
        menu.register()
