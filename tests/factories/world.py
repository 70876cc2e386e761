"""Rows that are written once and stay for all tests of a file.

    @pytest.fixture(scope="module")
    def built(django_db_setup, django_db_blocker):
        yield from lasting(build, django_db_blocker)

    @pytest.fixture
    def cast(built, db):
        return deepcopy(built)

What a test changes is undone after it, as everywhere; its copy keeps what it does to the objects from the next one.
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

from django.db import transaction
from django.utils import translation

Built = TypeVar("Built")


def lasting(build: Callable[[], Built], blocker) -> Iterator[Built]:
    """What `build` writes, in English as in every test, until the last test of the file has run."""
    with blocker.unblock(), transaction.atomic():
        with translation.override("en"):
            built = build()
        yield built
        transaction.set_rollback(True)
