"""The company of the browser tests: what a new company starts with, and the people who decide."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from decimal import Decimal

from django.core.management import call_command

from apps.core import clock
from apps.documents import services
from apps.finance.expenses.models import ExpenseCategory, ExpenseClaim
from apps.finance.payments.models import FundAccount
from apps.org.models import Department, JobGrade, Role, User
from tests.factories.finance import FundAccountFactory, claim_of, line
from tests.factories.org import DepartmentFactory, UserFactory

_numbers = itertools.count(1)
ROLES = {
    "accountant": "finance_reviewer",
    "director": "finance_director",
    "manager": "executive",
    "cashier": "cashier",
    "hr": "hr_officer",
    "admin": "sysadmin",
    "auditor": "auditor",
    "service": "service_staff",
}


def person(username: str, *roles: str, **values) -> User:
    """Somebody who reads English and has these roles; fetched anew, so that permissions are those of the database."""
    user = UserFactory(username=username, name=username.capitalize(), language="en", theme="light", **values)
    user.groups.set(Role.objects.filter(code__in=["staff", *roles]))
    return User.objects.get(pk=user.pk)


@dataclass
class Team:
    """A department with its head and two employees."""

    department: Department
    staff: User
    colleague: User
    head: User

    def claim(self, title: str = "Taxi to the client", amount: str = "120.00", **values) -> ExpenseClaim:
        """A complete draft of the employee."""
        meals = ExpenseCategory.objects.get(code="MEALS")
        days = int(Decimal(amount) / 50) + 1  # far enough below the standard
        return claim_of(self.staff, line(amount, category=meals, days=min(days, 300), **values), title=title)

    def submitted(self, title: str = "Taxi to the client", amount: str = "120.00", **values) -> ExpenseClaim:
        """A claim that waits for the head."""
        return services.submit(self.claim(title, amount, **values), by=self.staff)


@dataclass
class Company:
    """The people everybody shares; teams are made by each test."""

    accountant: User
    director: User
    manager: User
    cashier: User
    hr: User
    admin: User
    auditor: User
    service: User
    account: FundAccount

    @classmethod
    def build(cls) -> Company:
        """What `setup_company` enters, the people of Finance and management, and a bank account."""
        call_command("setup_company", verbosity=0)
        finance = Department.objects.get(code="FIN")
        people = {name: person(name, role, department=finance) for name, role in ROLES.items()}
        finance.head = people["director"]
        finance.save()
        top = Department.objects.get(code="MGT")
        top.head = people["manager"]
        top.save()
        return cls(**people, account=FundAccountFactory(code="BANK", name="Bank account"))

    def new_team(self, *, staff: str = "staff", head: str = "staff") -> Team:
        """A department under the management, with people whose names nobody else has; `staff` and `head` are roles."""
        number = next(_numbers)
        department = DepartmentFactory(
            code=f"TEAM{number}", name=f"Team {number}", parent=Department.objects.get(code="MGT")
        )
        grade = JobGrade.objects.get(code="P2")
        bank = {"bank_name": "Bank of Test", "bank_account": "6225000000000001"}
        given = {"department": department, "grade": grade, **bank}
        people = {"staff": staff, "colleague": staff, "head": head}
        made = {name: person(f"{name}{number}", role, **given) for name, role in people.items()}
        department.head = made["head"]
        department.save()
        return Team(department, **made)

    def approved(self, team: Team, title: str, amount: str = "120.00") -> ExpenseClaim:
        """A claim that waits for the cashier."""
        claim = team.submitted(title, amount)
        for person in (team.head, self.accountant):
            claim = services.approve(ExpenseClaim.objects.get(pk=claim.pk), by=person)
        return ExpenseClaim.objects.get(pk=claim.pk)


def today() -> str:
    """Today as a date input wants it."""
    return clock.today().isoformat()
