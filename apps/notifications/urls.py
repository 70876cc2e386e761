"""Addresses of notifications."""

from django.urls import path

from apps.notifications import views

app_name = "notifications"

urlpatterns = [
    path("", views.NotificationList.as_view(), name="list"),
    path("count/", views.count, name="count"),
    path("preferences/", views.Preferences.as_view(), name="preferences"),
    path("read/", views.read_all, name="read-all"),
    path("<int:pk>/open/", views.open_notification, name="open"),
]
