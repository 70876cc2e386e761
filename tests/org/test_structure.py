"""Departments, positions, grades, role groups, company: pages, rules, history, two people at once."""

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from apps.core import registry
from apps.org import services
from apps.org.history import history_of
from apps.org.models import Company, Department, JobGrade, Position, Role, User
from apps.org.setup import set_up
from tests.factories.org import DepartmentFactory, UserFactory
from tests.org.conftest import person

pytestmark = pytest.mark.django_db

TREE_QUERIES = 6
LISTS = ["employee-list", "department-list", "position-list", "jobgrade-list", "role-list", "calendar"]
FORMS = ["employee-create", "department-create", "position-create", "jobgrade-create", "calendar-create"]
ADMIN_ONLY = ["role-create", "company"]
IMPORTS = ["employee-import", "employee-import-template"]
VISIBLE = {"anonymous": set(), "outsider": set(), "auditor": {*LISTS, "company-history"}}
VISIBLE["hr"] = {*LISTS, *FORMS, *IMPORTS}
VISIBLE["admin"] = {*VISIBLE["hr"], *ADMIN_ONLY, "company-history"}


@pytest.mark.parametrize("name", sorted(VISIBLE["admin"]))
def test_who_opens_which_page(name, outsider_client, hr_client, admin_client, auditor_client):
    url = reverse(f"org:{name}")
    clients = {"outsider": outsider_client, "hr": hr_client, "admin": admin_client, "auditor": auditor_client}
    assert Client().get(url).url == f"{reverse('org:sign-in')}?next={url}"
    for who, client in clients.items():
        expected = 200 if name in VISIBLE[who] else 403
        if (who, name) == ("auditor", "company"):
            expected = 302  # to the history, which is there to be read
        assert client.get(url).status_code == expected, who


@pytest.mark.parametrize("model", [Department, Position, JobGrade, Role, User])
def test_who_opens_which_record(model, outsider_client, hr_client, admin_client, auditor_client):
    name = "employee" if model is User else model._meta.model_name
    record = UserFactory(username="somebody") if model is User else model.objects.first()
    history = reverse(f"org:{name}-history", args=[record.pk])
    change = reverse(f"org:{name}-update", args=[record.pk])
    assert Client().get(change).status_code == 302
    assert [c.get(history).status_code for c in (outsider_client, auditor_client, hr_client, admin_client)] == [
        403,
        200,
        200,
        200,
    ]
    assert outsider_client.get(change).status_code == 403
    assert auditor_client.get(change).url == history
    assert auditor_client.post(change).status_code == 403
    assert hr_client.get(change).status_code == (302 if model is Role else 200)
    assert admin_client.get(change).status_code == 200


def test_the_navigation_offers_only_what_opens(outsider_client, hr_client, admin_client):
    url = reverse("org:account")
    company = f'href="{reverse("org:company")}"'
    employees = f'href="{reverse("org:employee-list")}"'
    assert [employees in client.get(url).text for client in (outsider_client, hr_client, admin_client)] == [
        False,
        True,
        True,
    ]
    assert [company in client.get(url).text for client in (outsider_client, hr_client, admin_client)] == [
        False,
        False,
        True,
    ]


# ---- departments ----


def department_data(department: Department, **changes) -> dict:
    return {
        "code": department.code,
        "name": department.name,
        "name_en": department.name_en,
        "parent": department.parent_id or "",
        "head": department.head_id or "",
        "order": department.order,
        "active": "on",
        "version": department.updated_at.isoformat(),
        "change_reason": "because",
        **changes,
    }


def test_the_tree_of_a_new_company_is_that_of_the_regulation(admin_client):
    page = admin_client.get(reverse("org:department-list"))
    assert [(row["department"].name, row["depth"]) for row in page.context["rows"]] == [
        ("公司管理层", 0),
        ("业务部", 1),
        ("市场部", 1),
        ("客服部", 1),
        ("财务部", 1),
        ("行政部", 1),
        ("人力资源", 2),
    ]


