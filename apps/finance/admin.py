"""Django's admin: master data can be kept there too; papers and payments can only be read."""

from django.contrib import admin
from simple_history.admin import SimpleHistoryAdmin

from apps.finance.expenses.models import (
    City,
    CityTier,
    ExpenseCategory,
    ExpenseClaim,
    ExpenseLine,
    ExpenseStandard,
    ReturnReason,
)
from apps.finance.invoices.models import ReceivedInvoice
from apps.finance.payments.models import FundAccount, Payment, PaymentBatch


class MasterDataAdmin(SimpleHistoryAdmin):
    """A named record."""

    list_display = ["code", "name", "name_en"]
    search_fields = ["code", "name", "name_en"]


@admin.register(ExpenseCategory)
class ExpenseCategoryAdmin(MasterDataAdmin):
    """Expense categories."""

    list_display = ["code", "name", "account", "unit", "requires_invoice", "active"]
    list_filter = ["active", "unit"]


@admin.register(City)
class CityAdmin(MasterDataAdmin):
    """Cities."""

    list_display = ["code", "name", "name_en", "tier", "active"]
    list_filter = ["tier", "active"]


@admin.register(ExpenseStandard)
class ExpenseStandardAdmin(SimpleHistoryAdmin):
    """Standards."""

    list_display = ["category", "grade_from", "grade_to", "tier", "city", "limit", "unit", "control", "valid_from"]
    list_filter = ["category", "control", "is_demo_value", "active"]
    list_select_related = ["category", "tier", "city"]


admin.site.register([CityTier, ReturnReason, FundAccount], MasterDataAdmin)


class ReadOnlyAdmin(SimpleHistoryAdmin):
    """What only services write."""

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


class ExpenseLineInline(admin.TabularInline):
    """The lines of a claim."""

    model = ExpenseLine
    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False


@admin.register(ExpenseClaim)
class ExpenseClaimAdmin(ReadOnlyAdmin):
    """Claims."""

    list_display = ["number", "title", "applicant", "department", "amount", "approved_total", "state", "paid_on"]
    list_filter = ["state", "claim_type"]
    list_select_related = ["applicant", "department"]
    search_fields = ["number", "title"]
    show_full_result_count = False
    inlines = [ExpenseLineInline]


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    """Payments."""

    list_display = ["document", "amount", "paid_on", "account", "bank_reference", "paid_by"]
    list_select_related = ["document", "account", "paid_by"]
    show_full_result_count = False


@admin.register(PaymentBatch)
class PaymentBatchAdmin(ReadOnlyAdmin):
    """Batches."""

    list_display = ["paid_on", "account", "bank_reference", "paid_by"]
    list_select_related = ["account", "paid_by"]


@admin.register(ReceivedInvoice)
class ReceivedInvoiceAdmin(ReadOnlyAdmin):
    """Invoices."""

    list_display = ["number", "code", "kind", "seller_name", "total", "claimed", "status", "document"]
    list_filter = ["status", "kind"]
    list_select_related = ["document"]
    search_fields = ["number", "code", "seller_name"]
    show_full_result_count = False
