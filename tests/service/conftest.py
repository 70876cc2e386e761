"""The cast of tests/factories/cast.py with the roles a new company gives in client service.

alice and tom work for clients (Business and its Team), bob heads Business, sam keeps the files (Client Service), erin
is management, rita audits; olga has no role here.
"""

import pytest

from apps.service.roles import ROLES
from tests.factories.cast import cast as build_cast
from tests.factories.org import CompanyFactory, RoleFactory

WHO = {
    "business_staff": ("alice", "tom"),
    "business_manager": ("bob",),
    "service_staff": ("sam",),
    "executive": ("erin",),
    "auditor": ("rita",),
}


def build():
    people = build_cast()
    CompanyFactory()
    for code, names in WHO.items():
        role = RoleFactory(code=code, permissions=sorted(ROLES[code]))
        for name in names:
            people.people[name].groups.add(role)
    return people


@pytest.fixture
def cast(db):
    return build()


@pytest.fixture
def as_(client, cast):
    """`as_("alice")` is the test client with alice signed in."""

    def sign_in(name):
        client.force_login(cast.people[name])
        return client

    return sign_in
