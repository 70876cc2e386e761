"""The cast of finance: an employee, a colleague, their head, Finance, the director, the cashier."""

from types import SimpleNamespace

import pytest

from apps.documents import services
from apps.finance.expenses.models import ExpenseClaim
from apps.finance.roles import ROLES
from apps.org.models import User
from tests.factories.finance import FundAccountFactory, claim_of, publish_claim_route
from tests.factories.org import CompanyFactory, DepartmentFactory, RoleFactory, UserFactory


def build_cast() -> SimpleNamespace:
    """Everybody who has to do with claims, and the route they follow."""
    CompanyFactory()
    department = DepartmentFactory(code="BUSINESS", name="Business")
    finance = DepartmentFactory(code="FINANCE", name="Finance")
    cast = SimpleNamespace(department=department)
    cast.staff = UserFactory(username="staff", department=department)
    cast.colleague = UserFactory(username="colleague", department=department)
    cast.head = UserFactory(username="head", department=department)
    cast.outsider = UserFactory(username="outsider", department=finance)
    for name, role in (
        ("accountant", "finance_reviewer"),
        ("director", "finance_director"),
        ("cashier", "cashier"),
    ):
        group = RoleFactory(code=role, permissions=sorted(ROLES[role]))
        person = UserFactory(username=name, department=finance, roles=[group])
        setattr(cast, name, User.objects.get(pk=person.pk))
    department.head = cast.head
    department.save()
    finance.head = cast.director
    finance.save()
    cast.route = publish_claim_route()
    cast.account = FundAccountFactory(code="BANK")
    return cast


@pytest.fixture
def cast(db):
    return build_cast()


@pytest.fixture
def approved(cast):
    """callable(user, *lines) → a claim that went through the whole chain."""

    def make(user=None, *lines, **values) -> ExpenseClaim:
        return through(cast, claim_of(user or cast.staff, *lines, **values))

    return make


def at_finance(cast, claim) -> ExpenseClaim:
    """Submit and let the head approve."""
    services.submit(claim, by=claim.applicant)
    return services.approve(reload(claim), by=cast.head)


def through(cast, claim) -> ExpenseClaim:
    """Submit and approve until it is approved."""
    claim = at_finance(cast, claim)
    claim = services.approve(reload(claim), by=cast.accountant)
    if claim.state == claim.State.IN_REVIEW:
        claim = services.approve(reload(claim), by=cast.director)
    return reload(claim)


def reload(claim) -> ExpenseClaim:
    return ExpenseClaim.objects.get(pk=claim.pk)
