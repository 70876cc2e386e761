"""Sessions, passwords and preferences of one person."""

from importlib import import_module

from axes.helpers import get_client_ip_address
from axes.utils import reset as reset_failures
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from apps.org.models import User, UserSession

SEEN_EVERY_SECONDS = 300
SEEN = "seen_at"
CHOSEN_LANGUAGE = "chosen_language"


def open_session(*, request: HttpRequest, user: User) -> None:
    """Note the device somebody has just signed in on, and the language chosen on the sign-in page."""
    chosen = request.session.pop(CHOSEN_LANGUAGE, "")
    if chosen:
        save_preferences(user=user, language=chosen)
    _remember(request, user)


def _remember(request: HttpRequest, user: User) -> None:
    now = timezone.now()
    request.session[SEEN] = now.timestamp()
    UserSession.objects.update_or_create(
        session_key=request.session.session_key,
        defaults={
            "user": user,
            "ip": get_client_ip_address(request) or None,
            "user_agent": request.headers.get("User-Agent", "")[:300],
            "last_seen": now,
        },
    )


def touch_session(request: HttpRequest) -> None:
    """Move “last seen” of this session on, at most once in five minutes; a session nobody listed stays unlisted."""
    seen = request.session.get(SEEN)
    now = timezone.now()
    if seen is not None and now.timestamp() - seen >= SEEN_EVERY_SECONDS:
        request.session[SEEN] = now.timestamp()
        UserSession.objects.filter(session_key=request.session.session_key).update(last_seen=now)


def close_session(*, request: HttpRequest) -> None:
    """Forget the device; called just before its session is ended."""
    UserSession.objects.filter(session_key=request.session.session_key).delete()


def open_sessions(*, user: User) -> list[UserSession]:
    """The devices this person is signed in on, the latest first; rows of sessions that have ended are cleared away."""
    rows = list(user.sessions.all())
    found = Session.objects.filter(session_key__in=[row.session_key for row in rows], expire_date__gt=timezone.now())
    alive = set(found.values_list("session_key", flat=True))
    user.sessions.exclude(session_key__in=alive).delete()
    return [row for row in rows if row.session_key in alive]


@transaction.atomic
def end_sessions(*, user: User, session: UserSession | None = None, keep: str | None = None) -> int:
    """Sign this person out on one device, or on all of them except the session with the key `keep`."""
    rows = user.sessions.all()
    if session is not None:
        rows = rows.filter(pk=session.pk)
    if keep is not None:
        rows = rows.exclude(session_key=keep)
    store = import_module(settings.SESSION_ENGINE).SessionStore
    keys = list(rows.values_list("session_key", flat=True))
    for key in keys:
        store(session_key=key).delete()
    rows.delete()
    return len(keys)


@transaction.atomic
def change_password(*, user: User, password: str, request: HttpRequest | None = None) -> None:
    """Set a new password. Every other device is signed out; the one it was changed on stays."""
    user.set_password(password)
    User.objects.filter(pk=user.pk).update(password=user.password)
    reset_failures(username=user.username)
    if request is None:
        end_sessions(user=user)
        return
    end_sessions(user=user, keep=request.session.session_key)
    close_session(request=request)
    update_session_auth_hash(request, user)
    _remember(request, user)


def save_preferences(*, user: User, language: str = "", theme: str = "") -> None:
    """Remember language and appearance. A taste, not a business record: it leaves no row in the history."""
    changes = {}
    if language in dict(settings.LANGUAGES):
        changes["language"] = language
    if theme in User.Theme.values:
        changes["theme"] = theme
    if changes:
        User.objects.filter(pk=user.pk).update(**changes)
        for name, value in changes.items():
            setattr(user, name, value)
