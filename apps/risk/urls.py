"""Addresses of risk."""

app_name = "risk"

urlpatterns: list = []
