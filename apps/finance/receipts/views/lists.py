"""Lists: every receipt, and those of which something stands on no invoice."""

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy

from apps.documents.views.lists import LoggedList
from apps.finance.receipts.filters import ReceiptFilterSet, UnappliedFilterSet
from apps.finance.receipts.models import Receipt
from apps.finance.receipts.permissions import RECORD
from apps.finance.receipts.tables import ReceiptTable, UnappliedTable


class ReceiptList(LoggedList):
    """The receipts a person may see."""

    title = gettext_lazy("Receipts")
    table_class = ReceiptTable
    filterset_class = ReceiptFilterSet
    template_name = "finance/receipt/list.html"
    create_label = gettext_lazy("Record a receipt")

    def queryset(self) -> QuerySet:
        rows = Receipt.objects.visible_to(self.request.user).with_left()
        return rows.select_related("client", "account", "recorded_by")

    def create_url(self) -> str:
        return reverse("finance:receipt-create") if self.request.user.holds(RECORD) else ""


class UnappliedList(ReceiptList):
    """Receipts of which something stands on no invoice, the earliest first."""

    title = gettext_lazy("Unapplied receipts")
    table_class = UnappliedTable
    filterset_class = UnappliedFilterSet

    def queryset(self) -> QuerySet:
        return super().queryset().unapplied()
