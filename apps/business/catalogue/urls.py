"""Addresses of business: catalogue."""

from django.urls import path

from apps.business.catalogue.views import RECORDS, BusinessSettingsHistory, BusinessSettingsUpdate

urlpatterns: list = [
    *(pattern for record in RECORDS for pattern in record.urls()),
    path("settings/", BusinessSettingsUpdate.as_view(), name="businesssettings"),
    path("settings/history/", BusinessSettingsHistory.as_view(), name="businesssettings-history"),
]
