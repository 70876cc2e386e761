"""Employees: list, record, privacy, leavers."""

import pytest
from django.test import Client
from django.urls import reverse

from apps.core import clock, registry
from apps.core.errors import Forbidden
from apps.org import services
from apps.org.history import history_of
from apps.org.models import Department, Role, User, UserSession
from tests.factories.org import PASSWORD, UserFactory
from tests.org.conftest import person, signed_in

pytestmark = pytest.mark.django_db

LIST = reverse("org:employee-list")
LIST_QUERIES = 11


def employee_data(employee: User, **changes) -> dict:
    return {
        "name": employee.name,
        "username": employee.username,
        "employee_no": employee.employee_no or "",
        "email": employee.email,
        "phone": employee.phone,
        "department": employee.department_id or "",
        "position": "",
        "grade": "",
        "manager": employee.manager_id or "",
        "status": employee.status,
        "hire_date": "",
        "bank_name": employee.bank_name,
        "bank_account": employee.bank_account,
        "version": employee.updated_at.isoformat(),
        "change_reason": "",
        **changes,
    }


# ---- list ----


def test_the_list_is_filtered_by_place_status_role_and_words(hr_client):
    administration, hr_team = Department.objects.get(code="ADM"), Department.objects.get(code="HR")
    a = UserFactory(name="Ann", department=administration, employee_no="E1")
    b = UserFactory(name="Bob", department=hr_team, phone="13900001111")
    c = person("carl", "cashier", name="Carl", is_active=False, status=User.Status.LEFT)

    def names(**query):
        return [row.name for row in hr_client.get(LIST, query).context["page"].rows if row in (a, b, c)]

    assert names() == ["Ann", "Bob", "Carl"]
    assert names(department=administration.pk) == ["Ann", "Bob"]
    assert names(department=hr_team.pk) == ["Bob"]
    assert names(status="left") == ["Carl"]
    assert names(role=Role.objects.get(code="cashier").pk) == ["Carl"]
    assert names(q="e1") == ["Ann"]
    assert names(q="1390000") == ["Bob"]
    assert names(sort="-name") == ["Carl", "Bob", "Ann"]


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_costs_the_same_for_one_and_for_thirty(hr_client, django_assert_num_queries, count):
    department = Department.objects.get(code="BUS")
    for number in range(count):
        UserFactory(department=department, manager=UserFactory(name=f"M{number}"), employee_no=f"E{number}")
    hr_client.get(LIST)
    with django_assert_num_queries(LIST_QUERIES):
        hr_client.get(LIST)


# ---- record ----


def test_an_employee_is_created_without_roles_by_hr(hr_client, hr):
    business = Department.objects.get(code="BUS")
    new = {"name": "Wang", "username": "wang", "employee_no": "E7", "department": business.pk, "status": "probation"}
    answer = hr_client.post(
        reverse("org:employee-create"),
        {**new, "roles": [Role.objects.get(code="sysadmin").pk], "bank_account": "62 22"},
    )
    wang = User.objects.get(username="wang")
    assert answer.url == reverse("org:employee-detail", args=[wang.pk])
    assert (wang.status, wang.bank_account, wang.role_codes) == ("probation", "6222", frozenset())
    assert not wang.has_usable_password()
    assert wang.history.get().history_user == hr


def test_an_administrator_gives_roles_and_the_history_has_one_row_for_both(admin_client, sysadmin):
    user = UserFactory(name="Qian")
    roles = list(Role.objects.filter(code__in=["staff", "cashier"]).values_list("pk", flat=True))
    url = reverse("org:employee-update", args=[user.pk])
    data = employee_data(user, roles=roles, phone="139", change_reason="joins Finance")
    assert admin_client.post(url, data).url == reverse("org:employee-detail", args=[user.pk])
    assert User.objects.get(pk=user.pk).role_codes == {"staff", "cashier"}
    entries = history_of(User.objects.get(pk=user.pk), viewer=sysadmin)
    assert [(entry.who, entry.reason) for entry in entries] == [(sysadmin, "joins Finance"), (None, "")]
    assert [str(change) for change in entries[0].changes] == ["Phone: – → 139", "Role groups: – → Cashier, Staff"]


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_nobody_is_his_own_superior(hr_client, steps):
    user = UserFactory()
    manager = user
    for _step in range(steps):
        manager = UserFactory(manager=manager)
    page = hr_client.post(reverse("org:employee-update", args=[user.pk]), employee_data(user, manager=manager.pk))
    assert "manager" in page.context["form"].errors


