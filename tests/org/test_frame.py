"""What the frame shows on pages about other people stays one's own."""

import pytest
from django.urls import reverse

from tests.factories.org import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", ["update", "history", "detail", "deactivate"])
def test_the_frame_of_a_page_about_somebody_is_the_readers_own(hr_client, page):
    other = UserFactory(name="Zoe", theme="dark")
    text = hr_client.get(reverse(f"org:employee-{page}", args=[other.pk])).text
    assert 'data-theme="auto"' in text
    assert "<strong>Hr</strong>" in text
