"""People and departments for tests; unsurprising, in English, active."""

import datetime as dt
from collections.abc import Iterable
from functools import cache

import factory
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Permission

from apps.org.models import CalendarDay, Company, Department, JobGrade, Position, Role, User

PASSWORD = "agency-demo"


class JobGradeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = JobGrade
        django_get_or_create = ["code"]

    code = factory.Sequence(lambda n: f"G{n}")
    name = factory.LazyAttribute(lambda grade: f"Grade {grade.code}")
    level = 1


class PositionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Position
        django_get_or_create = ["code"]

    code = factory.Sequence(lambda n: f"P{n}")
    name = factory.LazyAttribute(lambda position: f"Position {position.code}")


class DepartmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Department
        django_get_or_create = ["code"]

    code = factory.Sequence(lambda n: f"D{n}")
    name = factory.LazyAttribute(lambda department: f"Department {department.code}")


class RoleFactory(factory.django.DjangoModelFactory):
    """`RoleFactory(code="cashier", permissions=["org.view_user"])`."""

    class Meta:
        model = Role
        django_get_or_create = ["code"]
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"role-{n}")
    name = factory.LazyAttribute(lambda role: f"Role {role.code}")

    @factory.post_generation
    def permissions(self, create, extracted, **kwargs):
        if create and extracted:
            grant(self, extracted)


@cache
def hashed_password() -> str:
    return make_password(PASSWORD)


class UserFactory(factory.django.DjangoModelFactory):
    """`UserFactory(roles=["cashier"])` is a cashier; the password is `PASSWORD`."""

    class Meta:
        model = User
        django_get_or_create = ["username"]
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    name = factory.LazyAttribute(lambda user: user.username.capitalize())
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.com")
    password = factory.LazyFunction(hashed_password)

    @factory.post_generation
    def roles(self, create, extracted, **kwargs):
        if create and extracted:
            self.groups.set([RoleFactory(code=role) if isinstance(role, str) else role for role in extracted])


def store_users(users: Iterable[User], *, managers: dict[str, User], roles: dict[str, Role]) -> None:
    """Store people built without the database, all at once and without a history; both dicts by username."""
    users = User.objects.bulk_create(users)
    for user in users:
        user.manager = managers.get(user.username)
    User.objects.bulk_update([user for user in users if user.manager], ["manager"])
    enter((user, roles[user.username]) for user in users if user.username in roles)


def enter(members: Iterable[tuple[User, Role]]) -> None:
    """Put people into roles they may already have, all at once and without a history."""
    member = User.groups.through
    rows = (member(user=user, group_id=role.pk) for user, role in members)
    member.objects.bulk_create(rows, ignore_conflicts=True)


class CompanyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Company
        django_get_or_create = ["pk"]

    pk = 1
    name = "测试代理有限公司"
    name_en = "Test Agency Co., Ltd."


def grant(role: Role, labels: Iterable[str]) -> None:
    """Let a role hold exactly these permissions, without a history."""
    held = Role.permissions.through
    held.objects.filter(group=role.pk).delete()
    held.objects.bulk_create(held(group_id=role.pk, permission=given) for given in permissions_called(labels))


def permissions_called(labels: Iterable[str]) -> list[Permission]:
    """The permissions `app_label.codename`; each has to exist."""
    labels = set(labels)
    codenames = {label.partition(".")[2] for label in labels}
    known = Permission.objects.filter(codename__in=codenames).select_related("content_type")
    found = {f"{permission.content_type.app_label}.{permission.codename}": permission for permission in known}
    return [found[label] for label in sorted(labels)]


def permission_called(label: str) -> Permission:
    """The permission `app_label.codename`."""
    app_label, codename = label.split(".")
    return Permission.objects.get(content_type__app_label=app_label, codename=codename)


class CalendarDayFactory(factory.django.DjangoModelFactory):
    """A holiday."""

    class Meta:
        model = CalendarDay

    day = factory.Sequence(lambda n: dt.date(2030, 1, 1) + dt.timedelta(days=n))
    name = factory.Sequence(lambda n: f"Holiday {n}")
