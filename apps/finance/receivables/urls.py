"""Addresses of the ageing, statements, reminders and figures."""

from django.urls import path

from apps.finance.receivables.views import ageing, figures, reminders, settings, statements

urlpatterns = [
    path("receivables/at-a-glance/", figures.Glance.as_view(), name="receivables-glance"),
    path("receivables/settings/", settings.SettingsUpdate.as_view(), name="receivablessettings"),
    path("receivables/settings/history/", settings.SettingsHistory.as_view(), name="receivablessettings-history"),
    path("ageing/", ageing.AgeingByClient.as_view(), name="ageing"),
    path("ageing/managers/", ageing.AgeingByManager.as_view(), name="ageing-managers"),
    path("ageing/departments/", ageing.AgeingByDepartment.as_view(), name="ageing-departments"),
    path("ageing/invoices/", ageing.AgeingInvoices.as_view(), name="ageing-invoices"),
    path("statements/", statements.StatementPage.as_view(), name="statement"),
    path("reminders/", reminders.ReminderList.as_view(), name="reminder-list"),
    path("reminders/overdue/", reminders.OverdueClients.as_view(), name="reminder-overdue"),
    path("reminders/write/", reminders.Write.as_view(), name="reminder-write"),
    path("reminders/<int:pk>/", reminders.ReminderDetail.as_view(), name="reminder-detail"),
]
