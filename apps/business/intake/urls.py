"""Addresses of business: intake."""

urlpatterns: list = []
