"""How often somebody who is not signed in may try check codes: a code can't be guessed, but trying costs work."""

from axes.helpers import get_client_ip_address
from django.core.cache import cache
from django.http import HttpRequest

#: unknown codes from one address, and for how many seconds they count
MOST = 20
SECONDS = 15 * 60


def may_try(request: HttpRequest) -> bool:
    """Whether this address has not tried too many unknown codes in the last quarter of an hour."""
    return request.user.is_authenticated or cache.get(_key(request), 0) < MOST


def note_unknown(request: HttpRequest) -> None:
    """Count one more unknown code. Each process counts for itself; that is near enough."""
    if not request.user.is_authenticated:
        cache.add(_key(request), 0, SECONDS)
        cache.incr(_key(request))


def _key(request: HttpRequest) -> str:
    """The address as sign-in sees it."""
    return f"unknown-check-codes-{get_client_ip_address(request)}"
