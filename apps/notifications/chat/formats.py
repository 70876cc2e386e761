"""What the custom bots of DingTalk, Feishu and WeCom take, and how they answer.

DingTalk  open.dingtalk.com, custom robot: `{"msgtype": "text", "text": {"content"}}`; with a secret the address carries
          `timestamp` (milliseconds) and `sign`: base64 of HMAC-SHA256, key = secret, text = timestamp, newline, secret.
Feishu    open.feishu.cn, add-custom-bot: `{"msg_type": "text", "content": {"text"}}`; with a secret the body carries
          `timestamp` (seconds) and `sign`: base64 of HMAC-SHA256, key = timestamp, newline, secret; no text.
WeCom     developer.work.weixin.qq.com, group robot: `{"msgtype": "text", "text": {"content"}}`, at most 2,048 bytes;
          the key in the address is all there is.
All answer 200 also when they refuse; the number in the body says which.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from apps.core.outgoing import Answer
from apps.notifications.models import ChatChannel

Format = ChatChannel.Format
#: WeCom's limit, with some room; the others take ten times as much
MOST_BYTES = 2000
_CODES = ("errcode", "code", "StatusCode")


@dataclass(frozen=True)
class Request:
    """Where to send what."""

    url: str
    body: dict[str, Any]


def request_for(channel: ChatChannel, text: str, *, now: datetime) -> Request:
    """The request that makes this channel's bot say the text."""
    if channel.format == Format.FEISHU:
        body = {"msg_type": "text", "content": {"text": text}}
        return Request(channel.url, {**_feishu_sign(channel.secret, now), **body})
    body = {"msgtype": "text", "text": {"content": text}}
    if channel.format == Format.DINGTALK and channel.secret:
        return Request(_dingtalk_url(channel.url, channel.secret, now), body)
    return Request(channel.url, body)


def problem_of(answer: Answer) -> str:
    """Why the chat program did not take the message, in its own words; empty where it did."""
    said = answer.json()
    if answer.status == 200 and isinstance(said, dict):
        codes = [said[name] for name in _CODES if name in said]
        if codes and not any(codes):
            return ""
        return f"{said.get('errcode', said.get('code', ''))} {said.get('errmsg', said.get('msg', ''))}".strip() or "?"
    return f"HTTP {answer.status} {answer.body[:200].decode(errors='replace')}".strip()


def _dingtalk_url(url: str, secret: str, now: datetime) -> str:
    timestamp = str(int(now.timestamp() * 1000))
    sign = _hmac(key=secret, text=f"{timestamp}\n{secret}")
    parts = urlsplit(url)
    query = [*parse_qsl(parts.query), ("timestamp", timestamp), ("sign", sign)]
    return urlunsplit(parts._replace(query=urlencode(query)))


def _feishu_sign(secret: str, now: datetime) -> dict[str, str]:
    if not secret:
        return {}
    timestamp = str(int(now.timestamp()))
    return {"timestamp": timestamp, "sign": _hmac(key=f"{timestamp}\n{secret}", text="")}


def _hmac(*, key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()
