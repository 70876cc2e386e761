from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FinanceConfig(AppConfig):
    name = "apps.finance"
    label = "finance"
    verbose_name = _("Finance")

    def ready(self):
        from apps.core import registry  # app ready: the apps below are complete only now
        from apps.finance import menu
        from apps.finance.receipts import jobs as receipt_jobs  # noqa: F401  jobs register themselves
        from apps.finance.receipts import merging, sections
        from apps.finance.receivables import jobs  # noqa: F401  jobs register themselves
        from apps.finance.receivables import merging as reminders
        from apps.finance.receivables.sections import COLLECTING
        from apps.finance.roles import ROLES
        from apps.finance.setup import set_up

        registry.grant_to_roles(ROLES)
        registry.register_setup(set_up)
        registry.register_client_section(sections.MONEY)
        registry.register_client_section(COLLECTING)
        registry.register_client_merge(merging.move)
        registry.register_client_merge(reminders.move)
        menu.register()
