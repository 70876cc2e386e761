"""Addresses of the ageing, statements, reminders and figures."""

from django.urls import path

from apps.finance.receivables.views import ageing

urlpatterns = [
    path("ageing/", ageing.AgeingByClient.as_view(), name="ageing"),
    path("ageing/managers/", ageing.AgeingByManager.as_view(), name="ageing-managers"),
    path("ageing/departments/", ageing.AgeingByDepartment.as_view(), name="ageing-departments"),
    path("ageing/invoices/", ageing.AgeingInvoices.as_view(), name="ageing-invoices"),
]
