from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext_lazy as _


class OrgConfig(AppConfig):
    name = "apps.org"
    label = "org"
    verbose_name = _("Organisation")

    def ready(self):
        # The moment of the last sign-in is written by `services.accounts.open_session` without a row in the history.
        user_logged_in.disconnect(dispatch_uid="update_last_login")
