"""Addresses of business: plans."""

urlpatterns: list = []
