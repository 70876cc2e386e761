"""Addresses of core."""

from django.urls import path

from apps.core import views

app_name = "core"

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("jobs/", views.JobList.as_view(), name="job-list"),
    path("jobs/<int:pk>/", views.JobDetail.as_view(), name="job"),
    path("jobs/<int:pk>/file/", views.download_job, name="job-download"),
    path("jobs/<int:pk>/retry/", views.retry_job, name="job-retry"),
]
