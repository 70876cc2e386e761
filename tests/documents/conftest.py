import pytest

from tests.factories.approvals import route, step
from tests.factories.cast import cast


@pytest.fixture
def people(db):
    return cast()


@pytest.fixture
def two_steps():
    """Head of department, then any of finance."""

    def publish(**finance):
        return route(
            "memo", [step("head", rule="department_head"), step("finance", role="finance_reviewer", **finance)]
        )

    return publish
