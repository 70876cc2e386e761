"""Addresses of receipts."""

from django.urls import path

from apps.finance.receipts.views import choices, entry, importing, lists, receipts

urlpatterns = [
    path("receipts/", lists.ReceiptList.as_view(), name="receipt-list"),
    path("receipts/unapplied/", lists.UnappliedList.as_view(), name="receipt-unapplied"),
    path("receipts/clients/", choices.ReceiptClients.as_view(), name="client-choices"),
    path("receipts/import/", importing.Import.as_view(), name="receipt-import"),
    path("receipts/import/confirm/", importing.ConfirmReceiptImport.as_view(), name="receipt-import-confirm"),
    path("receipts/import/template/", importing.template, name="receipt-import-template"),
    path("receipts/new/", entry.Record.as_view(), name="receipt-create"),
    path("receipts/new/invoices/", entry.Invoices.as_view(), name="receipt-invoices"),
    path("receipts/<int:pk>/", receipts.Detail.as_view(), name="receipt-detail"),
    path("receipts/<int:pk>/allocate/", receipts.Allocate.as_view(), name="receipt-allocate"),
    path("receipts/<int:pk>/void/", receipts.Void.as_view(), name="receipt-void"),
    path("receipts/<int:pk>/allocations/<int:allocation>/undo/", receipts.Undo.as_view(), name="receipt-undo"),
    path("receipts/<int:pk>/history/", receipts.History.as_view(), name="receipt-history"),
]
