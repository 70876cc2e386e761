"""Django's admin: classification can be kept there too; client files can only be read."""

from django.contrib import admin
from simple_history.admin import SimpleHistoryAdmin

from apps.service.clients.models import Client, ClientGrade, ClientSource, Industry


@admin.register(Industry, ClientSource, ClientGrade)
class ClassificationAdmin(SimpleHistoryAdmin):
    """A named record."""

    list_display = ["code", "name", "name_en", "active"]
    search_fields = ["code", "name", "name_en"]


@admin.register(Client)
class ClientAdmin(SimpleHistoryAdmin):
    """Clients are written by services alone."""

    list_display = ["number", "name", "grade", "industry", "owner", "status"]
    list_select_related = ["grade", "industry", "owner"]
    search_fields = ["number", "name", "uscc"]
    show_full_result_count = False

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False
