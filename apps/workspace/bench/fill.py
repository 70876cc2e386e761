"""Fills a throw-away database with expense claims in every state, as the services would leave them, but in bulk.

What a person has before them each day (own papers, open tasks) is the same at every size; the rest is history.
`business` adds clients, contracts and settlements.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.core.management import call_command
from django.db import transaction

from apps.approvals.analysis.gathering import gather
from apps.approvals.models import Route
from apps.core import clock
from apps.core.models import NumberSequence
from apps.documents.models import Document
from apps.finance.expenses.models import ExpenseCategory, ExpenseClaim, ExpenseLine
from apps.finance.payments.models import FundAccount, Payment
from apps.org.models import Department, Role, User
from apps.workspace.bench.rows import Rows
from apps.workspace.bench.runs import Papers

PEOPLE = 300
DEPARTMENTS = 12
OWN = 60
OPEN = 80
EXPORTED = 10_000
#: one in so many papers is copied to management
COPIED = 5
BATCH = 2_000
State = Document.State


@dataclass
class People:
    """Who the pages are measured as."""

    staff: User
    head: User
    accountant: User
    cashier: User
    executive: User
    seller: User
    others: list[User]


class Filler:
    """Company, people, and expense claims."""

    def __init__(self, documents: int, seed: int = 7):
        self.documents = documents
        self.random = random.Random(seed)  # noqa: S311
        self.now = clock.now()

    def fill(self) -> People:
        """Company, people, route, then the documents. `finish` has to be called after everything is filled."""
        call_command("setup_company", verbosity=0)
        people = self._people()
        self.rows = Rows()
        self.papers = Papers(self.rows)
        self.categories = list(ExpenseCategory.objects.filter(requires_invoice=False)) or [
            ExpenseCategory.objects.create(code="BENCH", name="Travel", requires_invoice=False)
        ]
        self.account = FundAccount.objects.create(code="BENCH", name="Bench")
        with transaction.atomic():
            for number in range(1, self.documents + 1):
                self._claim(number, people)
                if number % BATCH == 0:
                    self.rows.write()
            self.rows.write()
        return people

    def finish(self) -> None:
        """Sequences, statistics and the figures that are counted at night; numbers go on after the last one given."""
        year = clock.today().year
        NumberSequence.objects.bulk_create(
            NumberSequence(prefix=prefix, year=year, last=last) for prefix, last in self.papers.counts.items()
        )
        self.rows.finish()
        gather()

    def _people(self) -> People:
        root = Department.objects.filter(parent=None).first()
        self.departments = Department.objects.bulk_create(
            Department(code=f"BENCH{number}", name=f"Department {number}", parent=root, order=number)
            for number in range(DEPARTMENTS)
        )
        people = User.objects.bulk_create(
            User(
                username=f"bench{number}",
                name=f"Person {number}",
                department=self.departments[number % DEPARTMENTS],
                password="!",  # noqa: S106
                language="en",
            )
            for number in range(PEOPLE)
        )
        heads = people[:DEPARTMENTS]
        for department, head in zip(self.departments, heads, strict=True):
            Department.objects.filter(pk=department.pk).update(head=head)
        roles = {"accountant": "finance_reviewer", "cashier": "cashier", "executive": "executive"}
        named = dict(zip(roles, people[DEPARTMENTS:], strict=False))
        for name, code in roles.items():
            named[name].groups.add(Role.objects.get(code=code))
        named["executive"].groups.add(Role.objects.get(code="finance_director"))
        Route.objects.update(owner=named["executive"])
        others = people[DEPARTMENTS + len(roles) :]
        self.members = defaultdict(list)
        for person in others:
            self.members[person.department_id].append(person)
        staff, seller = self.members[self.departments[1].pk][:2]
        seller.groups.add(Role.objects.get(code="business_staff"))
        heads[1].groups.add(Role.objects.get(code="business_manager"))
        self.heads = {department.pk: head for department, head in zip(self.departments, heads, strict=True)}
        return People(staff, heads[1], *named.values(), seller, others)

    def _claim(self, number: int, people: People) -> None:
        """One claim. The first are the measured person's own and the open ones; the rest is a history of two years."""
        own, open_ = number <= OWN, OWN < number <= OWN + OPEN
        applicant = people.staff if own else self.random.choice(people.others)
        if number > EXPORTED and applicant.department_id == self.departments[2].pk:
            applicant = people.others[0] if people.others[0].department_id != applicant.department_id else people.staff
        if number <= min(EXPORTED, self.documents) and not own and not open_:
            applicant = self._of_department(people, 2)
        if open_:
            applicant = self._of_department(people, 1)
        state = State.IN_REVIEW if open_ else State.RETURNED if own and number % 20 == 0 else State.APPROVED
        age = number / self.documents
        at = self.now - dt.timedelta(days=1 + 700 * (1 - age))
        amount = Decimal(self.random.randrange(5_000, 400_000)) / 100
        paid = {"paid_amount": amount, "paid_on": at.date(), "paid_at": at} if state == State.APPROVED else {}
        claim = self.papers.paper(
            ExpenseClaim,
            applicant,
            state,
            at,
            title=f"Client visit {number}",
            amount=amount,
            approved_total=amount if paid else Decimal(0),
            **paid,
        )
        deciders = {"head": self.heads[applicant.department_id], "finance": people.accountant}
        self.papers.run(claim, deciders, stands_at="finance" if number % 2 == 0 else "head")
        if number % COPIED == 0:
            self.papers.copy(claim, people.executive)
        self._lines(claim.pk, amount, at)
        if paid:
            self._pay(claim.pk, applicant, amount, at, people)

    def _of_department(self, people: People, index: int) -> User:
        return self.random.choice(self.members[self.departments[index].pk])

    def _lines(self, number: int, amount: Decimal, at: dt.datetime) -> None:
        half = (amount / 2).quantize(Decimal("0.01"))
        for order, part in enumerate((half, amount - half)):
            self.rows.add(
                ExpenseLine,
                claim_id=number,
                order=order,
                category=self.random.choice(self.categories),
                date=at.date(),
                amount=part,
                description="Train, hotel and meals",
            )

    def _pay(self, number: int, applicant: User, amount: Decimal, at: dt.datetime, people: People) -> None:
        self.rows.add(
            Payment,
            document_id=number,
            amount=amount,
            paid_on=at.date(),
            account=self.account,
            bank_reference=f"B{number}",
            payee=applicant,
            paid_by=people.cashier,
        )
