"""What every test shares."""

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def english():
    """Each test begins in English, whatever language the one before it left behind."""
    with translation.override("en"):
        yield
