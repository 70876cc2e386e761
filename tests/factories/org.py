"""People and departments for tests; unsurprising, in English, active."""

import factory
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Permission

from apps.org.models import Company, Department, JobGrade, Position, Role, User

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
            self.permissions.set([permission_called(label) for label in extracted])


class UserFactory(factory.django.DjangoModelFactory):
    """`UserFactory(roles=["cashier"])` is a cashier; the password is `PASSWORD`."""

    class Meta:
        model = User
        django_get_or_create = ["username"]
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    name = factory.LazyAttribute(lambda user: user.username.capitalize())
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.com")
    password = factory.LazyFunction(lambda: make_password(PASSWORD))

    @factory.post_generation
    def roles(self, create, extracted, **kwargs):
        if create and extracted:
            self.groups.set([RoleFactory(code=role) if isinstance(role, str) else role for role in extracted])


class CompanyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Company
        django_get_or_create = ["pk"]

    pk = 1
    name = "测试代理有限公司"
    name_en = "Test Agency Co., Ltd."


def permission_called(label: str):
    """The permission `app_label.codename`."""
    app_label, codename = label.split(".")
    return Permission.objects.get(content_type__app_label=app_label, codename=codename)
