"""Addresses of business: leads."""

urlpatterns: list = []
