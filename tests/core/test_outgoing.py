"""Where the program sends to, and where not, whatever address people type in."""

import socket

import pytest

from apps.core.outgoing import Answer, NotSent, may_be_reached, post_json, refusal_of
from tests.notifications.bots import listening

PRIVATE = [
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
    *("255.255.255.255", "::1", "fe80::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "2002:0a00:0001::", "ff02::1"),
]


@pytest.fixture
def production(settings):
    settings.TESTING = settings.DEBUG = False


@pytest.fixture
def bot():
    with listening() as bot:
        yield bot


def test_json_is_posted_and_the_answer_read(bot):
    answer = post_json(bot.url, {"text": "同意 <b>"})
    assert (answer.status, answer.json()) == (200, {"errcode": 0, "errmsg": "ok"})
    assert bot.received == [("/robot/send?access_token=abc", {"text": "同意 <b>"})]


def test_redirects_are_not_followed(bot):
    bot.answers = [(302, b"", {"Location": "/elsewhere"})]
    assert post_json(bot.url, {}).status == 302
    assert [path for path, _body in bot.received] == ["/robot/send?access_token=abc"]


def test_a_long_answer_is_cut(bot):
    bot.answers = [(200, b"x" * 1_000_000, {})]
    assert len(post_json(bot.url, {}).body) < 100_000


def test_what_is_no_json_is_nothing():
    assert Answer(200, b"<html>").json() is None


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_inside_the_house_are_not_reached(production, address):
    assert may_be_reached(address) is False


@pytest.mark.parametrize("address", ["203.119.206.1", "8.8.8.8", "2400:3200::1"])
def test_addresses_of_the_internet_are_reached(production, address):
    assert may_be_reached(address) is True


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]", "10.0.0.1", "2130706433", "0x7f.1"])
def test_nothing_is_sent_inside_the_house(production, name):
    with pytest.raises(NotSent, match=r"private network|is not known"):
        post_json(f"https://{name}/hook", {})


def test_a_company_may_allow_its_own_gateway(production, settings):
    settings.WEBHOOKS_TO_PRIVATE_ADDRESSES = True
    assert may_be_reached("10.1.2.3") is True


def test_a_name_with_one_address_inside_the_house_is_refused(production, monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)
    with pytest.raises(NotSent, match="private network"):
        post_json("https://rebound.example/hook", {})


def test_nobody_listening_is_said():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(NotSent, match="ConnectionRefusedError"):
        post_json(f"http://127.0.0.1:{port}/", {})


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://oapi.dingtalk.com/robot/send?access_token=1", ""),
        ("http://oapi.dingtalk.com/robot/send", "The address must begin with https://."),
        ("http://localhost/x", "The address must begin with https://."),
        ("ftp://example.com/", "The address must begin with https://."),
        ("javascript:alert(1)", "This is no web address."),
        ("https://", "This is no web address."),
        ("https://exa mple.com/", "This is no web address."),
        ("https://example.com/\r\nHost: x", "This is no web address."),
        ("https://example.com:99999/", "This is no web address."),
        ("https://me:pass@example.com/", "The address must not carry a name or a password."),
    ],
)
def test_what_is_no_address_to_send_to_is_refused_at_once(production, url, reason):
    assert refusal_of(url) == reason


def test_plain_http_is_for_development_on_this_machine():
    assert refusal_of("http://localhost:8000/") == ""
    assert refusal_of("http://192.168.0.2/") == "The address must begin with https://."