def test_a_department_is_created_and_changed_with_its_history(admin_client, sysadmin):
    root = Department.objects.get(code="MGT")
    head = UserFactory(name="Lin")
    new = {"code": "LAW", "name": "法务部", "name_en": "Legal", "parent": root.pk, "order": 60, "active": "on"}
    assert admin_client.post(reverse("org:department-create"), new).url == reverse("org:department-list")
    legal = Department.objects.get(code="LAW")
    url = reverse("org:department-update", args=[legal.pk])
    answer = admin_client.post(url, department_data(legal, head=head.pk, name_en="Legal affairs"))
    assert answer.url == reverse("org:department-list")
    latest, first = history_of(Department.objects.get(pk=legal.pk), viewer=sysadmin)
    assert (latest.who, latest.reason, latest.action) == (sysadmin, "because", "Changed")
    assert [str(change) for change in latest.changes] == ["English name: Legal → Legal affairs", "Head: – → Lin"]
    assert first.action == "Created"
    page = admin_client.get(reverse("org:department-history", args=[legal.pk]))
    assert "because" in page.text
    assert '<td data-label="After">Lin</td>' in page.text


def test_a_department_code_is_unique(admin_client):
    page = admin_client.post(reverse("org:department-create"), {"code": "BUS", "name": "X", "order": 1})
    assert page.context["form"].errors == {"code": ["Department with this Code already exists."]}


@pytest.mark.parametrize("code", ["MGT", "ADM", "HR"])
def test_the_tree_has_no_circles(admin_client, code):
    root = Department.objects.get(code="MGT")
    target = Department.objects.get(code=code)
    url = reverse("org:department-update", args=[root.pk])
    page = admin_client.post(url, department_data(root, parent=target.pk))
    assert "parent" in page.context["form"].errors
    root.parent = target
    with pytest.raises(ValidationError, match="cannot belong to itself"):
        services.save_department(root, by=None)


def test_the_head_works_here(house):
    department = Department.objects.get(code="BUS")
    department.head = UserFactory(name="Gone", is_active=False)
    with pytest.raises(ValidationError, match="Gone no longer works here"):
        services.save_department(department, by=None)


def test_a_department_stays_in_use_while_people_or_departments_belong_to_it(admin_client):
    administration, market = Department.objects.get(code="ADM"), Department.objects.get(code="MKT")
    worker = UserFactory(department=market)
    for department, said in ((administration, "Departments in use"), (market, "People work")):
        data = department_data(department)
        del data["active"]
        page = admin_client.post(reverse("org:department-update", args=[department.pk]), data)
        assert page.context["form"].errors["active"][0].startswith(said)
    worker.department = administration
    worker.save()
    data = department_data(market)
    del data["active"]
    assert admin_client.post(reverse("org:department-update", args=[market.pk]), data).status_code == 302
    shown = [row["department"].code for row in admin_client.get(reverse("org:department-list")).context["rows"]]
    assert "MKT" not in shown
    every = admin_client.get(reverse("org:department-list"), {"all": 1}).context["rows"]
    assert "MKT" in [row["department"].code for row in every]


def test_headed_by_gives_the_subtree_in_one_query(house, django_assert_num_queries):
    head = UserFactory()
    Department.objects.filter(code="ADM").update(head=head)
    wanted = sorted(Department.objects.filter(code__in=["ADM", "HR"]).values_list("pk", flat=True))
    with django_assert_num_queries(1):
        assert Department.objects.headed_by(head) == wanted
    assert Department.objects.headed_by(UserFactory()) == []


def test_ancestors_and_descendants(house):
    ids = dict(Department.objects.values_list("code", "pk"))
    tree = Department.objects.tree()
    assert tree.ancestors(ids["HR"]) == [ids["ADM"], ids["MGT"]]
    assert tree.ancestors(ids["MGT"]) == []
    assert tree.descendants(ids["ADM"]) == {ids["ADM"], ids["HR"]}
    assert tree.descendants(ids["MGT"]) == set(ids.values())


