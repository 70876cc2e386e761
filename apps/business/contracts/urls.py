"""Addresses of business: contracts."""

urlpatterns: list = []
