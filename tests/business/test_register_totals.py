"""The totals of the settlement register are those of all its rows, on whichever page they stand."""

import pytest
from django.urls import reverse

from apps.business.settlements.views import Register

pytestmark = pytest.mark.django_db


def test_totals_of_several_pages_are_added_up_by_the_database(rf, admin_user):
    page = Register()
    page.request = rf.get(reverse("business:settlement-register"))
    page.request.user = admin_user
    assert [(total.label, total.value) for total in page.totals()] == [
        ("Rows", "0"),
        ("This settlement", "¥0.00"),
        ("Tax", "¥0.00"),
        ("Received", "¥0.00"),
        ("Outstanding", "¥0.00"),
    ]
