"""Addresses of business: reports."""

from django.urls import path

from apps.business.reports.views import ClientProfitability, EngagementProfitability

urlpatterns: list = [
    path("profitability/", EngagementProfitability.as_view(), name="profitability"),
    path("profitability/clients/", ClientProfitability.as_view(), name="profitability-clients"),
]
