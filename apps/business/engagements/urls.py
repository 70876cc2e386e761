"""Addresses of business: engagements."""

urlpatterns: list = []
