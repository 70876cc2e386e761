"""The rights of a person: those of their roles and those given to them alone, in one query."""

import pytest
from django.contrib.auth.models import AnonymousUser, Permission

from apps.org.models import Role, User

OF_ROLE, OWN, NEITHER = "org.view_user", "org.add_user", "org.delete_user"


def right(name):
    app, codename = name.split(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)


@pytest.fixture
def person(db):
    someone = User.objects.create(username="lin", name="Lin", email="lin@example.com")
    role = Role.objects.create(name="Readers", code="readers")
    role.permissions.add(right(OF_ROLE))
    someone.groups.add(role, Role.objects.create(name="Nobodies", code="nobodies"))
    someone.user_permissions.add(right(OWN), right(OF_ROLE))
    return User.objects.get(pk=someone.pk)


def test_rights_of_roles_and_of_the_person_alone_in_one_query(person, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert [person.has_perm(name) for name in (OF_ROLE, OWN, NEITHER)] == [True, True, False]
    assert person.get_all_permissions() == {OF_ROLE, OWN}


def test_whoever_has_left_has_no_rights(person):
    person.is_active = False
    assert person.get_all_permissions() == set()
    assert person.has_perm(OWN) is False


def test_superusers_have_every_right_and_strangers_none(person):
    person.is_superuser = True
    assert {OF_ROLE, OWN, NEITHER} <= person.get_all_permissions()
    assert AnonymousUser().get_all_permissions() == set()
