"""The cast: an outsider without rights, an HR officer, a system administrator, an auditor."""

import pytest
from django.test import Client

from apps.org.models import Role, User
from apps.org.setup import set_up
from tests.factories.org import UserFactory


@pytest.fixture(scope="module")
def new_company(module_db):
    set_up()


@pytest.fixture
def house(new_company, db):
    """A company as `setup_company` leaves it."""


def person(username: str, *codes: str, **values) -> User:
    user = UserFactory(username=username, language="en", **values)
    user.groups.set(Role.objects.filter(code__in=codes))
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def outsider(house):
    return person("outsider", "staff")


@pytest.fixture
def hr(house):
    return person("hr", "hr_officer")


@pytest.fixture
def sysadmin(house):
    return person("admin", "sysadmin")


@pytest.fixture
def auditor(house):
    return person("auditor", "auditor")


@pytest.fixture
def hr_client(hr):
    return signed_in(hr)


@pytest.fixture
def admin_client(sysadmin):
    return signed_in(sysadmin)


@pytest.fixture
def outsider_client(outsider):
    return signed_in(outsider)


@pytest.fixture
def auditor_client(auditor):
    return signed_in(auditor)
