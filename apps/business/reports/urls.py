"""Addresses of business: reports."""

urlpatterns: list = []
