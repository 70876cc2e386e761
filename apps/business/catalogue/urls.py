"""Addresses of business: catalogue."""

urlpatterns: list = []