@pytest.mark.parametrize("field", ["username", "employee_no", "email"])
def test_what_identifies_somebody_is_unique(hr_client, field):
    other = UserFactory(employee_no="E1")
    user = UserFactory(employee_no="E2")
    url = reverse("org:employee-update", args=[user.pk])
    page = hr_client.post(url, employee_data(user, **{field: getattr(other, field)}))
    assert page.status_code == 200
    assert page.context["form"].errors
    user.refresh_from_db()
    assert user.employee_no == "E2"


def test_hr_cannot_touch_an_administrator(hr_client, hr, sysadmin):
    url = reverse("org:employee-update", args=[sysadmin.pk])
    assert hr_client.get(url).status_code == 403
    assert hr_client.post(url, employee_data(sysadmin, email="hr@example.com")).status_code == 403
    sysadmin.email = "hr@example.com"
    with pytest.raises(Forbidden, match="is an administrator"):
        services.save_employee(sysadmin, by=hr)
    assert User.objects.get(pk=sysadmin.pk).email == "admin@example.com"


def test_administrators_cannot_touch_a_superuser(admin_client):
    root = UserFactory(is_superuser=True)
    assert admin_client.get(reverse("org:employee-update", args=[root.pk])).status_code == 403


def test_a_sign_in_link_is_sent_to_an_employee(hr_client, mailoutbox):
    user = UserFactory()
    hr_client.post(reverse("org:employee-send-link", args=[user.pk]))
    assert [letter.to for letter in mailoutbox] == [[user.email]]
    silent = UserFactory(email="", name="Mute")
    page = hr_client.post(reverse("org:employee-send-link", args=[silent.pk]), follow=True)
    assert [str(message) for message in page.context["messages"]][-1] == "Mute has no e-mail address."


# ---- privacy ----


def test_bank_accounts_are_masked_for_those_who_need_not_see_them(hr_client, admin_client, auditor_client):
    user = UserFactory(bank_account="6222000011112222")
    pages = [reverse(f"org:employee-{name}", args=[user.pk]) for name in ("detail", "history")]
    cashier = person("cashier2", "cashier")
    cashier.groups.add(Role.objects.get(code="auditor"))
    for page in pages:
        assert "6222000011112222" in hr_client.get(page).text
        assert "6222000011112222" in signed_in(cashier).get(page).text
        for client in (admin_client, auditor_client):
            text = client.get(page).text
            assert "6222000011112222" not in text
            assert "**** 2222" in text
    form = admin_client.get(reverse("org:employee-update", args=[user.pk])).context["form"]
    assert "bank_account" not in form.fields
    assert "6222000011112222" in signed_in(user).get(reverse("org:account")).text


def test_a_change_of_the_account_is_masked_in_the_history(auditor, hr):
    user = UserFactory(bank_account="6222000011112222")
    user.bank_account = "6222000099998888"
    services.save_employee(user, by=hr)
    assert [str(change) for change in history_of(user, viewer=auditor)[0].changes] == [
        "Bank account: **** 2222 → **** 8888"
    ]
    assert [str(change) for change in history_of(user, viewer=hr)[0].changes] == [
        "Bank account: 6222000011112222 → 6222000099998888"
    ]


def test_passwords_and_preferences_are_not_in_the_history(house):
    names = {field.name for field in User.history.model._meta.fields}
    assert names.isdisjoint({"password", "last_login", "language", "theme"})


# ---- leavers ----


@pytest.fixture
def leaver(house):
    user = person("leaver", "finance_reviewer", name="Leaver")
    Department.objects.filter(code="FIN").update(head=user)
    return user


@pytest.fixture
def calls(monkeypatch):
    """A higher app's part of the hand-over."""
    seen = []

    def run(*, employee, successor, by, reason):
        seen.append((employee, successor, by, reason))

    monkeypatch.setattr(registry, "handover", [registry.HandOver(run, lambda user: [f"2 open tasks of {user}"])])
    return seen


def test_a_leaver_hands_over_and_is_signed_out(hr_client, hr, leaver, calls):
    successor = UserFactory(name="Successor")
    report = UserFactory(name="Report", manager=leaver)
    device = Client()
    device.post(reverse("org:sign-in"), {"username": "leaver", "password": PASSWORD})
    url = reverse("org:employee-deactivate", args=[leaver.pk])
    page = hr_client.get(url)
    assert page.context["lines"] == ["head of Finance", "line manager of Report", "2 open tasks of Leaver"]
    refused = hr_client.post(url, {"reason": "resigned"})
    assert refused.context["form"].errors == {"successor": ["Leaver has open work; choose who takes it over."]}
    answer = hr_client.post(url, {"successor": successor.pk, "reason": "resigned"})
    assert answer.url == reverse("org:employee-detail", args=[leaver.pk])
    leaver = User.objects.get(pk=leaver.pk)
    assert (leaver.status, leaver.left_on, leaver.is_active) == ("left", clock.today(), False)
    assert leaver.groups.count() == 0
    assert calls == [(leaver, successor, hr, "resigned")]
    finance = Department.objects.get(code="FIN")
    assert finance.head == successor
    assert finance.history.latest().history_change_reason == "resigned"
    assert User.objects.get(pk=report.pk).manager == successor
    assert UserSession.objects.count() == 0
    assert device.get(reverse("org:account")).status_code == 302
    assert device.post(reverse("org:sign-in"), {"username": "leaver", "password": PASSWORD}).status_code == 200
    latest = history_of(leaver, viewer=hr)[0]
    assert (latest.who, latest.reason) == (hr, "resigned")


