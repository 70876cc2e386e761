"""Django's admin over the organisation: it opens for administrators and breaks none of the rules of the back office."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from apps.org.models import Company, Department, JobGrade, Position, Role, User, UserSession
from tests.factories.org import UserFactory
from tests.org.conftest import person, signed_in

pytestmark = pytest.mark.django_db

MODELS = [Company, Department, JobGrade, Position, Role, User, UserSession]


def url(model, page, *args):
    return reverse(f"admin:org_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def root_client(house):
    return signed_in(UserFactory(username="root", is_staff=True, is_superuser=True, language="en"))


@pytest.fixture
def staff_client(house):
    """An administrator by role who may use the admin and is no superuser."""
    return signed_in(person("technician", "sysadmin", is_staff=True))


@pytest.mark.parametrize("model", MODELS)
def test_every_page_opens(root_client, model):
    assert root_client.get(url(model, "changelist"), {"q": "x"}).status_code == 200
    addable = model not in (Company, UserSession)
    assert root_client.get(url(model, "add")).status_code == (200 if addable else 403)
    record = model.objects.first()
    if record is not None:
        assert root_client.get(url(model, "change", record.pk)).status_code == 200
        assert root_client.get(url(model, "delete", record.pk)).status_code == 403
        history = root_client.get(url(model, "history", record.pk))
        assert history.status_code == (302 if model is User else 200)


def test_its_door_is_ours(outsider_client):
    answer = Client().get(reverse("admin:index"), follow=True)
    assert answer.redirect_chain[-1][0] == f"{reverse('org:sign-in')}?next={reverse('admin:index')}"
    assert outsider_client.get(reverse("admin:index"), follow=True).status_code == 403


def test_groups_are_kept_as_roles_only():
    assert not admin.site.is_registered(Group)


def test_only_superusers_give_rights(staff_client, root_client):
    user = UserFactory()
    data = {"username": user.username, "name": "New", "email": user.email, "theme": "auto", "change_reason": "typo"}
    more = {"is_superuser": "on", "is_staff": "on", "groups": [Role.objects.get(code="sysadmin").pk]}
    assert staff_client.post(url(User, "change", user.pk), {**data, **more}).status_code == 302
    user = User.objects.get(pk=user.pk)
    assert (user.name, user.is_superuser, user.is_staff, user.role_codes) == ("New", False, False, frozenset())
    assert user.history.latest().history_change_reason == "typo"
    assert root_client.post(url(User, "change", user.pk), {**data, **more}).status_code == 302
    assert User.objects.get(pk=user.pk).role_codes == {"sysadmin"}


def test_a_superusers_account_is_closed_to_others(staff_client):
    root = UserFactory(is_superuser=True, is_staff=True)
    password = reverse("admin:auth_user_password_change", args=[root.pk])
    assert staff_client.post(url(User, "change", root.pk), {"username": "x"}).status_code == 403
    assert staff_client.get(password).status_code == 403


def test_bank_accounts_are_hidden_from_those_who_may_not_see_them(staff_client, root_client):
    user = UserFactory(bank_account="6222000011112222")
    assert "6222000011112222" not in staff_client.get(url(User, "change", user.pk)).text
    assert "6222000011112222" in root_client.get(url(User, "change", user.pk)).text
    row = user.history.get()
    answer = staff_client.get(reverse("admin:org_user_simple_history", args=[user.pk, row.pk]))
    assert answer.url == reverse("org:employee-history", args=[user.pk])


def test_an_old_version_is_for_reading(root_client):
    grade = JobGrade.objects.first()
    old = reverse("admin:org_jobgrade_simple_history", args=[grade.pk, grade.history.first().pk])
    assert root_client.get(old).status_code == 200
    assert root_client.post(old, {"name": "reverted"}).status_code == 403


def test_the_code_of_a_role_stays(root_client):
    role = Role.objects.get(code="cashier")
    root_client.post(url(Role, "change", role.pk), {"name": "Cash", "code": "other", "permissions": []})
    role = Role.objects.get(pk=role.pk)
    assert (role.name, role.code, role.permissions.count()) == ("Cash", "cashier", 0)


def test_departments_keep_the_rules_of_the_tree(root_client):
    top = Department.objects.get(code="MGT")
    below = Department.objects.get(code="HR")
    page = root_client.post(
        url(Department, "change", top.pk), {"code": "MGT", "name": "X", "order": 0, "parent": below.pk}
    )
    assert page.context["adminform"].form.errors["parent"] == [
        "A department cannot belong to itself or to a department below it."
    ]
