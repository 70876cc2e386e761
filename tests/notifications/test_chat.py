"""Group chats are told what happens: in the words of each chat program, once, and again until it is taken."""

import base64
import hashlib
import hmac
import threading
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.utils import timezone

from apps.core import clock
from apps.core.jobs import do_soon
from apps.core.outgoing import Answer
from apps.notifications.chat import outbox
from apps.notifications.chat.formats import problem_of, request_for
from apps.notifications.models import ChatChannel, ChatMessage, Notification
from apps.notifications.services import SEND_MAILS, notify, send_again
from tests.factories.org import CompanyFactory, UserFactory
from tests.notifications.bots import listening

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 3, 0, 0, 123000, tzinfo=UTC)
MILLISECONDS, SECONDS = "1795489200123", "1795489200"


@pytest.fixture
def bot():
    with listening() as bot:
        yield bot


def channel(bot=None, **values):
    defaults = {"name": "Office", "format": "wecom", "url": bot.url if bot else "https://example.com/hook?key=1"}
    return ChatChannel.objects.create(**{**defaults, "topics": ["turn"], **values})


def tell(title="FYBX-2026-0001 is waiting", topic="turn", **values):
    people = values.pop("to", None) or [UserFactory(name="Bob"), UserFactory(name="Fay")]
    notify(to=people, title=title, topic=topic, url="/finance/claims/1/", **values)


def lines():
    return list(ChatMessage.objects.order_by("pk").values_list("channel__name", "text", "state"))


# ---- what each chat program takes ----


def signed(key, text=""):
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def test_wecom_takes_a_text():
    request = request_for(ChatChannel(format="wecom", url="https://qyapi.weixin.qq.com/x?key=1"), "同意", now=NOW)
    assert request.url == "https://qyapi.weixin.qq.com/x?key=1"
    assert request.body == {"msgtype": "text", "text": {"content": "同意"}}


def test_dingtalk_takes_a_text_and_a_signature_in_the_address():
    url = "https://oapi.dingtalk.com/robot/send?access_token=a%2Bb"
    plain = request_for(ChatChannel(format="dingtalk", url=url), "同意", now=NOW)
    request = request_for(ChatChannel(format="dingtalk", url=url, secret="SEC1"), "同意", now=NOW)
    assert plain.url == url
    assert request.body == plain.body == {"msgtype": "text", "text": {"content": "同意"}}
    query = parse_qs(urlsplit(request.url).query)
    assert query == {
        "access_token": ["a+b"],
        "timestamp": [MILLISECONDS],
        "sign": [signed("SEC1", f"{MILLISECONDS}\nSEC1")],
    }


def test_feishu_takes_a_text_and_a_signature_beside_it():
    url = "https://open.feishu.cn/open-apis/bot/v2/hook/1"
    plain = request_for(ChatChannel(format="feishu", url=url), "同意", now=NOW)
    request = request_for(ChatChannel(format="feishu", url=url, secret="abc"), "同意", now=NOW)
    body = {"msg_type": "text", "content": {"text": "同意"}}
    assert (plain.url, plain.body) == (url, body)
    assert (request.url, request.body) == (
        url,
        {"timestamp": SECONDS, "sign": signed(f"{SECONDS}\nabc"), **body},
    )


@pytest.mark.parametrize(
    ("status", "body", "problem"),
    [
        (200, b'{"errcode": 0, "errmsg": "ok"}', ""),
        (200, b'{"code": 0, "msg": "success", "data": {}}', ""),
        (200, b'{"StatusCode": 0, "StatusMessage": "success", "code": 0, "msg": "success"}', ""),
        (200, b'{"errcode": 310000, "errmsg": "sign not match"}', "310000 sign not match"),
        (200, b'{"code": 19021, "msg": "sign match fail"}', "19021 sign match fail"),
        (200, b"{}", "?"),
        (200, b"<html>", "HTTP 200 <html>"),
        (302, b'{"errcode": 0}', 'HTTP 302 {"errcode": 0}'),
        (500, b"", "HTTP 500"),
    ],
)
def test_the_number_in_the_answer_says_whether_it_was_taken(status, body, problem):
    assert problem_of(Answer(status, body)) == problem


# ---- from the notification to the group ----


def test_a_channel_is_told_what_happens_for_whom_and_where(bot, settings):
    settings.SITE_URL = "https://erp.example.com"
    CompanyFactory(default_language="en")
    channel(bot)
    tell(body="A comment that stays in the house")
    do_soon(SEND_MAILS)
    [(_path, body)] = bot.received
    assert body == {
        "msgtype": "text",
        "text": {
            "content": "Test Agency Co., Ltd. · AgencyOps\n\n"
            "Bob, Fay: FYBX-2026-0001 is waiting\nhttps://erp.example.com/finance/claims/1/"
        },
    }
    assert lines() == [("Office", "Bob, Fay: FYBX-2026-0001 is waiting", "sent")]


