"""What a new company starts with in finance."""

import pytest

from apps.approvals.models import Route, RouteVersion
from apps.core import registry
from apps.finance.expenses.models import City, CityTier, ExpenseCategory, ExpenseStandard, ReturnReason
from apps.finance.setup import set_up
from tests.factories.org import RoleFactory, permission_called

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    for code in ("finance_reviewer", "finance_director", "executive"):
        RoleFactory(code=code)
    set_up()


def test_everything_is_there_with_its_english_name(company):
    counted = {
        model: model.objects.count() for model in (ExpenseCategory, CityTier, City, ExpenseStandard, ReturnReason)
    }
    assert counted == {ExpenseCategory: 13, CityTier: 3, City: 34, ExpenseStandard: 23, ReturnReason: 9}
    for model in (ExpenseCategory, CityTier, City, ReturnReason):
        assert not model.objects.filter(name_en="").exists()
    assert not ExpenseStandard.objects.filter(is_demo_value=False).exists()


def test_route_is_published_as_the_regulation_asks(company):
    version = RouteVersion.objects.published_for("expenseclaim")
    steps = [
        (step.key, step.rule, step.role and step.role.code, step.editable, step.resubmission)
        for step in version.steps.all()
    ]
    assert steps == [
        ("head", "department_head", None, [], "start"),
        ("finance", "role", "finance_reviewer", ["lines"], "back"),
        ("director", "role", "finance_director", [], "back"),
        ("management", "role", "executive", [], "back"),
    ]
    assert [step.conditions for step in version.steps.all()] == [
        [],
        [],
        [{"fact": "amount", "op": "gt", "value": "5000"}],
        [{"fact": "amount", "op": "gt", "value": "50000"}],
    ]


def test_running_it_again_undoes_nothing(company):
    ExpenseCategory.objects.filter(code="HOTEL").update(name="Changed")
    ExpenseStandard.objects.exclude(pk=ExpenseStandard.objects.first().pk).delete()
    set_up()
    assert ExpenseCategory.objects.get(code="HOTEL").name == "Changed"
    assert (ExpenseStandard.objects.count(), Route.objects.count()) == (1, 1)


def test_roles_get_permissions_that_exist():
    for code in ("finance_reviewer", "finance_director", "cashier", "auditor", "sysadmin"):
        for label in registry.role_permissions[code]:
            if label.startswith("finance."):
                assert permission_called(label)
    assert "finance.pay_expenseclaim" in registry.role_permissions["cashier"]
    assert "finance.pay_expenseclaim" not in registry.role_permissions["finance_director"]
