"""Django's admin: the lists can be kept there too; leads and opportunities can only be read."""

from django.contrib import admin
from simple_history.admin import SimpleHistoryAdmin

from apps.business.catalogue.models import (
    BusinessSettings,
    ContractTemplate,
    DossierItem,
    LostReason,
    OpportunityStage,
    ServiceType,
)
from apps.business.leads.models import Activity, Lead, Opportunity


class ReadOnly:
    """Rows that services alone write."""

    show_full_result_count = False

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(ServiceType, OpportunityStage, LostReason, ContractTemplate)
class ListedAdmin(SimpleHistoryAdmin):
    """A named record."""

    list_display = ["code", "name", "name_en", "order", "active"]
    search_fields = ["code", "name", "name_en"]


@admin.register(DossierItem)
class DossierItemAdmin(SimpleHistoryAdmin):
    """An item of the file of a service type."""

    list_display = ["name", "service_type", "required", "order", "active"]
    list_select_related = ["service_type"]
    search_fields = ["name", "name_en"]


@admin.register(BusinessSettings)
class BusinessSettingsAdmin(SimpleHistoryAdmin):
    """The one row of settings."""

    list_display = ["pool_days", "intake_lapse_days", "fee_tolerance", "term_tolerance_days", "is_demo_value"]


@admin.register(Lead)
class LeadAdmin(ReadOnly, SimpleHistoryAdmin):
    """Leads."""

    list_display = ["number", "company_name", "owner", "state", "active_on"]
    list_select_related = ["owner"]
    search_fields = ["number", "company_name"]


@admin.register(Opportunity)
class OpportunityAdmin(ReadOnly, SimpleHistoryAdmin):
    """Opportunities."""

    list_display = ["number", "title", "client", "stage", "owner", "expected_amount", "state"]
    list_select_related = ["client", "stage", "owner"]
    search_fields = ["number", "title", "client__name"]


@admin.register(Activity)
class ActivityAdmin(ReadOnly, admin.ModelAdmin):
    """What was done."""

    list_display = ["at", "kind", "by", "text"]
    list_select_related = ["by"]
