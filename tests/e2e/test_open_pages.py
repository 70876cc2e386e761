"""A page that stays open follows what happens meanwhile."""

import pytest
from playwright.sync_api import expect

from apps.notifications.models import Notification
from tests.factories.notifications import NotificationFactory

pytestmark = pytest.mark.e2e


def test_the_numbers_at_bell_and_inbox_follow_while_the_page_is_looked_at(window, team):
    page = window(team.head)
    page.goto("/notifications/preferences/")
    Notification.objects.filter(recipient=team.head).delete()
    NotificationFactory(recipient=team.head)
    team.submitted("Walk")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#notification-count")).to_have_text("2")
    expect(page.locator(".topbar [data-count=inbox]")).to_have_text("1")
    expect(page.locator(".nav-scroll [data-count=inbox]")).to_have_text("1")
