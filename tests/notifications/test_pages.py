"""The bell, the list and the preference."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.core import navigation
from apps.notifications.models import Notification, NotificationPreference
from tests.factories.notifications import NotificationFactory
from tests.factories.org import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(client):
    user = UserFactory()
    client.force_login(user)
    return user


def titles(response):
    return [row.title for row in response.context["page"].rows]


def test_list_says_when_there_is_nothing(user, client):
    page = client.get("/notifications/").text
    assert "No notifications" in page
    assert "Mark all as read" not in page


def test_list_shows_unread_first_and_never_those_of_others(user, client):
    NotificationFactory(recipient=user, title="old unread")
    NotificationFactory(recipient=user, title="read", read_at=timezone.now())
    NotificationFactory(recipient=user, title="new <unread>", body="line 1\nline 2")
    NotificationFactory(title="not mine")
    response = client.get("/notifications/")
    assert titles(response) == ["new <unread>", "old unread", "read"]
    assert response.text.count(">New<") == 2
    assert "new &lt;unread&gt;" in response.text
    assert "line 1<br>line 2" in response.text


@pytest.mark.parametrize("unread", [0, 20, 30, 31, 45, 70])
def test_list_pages_through_everything_once(user, client, unread):
    rows = NotificationFactory.create_batch(70, recipient=user, read_at=timezone.now())
    newest = [row.pk for row in rows[-unread:]] if unread else []
    Notification.objects.filter(pk__in=newest).update(read_at=None)
    seen, after, sizes = [], "", []
    while True:
        page = client.get("/notifications/", {"after": after}).context["page"]
        seen += [row.pk for row in page.rows]
        sizes.append(len(page.rows))
        after = page.after
        if not after:
            break
    assert (sizes, seen) == ([30, 30, 10], [row.pk for row in reversed(rows)])


@pytest.mark.parametrize("cursor", ["x", "u", "r-1", "u99999999999999999999", "u１", "<script>"])
def test_list_begins_at_the_top_for_a_cursor_that_is_none(user, client, cursor):
    NotificationFactory(recipient=user, title="here")
    assert titles(client.get("/notifications/", {"after": cursor})) == ["here"]


def test_list_costs_the_same_for_any_number(user, client):
    costs = []
    for number in (1, 30):
        NotificationFactory.create_batch(number - user.notifications.count(), recipient=user)
        client.get("/notifications/")
        with CaptureQueriesContext(connection) as queries:
            assert len(titles(client.get("/notifications/"))) == number
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_opening_reads_it_and_leads_to_its_page(user, client):
    notification = NotificationFactory(recipient=user, url="/notifications/preferences/?a=1")
    response = client.get(notification.get_absolute_url())
    assert (response.status_code, response["Location"]) == (302, "/notifications/preferences/?a=1")
    notification.refresh_from_db()
    first = notification.read_at
    client.get(notification.get_absolute_url())
    notification.refresh_from_db()
    assert first is not None
    assert notification.read_at == first


@pytest.mark.parametrize(
    "url", ["", "https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_opening_never_leaves_the_site(user, client, url):
    notification = NotificationFactory(recipient=user, url=url)
    assert client.get(notification.get_absolute_url())["Location"] == "/notifications/"


def test_notification_of_somebody_else_does_not_exist(user, client):
    notification = NotificationFactory()
    assert client.get(notification.get_absolute_url()).status_code == 404
    notification.refresh_from_db()
    assert notification.read_at is None


def test_read_all_reads_mine_only(user, client):
    NotificationFactory.create_batch(2, recipient=user)
    other = NotificationFactory()
    response = client.post("/notifications/read/", follow=True)
    assert "2 notifications marked as read." in response.text
    assert list(Notification.objects.unread()) == [other]
    assert client.get("/notifications/read/").status_code == 405


@pytest.mark.parametrize(("number", "shown"), [(0, ""), (1, "1"), (99, "99"), (100, "99+"), (130, "99+")])
def test_count_is_the_number_at_the_bell(user, client, number, shown):
    NotificationFactory.create_batch(number, recipient=user)
    NotificationFactory(recipient=user, read_at=timezone.now())
    response = client.get("/notifications/count/")
    assert response.text.strip() == f'{shown}<b hx-swap-oob="innerHTML:[data-count=inbox]"></b>'
    assert "no-store" in response["Cache-Control"]


def test_counting_for_an_open_page_is_one_statement_and_tells_the_inbox_too(user, client, monkeypatch):
    NotificationFactory.create_batch(2, recipient=user)
    client.get("/notifications/count/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/notifications/count/")
    counting = [query["sql"] for query in queries if "notifications_notification" in query["sql"]]
    assert (len(counting), "approvals_task" in counting[0]) == (1, True)
    assert len(queries) <= 4  # session, person, company, and the count
    monkeypatch.setitem(navigation._counters, "inbox", lambda request: 7)
    assert '<b hx-swap-oob="innerHTML:[data-count=inbox]">7</b>' in client.get("/notifications/count/").text
    assert client.get("/notifications/preferences/").text.count('data-count="inbox">7</b>') == 3


def test_bell_in_the_frame_shows_the_count(user, client):
    NotificationFactory.create_batch(3, recipient=user)
    page = client.get("/notifications/preferences/").text
    assert '<b class="count" id="notification-count"' in page
    assert ">3</b>" in page


def test_preference_is_at_once_until_it_is_changed(user, client):
    page = client.get("/notifications/preferences/")
    assert page.context["form"]["email"].value() == "at_once"
    assert f"E-mails go to {user.email}." in page.text
    assert NotificationPreference.objects.count() == 0
    for choice in ("off", "at_once"):
        response = client.post("/notifications/preferences/", {"email": choice}, follow=True)
        assert "Your choice has been saved." in response.text
        assert NotificationPreference.objects.get().email == choice


def test_preference_refuses_what_is_no_choice(user, client):
    response = client.post("/notifications/preferences/", {"email": "hourly"})
    assert list(response.context["form"].errors) == ["email"]
    assert NotificationPreference.objects.count() == 0


def test_preference_says_when_there_is_no_address(client):
    client.force_login(UserFactory(email=""))
    assert "You have no e-mail address here" in client.get("/notifications/preferences/").text


@pytest.mark.parametrize("path", ["", "count/", "preferences/", "1/open/"])
def test_nothing_is_shown_without_signing_in(client, path):
    assert client.get(f"/notifications/{path}").status_code == 302
