"""Addresses of business: settlements."""

urlpatterns: list = []