def test_a_damaged_tree_does_not_loop(house):
    root, hr = Department.objects.get(code="MGT"), Department.objects.get(code="HR")
    Department.objects.filter(pk=root.pk).update(parent=hr)
    tree = Department.objects.tree()
    assert len(tree.ancestors(hr.pk)) == 2
    assert len(tree.descendants(root.pk)) == 7


@pytest.mark.parametrize("count", [1, 30])
def test_the_tree_page_costs_the_same_for_any_number(admin_client, django_assert_num_queries, count):
    for _number in range(count):
        DepartmentFactory(head=UserFactory())
    admin_client.get(reverse("org:department-list"))
    with django_assert_num_queries(TREE_QUERIES):
        admin_client.get(reverse("org:department-list"))


# ---- two people at once ----


def test_a_stale_form_loses_nothing_and_says_what_changed(admin_client, hr):
    grade = JobGrade.objects.get(code="P1")
    url = reverse("org:jobgrade-update", args=[grade.pk])
    opened = admin_client.get(url).context["form"]["version"].value()
    other = JobGrade.objects.get(pk=grade.pk)
    other.level = 9
    services.save_record(other, by=hr, reason="faster")
    mine = {"code": "P1", "name": "助理", "name_en": "Junior", "level": 2, "active": "on", "version": opened}
    page = admin_client.post(url, mine)
    assert page.context["form"].non_field_errors() == [
        "Somebody changed this while you were editing. Your entries are kept; look at the change, then save.",
        f"{hr.name}: Level: 2 → 9",
    ]
    assert page.context["form"]["name_en"].value() == "Junior"
    grade.refresh_from_db()
    assert (grade.name_en, grade.level) == ("Assistant", 9)
    again = {**mine, "version": page.context["form"]["version"].value()}
    assert admin_client.post(url, again).status_code == 302
    grade.refresh_from_db()
    assert (grade.name_en, grade.level) == ("Junior", 2)


@pytest.mark.parametrize("version", ["", "nonsense", "2020-01-01"])
def test_a_form_without_a_sensible_version_is_stale(admin_client, version):
    grade = JobGrade.objects.get(code="P1")
    url = reverse("org:jobgrade-update", args=[grade.pk])
    page = admin_client.post(url, {"code": "P1", "name": "X", "level": 2, "active": "on", "version": version})
    assert page.context["form"].has_error("__all__", "stale")


# ---- positions and grades ----


@pytest.mark.parametrize(
    ("name", "model", "values"),
    [
        ("position", Position, {"code": "NEW", "name": "新岗位", "is_managerial": "on", "active": "on"}),
        ("jobgrade", JobGrade, {"code": "NEW", "name": "新职级", "level": 3, "active": "on"}),
    ],
)
def test_positions_and_grades_are_kept_in_pages(hr_client, hr, name, model, values):
    assert hr_client.post(reverse(f"org:{name}-create"), values).url == reverse(f"org:{name}-list")
    record = model.objects.get(code="NEW")
    assert record.history.get().history_user == hr
    found = hr_client.get(reverse(f"org:{name}-list"), {"q": "NEW"})
    assert [row.code for row in found.context["page"].rows] == ["NEW"]


# ---- role groups ----


def role_data(role: Role, permissions: list[str], **changes) -> dict:
    return {
        "name": role.name,
        "name_en": role.name_en,
        "description": role.description,
        "permissions": list(Permission.objects.filter(codename__in=permissions).values_list("pk", flat=True)),
        "version": role.updated_at.isoformat(),
        "change_reason": "audit finding",
        **changes,
    }


