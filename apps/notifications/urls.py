"""Addresses of notifications."""

from django.urls import path

from apps.notifications import views
from apps.notifications.chat import views as chat

app_name = "notifications"

urlpatterns = [
    path("", views.NotificationList.as_view(), name="list"),
    path("channels/", chat.ChannelList.as_view(), name="channel-list"),
    path("channels/new/", chat.ChannelCreate.as_view(), name="channel-create"),
    path("channels/<int:pk>/", chat.ChannelUpdate.as_view(), name="channel-update"),
    path("channels/<int:pk>/history/", chat.ChannelHistory.as_view(), name="channel-history"),
    path("channels/<int:pk>/try/", chat.try_channel, name="channel-try"),
    path("settings/", chat.SettingsUpdate.as_view(), name="settings"),
    path("settings/history/", chat.SettingsHistory.as_view(), name="settings-history"),
    path("count/", views.count, name="count"),
    path("preferences/", views.Preferences.as_view(), name="preferences"),
    path("read/", views.read_all, name="read-all"),
    path("<int:pk>/open/", views.open_notification, name="open"),
]
