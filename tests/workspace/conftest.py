import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from tests.factories.approvals import route, step
from tests.factories.cast import cast


@pytest.fixture
def people(db):
    return cast()


@pytest.fixture
def two_steps(people):
    """Memos go to the head of department, then to any of finance."""
    return route("memo", [step("head", rule="department_head"), step("finance", role="finance_reviewer")])


@pytest.fixture
def open_as(client):
    """callable(person, address, **query) → the page as this person sees it."""

    def open_page(person, address, **query):
        client.force_login(person)
        return client.get(address, query)

    return open_page


@pytest.fixture
def queries_of(client):
    """callable(person, address, **query) → SQL statements of the page, when this person opens it again."""

    def count(person, address, **query):
        client.force_login(person)
        client.get(address, query)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address, query).status_code == 200
        return len(queries)

    return count


def main_text(response) -> str:
    """The words of a page between its navigation and its end, as somebody reads them."""
    page = response.content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    return re.sub(r"\s+", " ", strip_tags(main.replace("<", " <"))).strip()