def test_permissions_of_a_role_are_shown_in_words_and_changed_with_a_reason(admin_client, sysadmin):
    role = Role.objects.get(code="hr_officer")
    page = admin_client.get(reverse("org:role-detail", args=[role.pk]))
    assert "Employees: Can see the bank accounts of employees" in page.context["permissions_given"]
    assert "Employees: See" in page.context["permissions_given"]
    url = reverse("org:role-update", args=[role.pk])
    refused = admin_client.post(url, role_data(role, ["view_user"], change_reason=""))
    assert refused.context["form"].errors == {"change_reason": ["This field is required."]}
    assert admin_client.post(url, role_data(role, ["view_user", "add_user"])).status_code == 302
    assert list(role.permissions.order_by("codename").values_list("codename", flat=True)) == ["add_user", "view_user"]
    latest = history_of(Role.objects.get(pk=role.pk), viewer=sysadmin)[0]
    assert (latest.who, latest.reason) == (sysadmin, "audit finding")
    [change] = latest.changes
    assert change.label == "Permissions"
    assert "Employees: Can see the bank accounts of employees" in change.old.split(", ")
    assert change.new == "–"


def test_a_role_is_created_with_permissions(admin_client):
    empty = Role(name="法务", code="legal")
    data = role_data_new(empty)
    answer = admin_client.post(reverse("org:role-create"), data)
    role = Role.objects.get(code="legal")
    assert answer.url == reverse("org:role-detail", args=[role.pk])
    assert [permission.codename for permission in role.permissions.all()] == ["view_user"]


def role_data_new(role: Role) -> dict:
    view = Permission.objects.get(codename="view_user", content_type__app_label="org")
    return {"code": role.code, "name": role.name, "permissions": [view.pk]}


def test_members_are_added_and_removed_with_history(admin_client, sysadmin):
    role = Role.objects.get(code="cashier")
    user = UserFactory(name="Qian")
    add = reverse("org:role-add-member", args=[role.pk])
    assert admin_client.post(add, {"employee": user.pk}).url == reverse("org:role-detail", args=[role.pk])
    assert User.objects.get(pk=user.pk).has_role("cashier")
    latest = history_of(user, viewer=sysadmin)[0]
    assert (latest.who, latest.reason) == (sysadmin, "added to Cashier")
    assert [str(change) for change in latest.changes] == ["Role groups: – → Cashier"]
    admin_client.post(reverse("org:role-remove-member", args=[role.pk, user.pk]))
    assert not User.objects.get(pk=user.pk).has_role("cashier")
    assert [str(change) for change in history_of(user, viewer=sysadmin)[0].changes] == ["Role groups: Cashier → –"]


def test_nobody_takes_the_administration_from_himself(admin_client, sysadmin):
    role = Role.objects.get(code="sysadmin")
    page = admin_client.post(reverse("org:role-remove-member", args=[role.pk, sysadmin.pk]), follow=True)
    assert [str(message) for message in page.context["messages"]] == [
        "You cannot take this role from yourself; ask another administrator."
    ]
    assert User.objects.get(pk=sysadmin.pk).has_role("sysadmin")


def test_only_administrators_change_members(hr_client, hr):
    role = Role.objects.get(code="sysadmin")
    assert hr_client.post(reverse("org:role-add-member", args=[role.pk]), {"employee": hr.pk}).status_code == 403
    assert not User.objects.get(pk=hr.pk).has_role("sysadmin")


def test_roles_in_languages(house):
    role = Role.objects.get(code="cashier")
    assert str(role) == "Cashier"
    with translation.override("zh-hans"):
        assert str(role) == "出纳"


def test_a_leaver_has_no_role(house):
    user = person("gone", "cashier")
    user.is_active = False
    assert not user.has_role("cashier")
    user.save()
    assert list(User.objects.with_role("cashier")) == []


# ---- company ----


def company_data(company: Company, **changes) -> dict:
    return {
        "name": company.name,
        "name_en": company.name_en,
        "uscc": company.uscc,
        "address": "",
        "phone": "",
        "time_zone": "Asia/Shanghai",
        "currency": "CNY",
        "claim_window_days": 90,
        "working_hours": company.working_hours,
        "working_weekdays": list("12345"),
        "max_attachment_mb": 20,
        "default_language": "en",
        "version": company.updated_at.isoformat(),
        "change_reason": "new licence",
        **changes,
    }


