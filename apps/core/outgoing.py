"""Requests of this program to other sites, to addresses that people have typed in.

Only https, no redirects, a time limit, and no address inside the house: a webhook must not become a way to reach
machines that only this server can reach. The name is resolved once, and the connection goes to the address that was
examined, so a name that answers differently the second time gains nothing. Plain http goes to this very machine alone,
in development and in tests. `WEBHOOKS_TO_PRIVATE_ADDRESSES=1` lets a company reach a gateway of its own.
"""

import http.client
import ipaddress
import json
import socket
import ssl
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

SECONDS = 8
MOST_BYTES = 64 * 1024


class NotSent(Exception):
    """The other side could not be reached, or may not be; the text says why."""


@dataclass(frozen=True)
class Answer:
    """What the other side said."""

    status: int
    body: bytes

    def json(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


def refusal_of(url: str) -> str:
    """Why an address is none to send to, as far as it can be said without looking it up; empty where it is fine."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return _("This is no web address.")
    if not parts.hostname or any(sign.isspace() or ord(sign) < 32 for sign in url):
        return _("This is no web address.")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_this_machine(parts.hostname)):
        return _("The address must begin with https://.")
    if parts.username or parts.password or port == 0:
        return _("The address must not carry a name or a password.")
    return ""


def post_json(url: str, body: dict[str, Any]) -> Answer:
    """Send JSON and answer what came back, whatever its status. Raises `NotSent`."""
    problem = refusal_of(url)
    if problem:
        raise NotSent(problem)
    parts = urlsplit(url)
    connection = _connection(parts)
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "AgencyOps", "Connection": "close"}
    try:
        connection.request("POST", path, json.dumps(body, ensure_ascii=False).encode(), headers)
        return _read(connection.getresponse())
    except (OSError, http.client.HTTPException, UnicodeError, ValueError) as error:
        raise NotSent(f"{type(error).__name__}: {error}") from error
    finally:
        connection.close()


class _Plain(http.client.HTTPConnection):
    """Goes to an address that was examined, whatever the name says by now."""

    address = ""

    def connect(self) -> None:
        self.sock = socket.create_connection((self.address, self.port), self.timeout)


class _Secure(_Plain):
    """The same with TLS; the certificate must be that of the name."""

    default_port = http.client.HTTPS_PORT

    def connect(self) -> None:
        super().connect()
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def _connection(parts: SplitResult) -> _Plain:
    kind = _Secure if parts.scheme == "https" else _Plain
    connection = kind(parts.hostname, parts.port, timeout=SECONDS)
    connection.address = _examined_address(parts.hostname, connection.port)
    return connection


def _examined_address(host: str, port: int) -> str:
    """The first address of a name; refused where any of them lies inside the house."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotSent(_("The address %(host)s is not known.") % {"host": host}) from error
    addresses = [entry[4][0] for entry in found]
    if not all(may_be_reached(address) for address in addresses):
        raise NotSent(_("%(host)s lies in a private network; sending there is not allowed.") % {"host": host})
    return addresses[0]


def may_be_reached(address: str) -> bool:
    """Whether an IP address is one of the open internet, or one that is allowed all the same."""
    if settings.WEBHOOKS_TO_PRIVATE_ADDRESSES:
        return True
    ip = ipaddress.ip_address(address.split("%")[0])
    if ip.version == 6:
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None, None))[1]
        ip = inner or ip
    if ip.is_loopback:
        return _is_development()
    return ip.is_global and not ip.is_multicast


def _is_this_machine(host: str) -> bool:
    return _is_development() and host in ("localhost", "127.0.0.1", "::1")


def _is_development() -> bool:
    return settings.DEBUG or settings.TESTING


def _read(response: http.client.HTTPResponse) -> Answer:
    """The beginning of the answer, for no longer than the time limit."""
    end, body = time.monotonic() + SECONDS, b""
    while len(body) < MOST_BYTES and time.monotonic() < end:
        part = response.read1(8192)
        if not part:
            break
        body += part
    return Answer(response.status, body)
