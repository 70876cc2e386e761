"""The cast of finance: an employee, a colleague, their head, Finance, the director, the cashier."""

from types import SimpleNamespace

import pytest

from apps.documents import services
from apps.finance.expenses.models import ExpenseClaim
from apps.finance.roles import ROLES
from tests.factories.finance import FundAccountFactory, claim_of, publish_claim_route
from tests.factories.org import CompanyFactory, DepartmentFactory, RoleFactory, UserFactory, store_users

WORKS_AS = {"accountant": "finance_reviewer", "director": "finance_director", "cashier": "cashier"}


def build_cast() -> SimpleNamespace:
    """Everybody who has to do with claims, and the route they follow."""
    CompanyFactory()
    department = DepartmentFactory(code="BUSINESS", name="Business")
    finance = DepartmentFactory(code="FINANCE", name="Finance")
    works_in = dict.fromkeys(("staff", "colleague", "head"), department)
    works_in |= dict.fromkeys(("outsider", *WORKS_AS), finance)
    people = {name: UserFactory.build(username=name, department=place) for name, place in works_in.items()}
    roles = {name: RoleFactory(code=code, permissions=sorted(ROLES[code])) for name, code in WORKS_AS.items()}
    store_users(people.values(), managers={}, roles=roles)
    cast = SimpleNamespace(department=department, **people)
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
