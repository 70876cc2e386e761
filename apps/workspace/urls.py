from django.urls import path

from apps.workspace import views

app_name = "workspace"
urlpatterns = [
    path("", views.desk, name="desk"),
    path("figures/", views.figures, name="figures"),
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/approve/", views.approve_selected, name="approve-selected"),
    path("reports/", views.reports, name="reports"),
    path("status/", views.status, name="status"),
    path("status/check/", views.run_checks, name="run-checks"),
    path("status/mails/", views.resend_mails, name="resend-mails"),
    path("search/", views.search, name="search"),
]
