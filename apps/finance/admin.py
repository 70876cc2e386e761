"""Django's admin: master data can be kept there too; papers and payments can only be read."""

from django.contrib import admin
from simple_history.admin import SimpleHistoryAdmin

from apps.finance.billing.models import Receivable, SalesInvoice
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
from apps.finance.receipts.models import Receipt, ReceiptAllocation
from apps.finance.receivables.models import PaymentReminder, ReceivablesSettings


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


@admin.register(Receivable)
class ReceivableAdmin(ReadOnlyAdmin):
    """What clients owe."""

    list_display = ["document", "client", "manager", "total", "invoiced", "collected", "currency", "opened_on"]
    list_select_related = ["document", "client", "manager"]
    search_fields = ["document__number", "client__number", "client__name"]
    show_full_result_count = False


@admin.register(SalesInvoice)
class SalesInvoiceAdmin(ReadOnlyAdmin):
    """Invoices issued, and requests for them."""

    list_display = ["number", "invoice_number", "kind", "client", "total", "collected", "status", "issued_on", "due_on"]
    list_filter = ["status", "kind"]
    list_select_related = ["client"]
    search_fields = ["number", "invoice_number", "buyer_name", "client__number"]
    show_full_result_count = False


class ReceiptAllocationInline(admin.TabularInline):
    """Which invoices a receipt has paid."""

    model = ReceiptAllocation
    fk_name = "receipt"
    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Receipt)
class ReceiptAdmin(ReadOnlyAdmin):
    """Money that came in."""

    list_display = ["number", "client", "amount", "allocated", "received_on", "account", "bank_reference", "voided_on"]
    list_filter = ["method", "account"]
    list_select_related = ["client", "account"]
    search_fields = ["number", "bank_reference", "payer_name", "client__number"]
    show_full_result_count = False
    inlines = [ReceiptAllocationInline]


@admin.register(PaymentReminder)
class PaymentReminderAdmin(admin.ModelAdmin):
    """Reminders sent."""

    list_display = ["client", "__str__"]
    list_select_related = ["client"]
    show_full_result_count = False

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(ReceivablesSettings)
class ReceivablesSettingsAdmin(ReadOnlyAdmin):
    """How overdue money is followed up; changed on its own page."""
