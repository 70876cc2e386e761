import pytest

from tests.approvals.paper import Paper
from tests.factories.cast import cast


@pytest.fixture
def people(db):
    return cast()


@pytest.fixture
def paper(people):
    """Alice's paper over 100.00, not handed in yet."""
    return Paper(people.alice, people.business, amount="100.00")
