"""The cast of tests/factories/cast.py with the roles a new company gives in client service and risk.

alice and tom work in Business, bob heads it, fay and finn review for Finance, dora directs it, erin is management, rita
audits, sam keeps the client files; olga has no role here.
"""

import pytest

from apps.core import registry
from apps.risk.setup import set_up
from tests.factories import credit
from tests.factories.cast import cast as build_cast
from tests.factories.org import CompanyFactory, RoleFactory, enter

WHO = {
    "business_staff": ("alice", "tom"),
    "business_manager": ("bob",),
    "service_staff": ("sam",),
    "finance_reviewer": ("fay", "finn"),
    "finance_director": ("dora",),
    "executive": ("erin",),
    "auditor": ("rita",),
}


def build():
    """Everybody, with the permissions that all apps together give to a role of a new company."""
    people = build_cast()
    CompanyFactory()
    for code, names in WHO.items():
        role = RoleFactory(code=code, permissions=sorted(registry.role_permissions[code]))
        enter((people.people[name], role) for name in names)
    return people


@pytest.fixture
def cast(db):
    return build()


@pytest.fixture
def company(cast):
    """The cast, with the route of a new company and the small scoring model of the factories."""
    credit.scoring_model()
    set_up()
    return cast


@pytest.fixture
def as_(client, cast):
    """`as_("alice")` is the test client with alice signed in."""

    def sign_in(name):
        client.force_login(cast.people[name])
        return client

    return sign_in
