"""Pages of what Business decides beforehand, and of its settings."""

from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.business.catalogue import filters, forms, tables
from apps.business.catalogue.models import (
    BusinessSettings,
    ContractTemplate,
    DossierItem,
    LostReason,
    OpportunityStage,
    ServiceType,
)
from apps.business.catalogue.permissions import CHANGES_SETTINGS, SEES_SETTINGS
from apps.org.pages import RecordHistory, RecordUpdate
from apps.org.records import Record

_record = partial(Record, closed=gettext_lazy("This list is kept by the head of Business."))

RECORDS = [
    _record(ServiceType, forms.ServiceTypeForm, tables.ServiceTypeTable, filters.ListedFilterSet, "service-types"),
    _record(
        DossierItem,
        forms.DossierItemForm,
        tables.DossierItemTable,
        filters.DossierItemFilterSet,
        "dossier-items",
        select_related=("service_type",),
    ),
    _record(
        OpportunityStage,
        forms.OpportunityStageForm,
        tables.OpportunityStageTable,
        filters.ListedFilterSet,
        "opportunity-stages",
    ),
    _record(LostReason, forms.LostReasonForm, tables.LostReasonTable, filters.ListedFilterSet, "lost-reasons"),
    _record(
        ContractTemplate,
        forms.ContractTemplateForm,
        tables.ContractTemplateTable,
        filters.ContractTemplateFilterSet,
        "contract-templates",
        select_related=("service_type",),
    ),
]


class SettingsPage:
    """The one row of settings of Business."""

    model = BusinessSettings
    list_url = "business:businesssettings"

    def get_queryset(self):
        """The one row, created when the database is new."""
        BusinessSettings.objects.get_or_create(pk=1)
        self.kwargs["pk"] = 1
        return BusinessSettings.objects.all()


class BusinessSettingsUpdate(SettingsPage, RecordUpdate):
    """Periods and tolerances."""

    form_class = forms.BusinessSettingsForm
    permission_required = CHANGES_SETTINGS
    history_url = "business:businesssettings-history"
    template_name = "business/catalogue_settings.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "page_title": _("Business settings")}


class BusinessSettingsHistory(SettingsPage, RecordHistory):
    """The history of these settings."""

    permission_required = SEES_SETTINGS
