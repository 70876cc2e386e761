"""Addresses of receivables and invoices."""

from django.urls import path

from apps.finance.billing.views import invoices, lists, receivables

urlpatterns = [
    path("receivables/", lists.ReceivableList.as_view(), name="receivable-list"),
    path("receivables/to-invoice/", lists.ToRequestList.as_view(), name="receivable-queue"),
    path("receivables/<int:pk>/", receivables.Detail.as_view(), name="receivable-detail"),
    path("receivables/<int:pk>/post/", receivables.Post.as_view(), name="receivable-post"),
    path("receivables/<int:pk>/unpost/", receivables.Unpost.as_view(), name="receivable-unpost"),
    path("receivables/<int:pk>/history/", receivables.History.as_view(), name="receivable-history"),
    path("sales-invoices/", lists.InvoiceList.as_view(), name="salesinvoice-list"),
    path("sales-invoices/requested/", lists.RequestedList.as_view(), name="salesinvoice-queue"),
    path("sales-invoices/request/", invoices.Request.as_view(), name="salesinvoice-request"),
    path("sales-invoices/<int:pk>/", invoices.Detail.as_view(), name="salesinvoice-detail"),
    path("sales-invoices/<int:pk>/issue/", invoices.Issue.as_view(), name="salesinvoice-issue"),
    path("sales-invoices/<int:pk>/check/", invoices.Check.as_view(), name="salesinvoice-check"),
    path("sales-invoices/<int:pk>/reverse/", invoices.Reverse.as_view(), name="salesinvoice-reverse"),
    path("sales-invoices/<int:pk>/withdraw/", invoices.Withdraw.as_view(), name="salesinvoice-withdraw"),
    path("sales-invoices/<int:pk>/attach/", invoices.Attach.as_view(), name="salesinvoice-attach"),
    path("sales-invoices/<int:pk>/original/", invoices.Original.as_view(), name="salesinvoice-original"),
    path("sales-invoices/<int:pk>/history/", invoices.History.as_view(), name="salesinvoice-history"),
]
