"""The synthetic company in which a log is replayed: a few people per role, and a route that mirrors the log's steps."""

from __future__ import annotations

import zlib

from django.contrib.auth.models import Permission

from apps.approvals.models import Route, RouteStep, RouteVersion
from apps.approvals.rules import freeze
from apps.core import clock
from apps.finance.expenses.models import ExpenseCategory, ExpenseClaim
from apps.finance.payments.models import FundAccount
from apps.org.models import Company, Department, Role, User
from apps.workspace.replay.mapping import Mapping

PEOPLE_PER_STEP = 3
APPLICANTS = 40


class Cast:
    """Who plays: applicants, the people of each step, the cashier. The same case always meets the same applicant."""

    category: ExpenseCategory
    last_step: str

    def __init__(self, mapping: Mapping):
        self.steps = mapping.steps
        Cast.last_step = mapping.steps[-2] if len(mapping.steps) > 1 else mapping.steps[0]
        Company.objects.update_or_create(pk=1, defaults={"name": mapping.name, "claim_window_days": 1000})
        self.department = Department.objects.create(code="REPLAY", name=mapping.name)
        self.applicants = [self._person(f"employee{number}") for number in range(APPLICANTS)]
        self.people = {step: self._with_role(step) for step in mapping.steps}
        self.cashier = self._cashier()
        self.account = FundAccount.objects.create(code="REPLAY", name="Replay account")
        Cast.category = ExpenseCategory.objects.create(code="REPLAY", name="Travel", requires_invoice=False)
        self._route(mapping)

    def applicant(self, case: str) -> User:
        return self.applicants[zlib.crc32(case.encode()) % len(self.applicants)]

    def person(self, step: str, case: str) -> User:
        people = self.people[step]
        return people[zlib.crc32(case.encode()) % len(people)]

    def _person(self, name: str) -> User:
        return User.objects.create(username=name, name=name, department=self.department)

    def _with_role(self, step: str) -> list[User]:
        role = Role.objects.create(code=step, name=step)
        people = [self._person(f"{step}{number}") for number in range(PEOPLE_PER_STEP)]
        for person in people:
            person.groups.add(role)
        return people

    def _cashier(self) -> User:
        cashier = self._person("cashier")
        permissions = Permission.objects.filter(codename__in=("pay_expenseclaim", "view_all_expenseclaim"))
        cashier.user_permissions.set(permissions)
        return User.objects.get(pk=cashier.pk)

    def _route(self, mapping: Mapping) -> None:
        """One step per role of the log; a step applies where the claim's path names it."""
        route = Route.objects.create(kind=ExpenseClaim.KIND, name=mapping.name)
        version = RouteVersion.objects.create(
            route=route, number=1, state=RouteVersion.State.PUBLISHED, published_at=clock.now()
        )
        for order, step in enumerate(mapping.steps, start=1):
            RouteStep.objects.create(
                version=version,
                order=order,
                key=step,
                name=step,
                rule=RouteStep.Rule.ROLE,
                role=Role.objects.get(code=step),
                conditions=[{"fact": "project", "op": "contains", "value": step}],
            )
        freeze(version)
        version.save()
