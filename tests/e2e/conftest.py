"""One company, one server and one browser for all tests of this folder; each person sits in a window of their own.

The company is built once and shared; each test brings a team of its own, so that no test meets another's papers.
Every window watches itself: an error in the console, an exception in a script, a violation of the content security
policy or an answer of 500 and more fails the test.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core import mail
from django.core.management import call_command
from django.db import connection, connections
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from apps.org.models import User
from tests.e2e.company import Company, Team

DESKTOP, PHONE = 1440, 390
HEIGHT = {DESKTOP: 900, PHONE: 844}
expect.set_options(timeout=20_000)


def pytest_collection_finish(session: pytest.Session) -> None:
    """SQLite in memory has one connection, which a server with threads cannot share; a file can be shared."""
    alone = session.items and all(item.get_closest_marker("e2e") for item in session.items)
    if connection.vendor == "sqlite" and alone:
        connection.settings_dict["TEST"]["NAME"] = str(Path(settings.PRIVATE_ROOT).with_suffix(".e2e.sqlite3"))


@pytest.fixture(scope="package")
def browser(browser_type_launch_args) -> Iterator[Browser]:
    """The browser of this folder. It ends with it, because its event loop changes where Django keeps connections."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(**browser_type_launch_args)
        yield launched
        launched.close()
        connections.close_all()


@pytest.fixture(scope="package")
def transactional_db(browser, django_db_setup, django_db_blocker) -> Iterator[None]:
    """One database for all tests of this folder, in place of one per test; emptied afterwards."""
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite" and connection.is_in_memory_db():
            pytest.fail("On SQLite browser tests run by themselves: pytest tests/e2e")
        yield
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(scope="package")
def company(transactional_db) -> Company:
    """The company of all browser tests."""
    return Company.build()


@pytest.fixture(scope="package")
def site(company) -> Iterator[str]:
    """The address of the running site."""
    server = LiveServer("127.0.0.1")
    yield server.url
    server.stop()


@pytest.fixture
def team(company) -> Team:
    """A department of one's own: `staff`, `colleague` and their `head`."""
    mail.outbox = []
    return company.new_team()


@pytest.fixture
def sales(company) -> Team:
    """A department of Business of one's own: `staff`, `colleague` and their manager, the `head`."""
    mail.outbox = []
    return company.new_team(staff="business_staff", head="business_manager")


class Window:
    """A browser window and what went wrong in it."""

    def __init__(self, page: Page, expected: tuple[int, ...]):
        self.page = page
        self.expected = expected
        self.problems: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.problems.append(f"{page.url}: {error}"))
        page.on("response", self._answered)

    def _heard(self, message) -> None:
        if message.type != "error":
            return
        status = re.search(r"status of (\d+)", message.text)
        if not (status and int(status[1]) in self.expected):
            self.problems.append(f"{self.page.url}: {message.text}")

    def _answered(self, response) -> None:
        if response.status >= 500:
            self.problems.append(f"{response.url}: {response.status}")


@pytest.fixture
def window(browser: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """callable(person, width=…, expects=(422,)) → a page in a fresh window, signed in as this person (or as nobody)."""
    windows: list[Window] = []

    def opened(person: User | None = None, *, width: int = DESKTOP, expects: tuple[int, ...] = (), **options) -> Page:
        context = browser.new_context(
            base_url=site,
            viewport={"width": width, "height": HEIGHT[width]},
            locale="en-US",
            timezone_id="Asia/Shanghai",
            **options,
        )
        context.set_default_timeout(20_000)
        if person is not None:
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": _session_of(person), "url": site}])
        page = context.new_page()
        windows.append(Window(page, expects))
        return page

    yield opened
    for each in windows:
        each.page.context.close()
    assert [problem for each in windows for problem in each.problems] == []


def _session_of(person: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "apps.org.accounts.backends.RolesBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return session.session_key
