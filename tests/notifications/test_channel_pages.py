"""Chat channels and the daily e-mail are set up in the browser, by administrators."""

import pytest

from apps.notifications.models import ChatChannel, ChatMessage, Notification, NotificationSettings
from tests.factories.notifications import NotificationFactory
from tests.factories.org import UserFactory
from tests.notifications.bots import listening

pytestmark = pytest.mark.django_db
LIST = "/notifications/channels/"
TYPED = {
    "name": "Finance",
    "format": "dingtalk",
    "url": "https://oapi.dingtalk.com/robot/send?access_token=abc",
    "secret": "SEC1",
    "topics": ["turn", "result"],
    "active": "on",
}


@pytest.fixture
def admin(client):
    user = UserFactory(is_superuser=True)
    client.force_login(user)
    return user


@pytest.fixture
def bot():
    with listening() as bot:
        yield bot


def channel(url="https://example.com/hook", **values):
    return ChatChannel.objects.create(name="Office", format="wecom", url=url, **values)


def test_a_channel_is_entered_changed_and_taken_out_of_use(client, admin):
    assert "No group chat is told yet" in client.get(LIST).text
    assert client.get(f"{LIST}new/").text.count(" checked") == 4  # three topics, and that it is in use
    assert client.post(f"{LIST}new/", TYPED)["Location"] == LIST
    row = ChatChannel.objects.get()
    assert (row.format, row.secret, row.topics, row.active) == ("dingtalk", "SEC1", ["turn", "result"], True)
    page = client.get(LIST).text
    assert "oapi.dingtalk.com" in page
    assert "access_token" not in page
    form = client.get(f"{LIST}{row.pk}/").context["form"]
    changed = {**TYPED, "version": form["version"].value(), "change_reason": "Moved", "active": ""}
    client.post(f"{LIST}{row.pk}/", changed)
    row.refresh_from_db()
    assert row.active is False
    history = client.get(f"{LIST}{row.pk}/history/").text
    assert "Moved" in history
    assert "A paper waits for somebody&#x27;s decision; A paper was approved" in history
    assert "access_token" not in history
    assert "SEC1" not in history


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "http://oapi.dingtalk.com/robot/send"}, "url"),
        ({"url": "nowhere"}, "url"),
        ({"topics": []}, "topics"),
        ({"topics": ["gossip"]}, "topics"),
        ({"format": "wecom"}, "secret"),
        ({"name": ""}, "name"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_typed_is_lost(client, admin, change, field):
    response = client.post(f"{LIST}new/", {**TYPED, **change})
    assert list(response.context["form"].errors) == [field]
    assert "SEC1" in response.text
    assert not ChatChannel.objects.exists()


def test_a_test_is_sent_and_the_answer_told(client, admin, bot):
    row = channel(bot.url)
    response = client.post(f"{LIST}{row.pk}/try/", follow=True)
    assert "Office has taken the test." in response.text
    assert "A test: this channel is connected." in bot.received[0][1]["text"]["content"]
    bot.answers = [(200, {"errcode": 93000, "errmsg": "invalid webhook url"}, {})]
    response = client.post(f"{LIST}{row.pk}/try/", follow=True)
    assert "Office did not take the test: 93000 invalid webhook url" in response.text
    assert not ChatMessage.objects.exists()


def test_a_test_never_goes_inside_the_house(client, admin, settings):
    settings.TESTING = False
    row = channel("https://127.0.0.1/hook")
    response = client.post(f"{LIST}{row.pk}/try/", follow=True)
    assert "127.0.0.1 lies in a private network" in response.text


def test_the_hour_of_the_daily_mail_moves_what_waits(client, admin):
    waiting = NotificationFactory(mail="digest", mail_after="2026-11-24T00:00:00Z")
    form = client.get("/notifications/settings/").context["form"]
    typed = {"digest_hour": "17", "version": form["version"].value(), "change_reason": ""}
    assert client.post("/notifications/settings/", typed)["Location"] == LIST
    assert NotificationSettings.current().digest_hour == 17
    waiting.refresh_from_db()
    assert waiting.mail_after.astimezone().utctimetuple().tm_hour == 9
    assert "17:00" in client.get(LIST).text
    response = client.post("/notifications/settings/", {**typed, "digest_hour": "24"})
    assert "digest_hour" in response.context["form"].errors


def test_it_is_for_administrators(client):
    row = channel()
    client.force_login(UserFactory())
    for path in ("", "new/", f"{row.pk}/", f"{row.pk}/history/"):
        assert client.get(f"{LIST}{path}").status_code == 403
    assert client.post(f"{LIST}{row.pk}/try/").status_code == 403
    assert client.get("/notifications/settings/").status_code == 403
    assert LIST not in client.get("/").text


def test_the_status_page_tells_what_a_channel_did_not_take(client, admin):
    row = channel()
    now = "2026-11-24T00:00:00Z"
    ChatMessage.objects.create(
        channel=row, text="Bob: X", state="failed", answer="310000 sign not match", send_after=now, created_at=now
    )
    page = client.get("/status/").text
    assert "310000 sign not match" in page
    assert "1 message to a group chat could not be sent" in page
    client.post("/status/mails/")
    assert ChatMessage.objects.get().state == "due"
    assert not Notification.objects.exists()
