"""Addresses of business: settlements."""

from django.urls import path

from apps.business.settlements.views import Register, SettlementViews, Unbilled

urlpatterns: list = [
    path("settlements/register/", Register.as_view(), name="settlement-register"),
    path("settlements/unbilled/", Unbilled.as_view(), name="engagement-unbilled"),
    *SettlementViews.urls(),
]