def test_company_settings_are_changed_with_a_reason_and_a_history(admin_client, sysadmin):
    company = Company.objects.get()
    url = reverse("org:company")
    answer = admin_client.post(url, company_data(company, uscc="9135 0200 7760 4965 3a", claim_window_days=60))
    assert answer.url == url
    company.refresh_from_db()
    assert (company.uscc, company.claim_window_days) == ("91350200776049653A", 60)
    latest = history_of(company, viewer=sysadmin)[0]
    assert latest.reason == "new licence"
    assert [str(change) for change in latest.changes] == [
        "Unified Social Credit Code: – → 91350200776049653A",
        "Claim window in days: 90 → 60",
        "Default language: 简体中文 → English",
    ]


def test_a_doubtful_credit_code_asks_for_confirmation_and_is_then_kept(admin_client):
    company = Company.objects.get()
    url = reverse("org:company")
    pilot = company_data(company, uscc="91350100M0001TGQXM")
    page = admin_client.post(url, pilot)
    assert page.context["form"].has_error("uscc", "unconfirmed")
    assert 'type="checkbox" name="confirm_uscc"' in page.text
    assert admin_client.post(url, {**pilot, "confirm_uscc": "on"}).status_code == 302
    company.refresh_from_db()
    assert company.uscc == "91350100M0001TGQXM"
    later = company_data(company, address="Xiamen")
    assert admin_client.post(url, later).status_code == 302


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"uscc": "123"}, "uscc"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"currency": "yuan"}, "currency"),
        ({"claim_window_days": 0}, "claim_window_days"),
        ({"max_attachment_mb": 5000}, "max_attachment_mb"),
        ({"change_reason": ""}, "change_reason"),
    ],
)
def test_impossible_settings_are_refused_at_their_field(admin_client, values, field):
    page = admin_client.post(reverse("org:company"), company_data(Company.objects.get(), **values))
    assert list(page.context["form"].errors) == [field]


def test_there_is_one_company(house):
    with pytest.raises(IntegrityError), transaction.atomic():
        Company.objects.create(pk=2, name="Second")


# ---- setting up ----


def test_setting_up_again_changes_nothing_an_administrator_changed(house):
    role = Role.objects.get(code="cashier")
    department = Department.objects.get(code="BUS")
    role.permissions.clear()
    Department.objects.filter(pk=department.pk).update(name="Sales")
    set_up()
    assert role.permissions.count() == 0
    assert Department.objects.get(pk=department.pk).name == "Sales"
    set_up(reset=True)
    assert role.permissions.count() > 0
    assert Department.objects.get(pk=department.pk).name == "业务部"
    assert Department.objects.count() == 7


def test_what_a_later_version_adds_is_given_once(house, monkeypatch):
    role = Role.objects.get(code="staff")
    monkeypatch.setitem(registry.role_permissions, "staff", registry.role_permissions["staff"] | {"org.view_position"})
    set_up()
    assert role.permissions.filter(codename="view_position").exists()
    role.permissions.clear()
    set_up()
    assert not role.permissions.filter(codename="view_position").exists()


def test_holding_a_right_needs_a_role_or_the_right_itself_also_for_a_superuser(house):
    """`has_perm` is always true for a superuser; `holds` asks whether somebody gave it to them."""
    right = Permission.objects.get(codename="cancel_document")
    role = Role.objects.create(code="canceller", name="Canceller")
    role.permissions.add(right)
    for superuser in (False, True):
        nobody, member, given, left = [
            UserFactory(username=f"{name}-{superuser}", is_superuser=superuser) for name in ("n", "m", "g", "l")
        ]
        for user in (member, left):
            user.groups.add(role)
        given.user_permissions.add(right)
        left.is_active = False
        people = (nobody, member, given, left)
        assert [user.holds("documents.cancel_document") for user in people] == [False, True, True, False]
        assert not any(user.holds("documents.view_all_documents") for user in people)
