"""The settings of the receivables: buckets of the ageing, days between reminders, the usual tax rate."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.finance.receivables import permissions
from apps.finance.receivables.forms import ReceivablesSettingsForm
from apps.finance.receivables.models import ReceivablesSettings
from apps.org.pages import RecordHistory, RecordUpdate


class SettingsPage:
    """The one row of settings."""

    model = ReceivablesSettings
    list_url = "finance:receivablessettings"

    def get_queryset(self) -> QuerySet:
        """The one row, stored from now on."""
        ReceivablesSettings.objects.get_or_create(pk=1)
        self.kwargs["pk"] = 1
        return ReceivablesSettings.objects.all()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The heading."""
        words = {"page_title": _("Settings of the receivables"), "list_label": _("Receivables")}
        return {**super().get_context_data(**kwargs), **words}


class SettingsUpdate(SettingsPage, RecordUpdate):
    """Change them, with a reason."""

    form_class = ReceivablesSettingsForm
    permission_required = permissions.SETTINGS
    history_url = "finance:receivablessettings-history"
    template_name = "finance/receivables_settings.html"


class SettingsHistory(SettingsPage, RecordHistory):
    """Who changed them."""

    permission_required = permissions.SEES_SETTINGS
