"""What every test shares.

Tests marked `postgres` run where the database is PostgreSQL; tests marked `e2e` where a browser is asked for: by path,
by `-m e2e` or by REQUIRE_BROWSER=1. Elsewhere both are left out. Continuous integration sets REQUIRE_POSTGRES=1 and
REQUIRE_BROWSER=1, which turn an absence into a failure.
"""

import os
import shutil
import subprocess
import sys
from functools import partial, wraps

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management.commands import flush
from django.db import connection, connections, transaction
from django.utils import translation

from apps.approvals import triggers
from apps.core import catalogues
from tests import tables

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def find_browser() -> str | None:
    return os.environ.get("BROWSER_PATH") or next((found for name in BROWSERS if (found := shutil.which(name))), None)


def pytest_configure(config):
    catalogues.compile_all(settings.BASE_DIR)
    if os.environ.get("REQUIRE_POSTGRES") == "1" and connection.vendor != "postgresql":
        raise pytest.UsageError("REQUIRE_POSTGRES is set, but DATABASE_URL does not name a PostgreSQL database.")
    if _browser_tests_wanted(config):
        # The browser's driver keeps an event loop in the thread of the test, where Django would refuse the database.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        if find_browser() is None:
            raise pytest.UsageError(f"Browser tests are asked for, but none of {', '.join(BROWSERS)} is installed.")


def pytest_unconfigure(config):
    shutil.rmtree(settings.PRIVATE_ROOT, ignore_errors=True)


def _browser_tests_wanted(config) -> bool:
    named = any("tests/e2e" in argument for argument in config.invocation_params.args)
    return os.environ.get("REQUIRE_BROWSER") == "1" or "e2e" in config.option.markexpr or named


def pytest_collection_modifyitems(config, items):
    left_out = []
    if connection.vendor != "postgresql":
        left_out += [item for item in items if item.get_closest_marker("postgres")]
    if not _browser_tests_wanted(config):
        left_out += [item for item in items if item.get_closest_marker("e2e")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _with_room(function, *args, **kwargs):
    return function(*args, **kwargs)


# Above a frame as large as this, all further calls find room in one piece of memory. Otherwise a page, whose templates
# nest deep, goes back and forth over the end of a small piece, which is asked for and given back each time: that took a
# tenth of the time of the suite.
_with_room.__code__ = _with_room.__code__.replace(co_stacksize=2**16)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    pyfuncitem.obj = partial(_with_room, pyfuncitem.obj)


@pytest.fixture(autouse=True)
def plain_surroundings():
    """Each test begins in English and with an empty cache, whatever the one before it left behind."""
    cache.clear()
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def django_db_use_migrations() -> bool:
    """PostgreSQL goes through the migrations, as does `prepare` on SQLite; other tests start from the models.

    That the two agree is asked by `makemigrations --check`.
    """
    return connection.vendor == "postgresql"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_use_migrations, django_db_blocker):
    """The tables, and what only migrations would leave beside them."""
    if django_db_use_migrations:
        return
    settings.MIGRATION_MODULES = {}
    with django_db_blocker.unblock():
        tables.complete()


@pytest.fixture(scope="module")
def module_db(django_db_setup, django_db_blocker):
    """Fixtures that write rows once for all tests of a module ask for this; the rows are gone behind its last test.

    A test asks for `db` as ever, and what it changes is undone as ever. None of the module may be transactional.
    """
    with django_db_blocker.unblock(), translation.override("en"), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="session", autouse=True)
def event_log_can_be_emptied():
    """Transactional tests empty every table; the event log refuses that, so its triggers step aside for the moment."""
    flush_tables = flush.Command.handle

    @wraps(flush_tables)
    def flush_without_triggers(command, **options):
        database = connections[options["database"]]
        triggers.remove(database)
        try:
            return flush_tables(command, **options)
        finally:
            triggers.install(database)

    flush.Command.handle = flush_without_triggers
    yield
    flush.Command.handle = flush_tables


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory):
    """An SQLite file with every table and no rows of ours, to be copied by tests that start processes of their own."""
    folder = tmp_path_factory.mktemp("empty")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "DATABASE", "DJANGO"))}
    command = [sys.executable, "-m", "tests.tables"]
    subprocess.run(
        command, cwd=settings.BASE_DIR, env={**kept, "VAR_DIR": str(folder), "SECRET_KEY": "test"}, check=True
    )
    return folder / "agencyops.sqlite3"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The system's own browser, quiet and without a sandbox, which it does not get inside a container."""
    quiet = ["disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update"]
    return {
        **browser_type_launch_args,
        "executable_path": find_browser(),
        "args": ["--no-sandbox", "--disable-sync", *(f"--{switch}" for switch in quiet)],
    }