def test_a_successor_from_below_moves_up(hr, leaver, calls):
    boss = UserFactory()
    leaver.manager = boss
    leaver.save()
    middle = UserFactory(manager=leaver)
    successor = UserFactory(manager=middle)
    services.deactivate_employee(employee=leaver, by=hr, successor=successor, reason="retires")
    assert User.objects.get(pk=successor.pk).manager == boss
    assert User.objects.get(pk=middle.pk).manager == successor


def test_when_a_hand_over_fails_nothing_has_happened(hr, leaver, monkeypatch):
    def broken(**kwargs):
        raise services.OrgError("no")

    monkeypatch.setattr(registry, "handover", [registry.HandOver(broken)])
    with pytest.raises(services.OrgError, match="no"):
        services.deactivate_employee(employee=leaver, by=hr, successor=UserFactory(), reason="resigned")
    leaver.refresh_from_db()
    assert leaver.is_active
    assert Department.objects.get(code="FIN").head == leaver


def test_somebody_without_open_work_needs_no_successor(hr_client, monkeypatch):
    monkeypatch.setattr(registry, "handover", [])
    user = UserFactory()
    hr_client.post(reverse("org:employee-deactivate", args=[user.pk]), {"reason": "end of contract"})
    assert not User.objects.get(pk=user.pk).is_active


@pytest.mark.parametrize("case", ["self", "again", "no reason", "to oneself", "to a leaver", "administrator"])
def test_refusals_say_why(case, hr, leaver, sysadmin, calls):
    successor = UserFactory()
    arguments = {"employee": leaver, "by": hr, "successor": successor, "reason": "resigned"}
    changes, said = {
        "self": ({"employee": hr}, "You cannot deactivate yourself"),
        "again": ({"employee": UserFactory(name="Old", is_active=False)}, "Old has already left"),
        "no reason": ({"reason": "  "}, "Give a reason"),
        "to oneself": ({"successor": leaver}, "another person who works here"),
        "to a leaver": ({"successor": UserFactory(is_active=False)}, "another person who works here"),
        "administrator": ({"employee": sysadmin}, "is an administrator"),
    }[case]
    with pytest.raises(Exception, match=said):
        services.deactivate_employee(**{**arguments, **changes})
    assert User.objects.get(pk=leaver.pk).is_active
    assert calls == []


def test_oneself_gets_the_reason_instead_of_a_form(hr_client, hr):
    page = hr_client.get(reverse("org:employee-deactivate", args=[hr.pk]))
    assert "You cannot deactivate yourself; ask a colleague." in page.text
    assert "<textarea" not in page.text
    assert 'name="successor"' not in page.text


def test_somebody_who_left_can_come_back_without_roles(hr_client, hr, leaver, calls):
    services.deactivate_employee(employee=leaver, by=hr, successor=UserFactory(), reason="resigned")
    assert hr_client.get(reverse("org:employee-update", args=[leaver.pk])).status_code == 404
    url = reverse("org:employee-reactivate", args=[leaver.pk])
    assert hr_client.get(url).status_code == 200
    assert hr_client.post(url, {"reason": "came back"}).url == reverse("org:employee-detail", args=[leaver.pk])
    leaver = User.objects.get(pk=leaver.pk)
    assert (leaver.status, leaver.left_on, leaver.is_active, leaver.role_codes) == ("regular", None, True, frozenset())
    assert hr_client.get(url).status_code == 404


@pytest.mark.parametrize("name", ["detail", "deactivate", "reactivate"])
def test_outsiders_have_no_business_here(outsider_client, leaver, name):
    assert outsider_client.get(reverse(f"org:employee-{name}", args=[leaver.pk])).status_code == 403
    assert Client().get(reverse(f"org:employee-{name}", args=[leaver.pk])).status_code == 302


def test_an_auditor_reads_but_does_not_deactivate(auditor_client, leaver):
    assert auditor_client.get(reverse("org:employee-detail", args=[leaver.pk])).status_code == 200
    assert auditor_client.get(reverse("org:employee-deactivate", args=[leaver.pk])).status_code == 403
    assert auditor_client.post(reverse("org:employee-send-link", args=[leaver.pk])).status_code == 403