def test_a_channel_carries_its_topics_and_only_while_in_use(bot):
    channel(bot)
    channel(bot, name="Results", topics=["result"])
    channel(bot, name="Old", active=False)
    tell("Yours")
    tell("Approved", topic="result")
    tell("Hello", topic="comment")
    outbox.announce()
    assert [(name, text.split(": ")[1]) for name, text, _state in lines()] == [
        ("Office", "Yours"),
        ("Results", "Approved"),
    ]
    assert not Notification.objects.to_announce().exists()


def test_nobody_is_told_later_what_happened_before_there_was_a_channel(bot):
    tell()
    outbox.announce()
    channel(bot)
    outbox.announce()
    assert lines() == []


def test_many_people_are_named_shortly():
    channel()
    tell(to=[UserFactory(name=f"P{number}") for number in range(7)])
    outbox.announce()
    assert lines()[0][1] == "P0, P1, P2, P3, P4, …: FYBX-2026-0001 is waiting"


@pytest.mark.parametrize("values", [{"mail": False}, {"to": "gone"}])
def test_what_is_for_the_program_alone_or_for_nobody_is_not_announced(values):
    channel()
    if values.get("to"):
        values = {"to": [UserFactory(is_active=False)]}
    tell(**values)
    assert outbox.announce() == 0


def test_old_news_are_not_announced():
    channel()
    with clock.at(timezone.now() - timedelta(days=2)):
        tell()
    assert outbox.announce() == 0


def test_what_has_gathered_goes_out_as_one_message_that_fits(bot):
    channel(bot)
    for number in range(30):
        tell(f"No. {number} " + "申" * 60, to=[UserFactory(name="Bob")])
    outbox.announce()
    assert outbox.send_due() == 30
    contents = [body["text"]["content"] for _path, body in bot.received]
    assert 2 < len(contents) < 10
    assert all(len(content.encode()) <= 2048 for content in contents)
    assert [f"No. {number} " in "\n".join(contents) for number in range(30)] == [True] * 30


def test_what_was_not_taken_is_tried_again_later_each_time(bot):
    channel(bot)
    bot.answers = [(200, {"errcode": 45009, "errmsg": "api freq out of limit"}, {}), (500, b"", {})]
    tell()
    outbox.announce()
    waits = []
    for _try in range(2):
        before = timezone.now()
        assert outbox.send_due() == 0
        row = ChatMessage.objects.get()
        waits.append(round((row.send_after - before).total_seconds() / 60))
        assert outbox.send_due() == 0
        ChatMessage.objects.update(send_after=before)
    assert (waits, row.state, row.answer) == ([1, 2], "due", "HTTP 500")
    assert outbox.send_due() == 1
    assert (len(bot.received), lines()[0][2]) == (3, "sent")


def test_it_is_given_up_after_eight_tries_and_may_be_tried_again(bot):
    channel(bot)
    bot.answers = [(500, b"", {})] * 8
    tell()
    outbox.announce()
    for _try in range(10):
        outbox.send_due()
        ChatMessage.objects.update(send_after=timezone.now())
    assert (lines()[0][2], len(bot.received)) == ("failed", 8)
    assert send_again() == 1
    assert (outbox.send_due(), lines()[0][2]) == (1, "sent")


def test_one_channel_in_trouble_is_nobody_elses(bot):
    channel(url="http://127.0.0.1:9/", name="Broken")
    channel(bot)
    tell()
    outbox.announce()
    assert outbox.send_due() == 1
    assert sorted(line[2] for line in lines()) == ["due", "sent"]


def test_a_line_of_a_killed_worker_goes_out_after_its_lease(bot):
    row = channel(bot)
    tell()
    outbox.announce()
    assert len(outbox._claim(row)) == 1
    assert outbox.send_due() == 0
    ChatMessage.objects.update(send_after=timezone.now())
    assert outbox.send_due() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_send_each_line_once(bot):
    channel(bot)
    people = [UserFactory(name="Bob")]
    for number in range(40):
        tell(f"No. {number}.", to=people)
    start = threading.Barrier(3)
    sent = []

    def run():
        try:
            start.wait()
            outbox.announce()
            sent.append(outbox.send_due())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _worker in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outbox.send_due()
    contents = "\n".join(body["text"]["content"] for _path, body in bot.received)
    assert [contents.count(f"No. {number}.") for number in range(40)] == [1] * 40
