from django.apps import AppConfig
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from apps.core import registry

STRUCTURE = {"org.view_user", "org.view_department", "org.view_position", "org.view_jobgrade", "org.view_role"}
CALENDAR = {f"org.{verb}_calendarday" for verb in ("view", "add", "change", "delete")}
PERSONNEL = {
    *("org.add_user", "org.change_user", "org.deactivate_user", "org.view_bank_account"),
    *("org.add_department", "org.change_department", "org.add_position", "org.change_position"),
    *("org.add_jobgrade", "org.change_jobgrade"),
}
ADMINISTRATION = {
    *("org.add_user", "org.change_user", "org.deactivate_user"),
    *("org.add_department", "org.change_department", "org.add_position", "org.change_position"),
    *("org.add_jobgrade", "org.change_jobgrade"),
    *("org.add_role", "org.change_role", "org.view_company", "org.change_company"),
}
PAYERS = {"org.view_bank_account"}


class OrgConfig(AppConfig):
    name = "apps.org"
    label = "org"
    verbose_name = _("Organisation")

    def ready(self):
        registry.register_company_name(lambda: import_string("apps.org.models.Company").current().label)
        registry.grant_to_roles(
            {
                "sysadmin": STRUCTURE | ADMINISTRATION | CALENDAR,
                "hr_officer": STRUCTURE | PERSONNEL | CALENDAR,
                "auditor": STRUCTURE | {"org.view_company", "org.view_calendarday"},
                "finance_reviewer": PAYERS,
                "finance_director": PAYERS,
                "cashier": PAYERS,
            }
        )
        import_string("apps.org.menu.register")()
