"""Fills a throw-away database with expense claims in every state, as the services would leave them, but in bulk.

What a person has before them each day (own papers, open tasks) is the same at every size; the rest is history.
Ids are given here, so that nothing has to be read back; sequences are set at the end.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, models, transaction

from apps.approvals.events import Log
from apps.approvals.models import Approval, Event, RouteVersion, Step, Task
from apps.approvals.rules import rules_of
from apps.core import clock
from apps.core.models import NumberSequence
from apps.documents.grants import APPROVE, VIEW, Grant
from apps.documents.models import Document, Participant
from apps.finance.expenses.models import ExpenseCategory, ExpenseClaim, ExpenseLine
from apps.finance.payments.models import FundAccount, Payment
from apps.org.models import Department, Role, User

PEOPLE = 300
DEPARTMENTS = 12
OWN = 60
OPEN = 80
EXPORTED = 10_000
BATCH = 2_000
State = Document.State


@dataclass
class People:
    """Who the pages are measured as."""

    staff: User
    head: User
    accountant: User
    cashier: User
    others: list[User]


class Filler:
    """Builds rows in memory and writes them a table at a time."""

    def __init__(self, documents: int, seed: int = 7):
        self.documents = documents
        self.random = random.Random(seed)  # noqa: S311
        self.rows: dict[type[models.Model], list[models.Model]] = defaultdict(list)
        self.ids: dict[type[models.Model], int] = defaultdict(int)
        self.permissions: dict[str, int] = {}
        self.now = clock.now()
        self.history = ExpenseClaim.history.model

    def fill(self) -> People:
        """Company, people, route, then the documents."""
        call_command("setup_company", verbosity=0)
        people = self._people()
        self.version = RouteVersion.objects.published_for(ExpenseClaim.KIND)
        self.rules = rules_of(self.version)
        self.rules_as_json = {rule.key: rule.as_json() for rule in self.rules}
        self.categories = list(ExpenseCategory.objects.filter(requires_invoice=False)) or [
            ExpenseCategory.objects.create(code="BENCH", name="Travel", requires_invoice=False)
        ]
        self.account = FundAccount.objects.create(code="BENCH", name="Bench")
        from_rows = Grant._meta.get_field("permission").related_model.objects
        self.permissions = dict(from_rows.filter(codename__in=(APPROVE, VIEW)).values_list("codename", "pk"))
        with transaction.atomic():
            for number in range(1, self.documents + 1):
                self._claim(number, people)
                if number % BATCH == 0:
                    self._write()
            self._write()
            NumberSequence.objects.create(prefix=ExpenseClaim.PREFIX, year=clock.today().year, last=self.documents)
        self._settle()
        return people

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
        others = people[DEPARTMENTS + len(roles) :]
        self.members = defaultdict(list)
        for person in others:
            self.members[person.department_id].append(person)
        staff = next(person for person in others if person.department_id == self.departments[1].pk)
        self.heads = {department.pk: head for department, head in zip(self.departments, heads, strict=True)}
        return People(staff, heads[1], named["accountant"], named["cashier"], others)

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
        self._document(number, applicant, state, at, amount)
        self._run(number, applicant, state, at, people)
        self._lines(number, amount, at)
        if state == State.APPROVED:
            self._pay(number, applicant, amount, at, people)

    def _of_department(self, people: People, index: int) -> User:
        return self.random.choice(self.members[self.departments[index].pk])

    def _document(self, number: int, applicant: User, state: str, at: dt.datetime, amount: Decimal) -> None:
        approved = amount if state == State.APPROVED else Decimal(0)
        paid = {"paid_amount": amount, "paid_on": at.date(), "paid_at": at} if approved else {}
        claim = ExpenseClaim(
            id=number,
            document_ptr_id=number,
            kind=ExpenseClaim.KIND,
            number=f"{ExpenseClaim.PREFIX}-{at.year}-{number:04}",
            title=f"Client visit {number}",
            applicant=applicant,
            department_id=applicant.department_id,
            state=state,
            amount=amount,
            approval_id=number,
            submitted_at=at,
            closed_at=at if approved else None,
            approved_total=approved,
            created_at=at,
            updated_at=at,
            **paid,
        )
        self.rows[ExpenseClaim].append(claim)
        values = {field.attname: getattr(claim, field.attname) for field in ExpenseClaim._meta.concrete_fields}
        self._add(
            self.history,
            **values,
            history_date=at,
            history_type="~",
            history_user=applicant,
            history_change_reason="bench",
        )
        self._add(Participant, user_id=applicant.pk, document_id=number, applicant=True)

    def _lines(self, number: int, amount: Decimal, at: dt.datetime) -> None:
        half = (amount / 2).quantize(Decimal("0.01"))
        for order, part in enumerate((half, amount - half)):
            self._add(
                ExpenseLine,
                claim_id=number,
                order=order,
                category=self.random.choice(self.categories),
                date=at.date(),
                amount=part,
                description="Train, hotel and meals",
            )

    def _run(self, number: int, applicant: User, state: str, at: dt.datetime, people: People) -> None:
        """The approval of one claim: head, then Finance; later steps do not apply to these amounts."""
        running = state == State.IN_REVIEW
        approval = Approval(
            id=number,
            route_version=self.version,
            applicant=applicant,
            department_id=applicant.department_id,
            state={State.IN_REVIEW: "running", State.RETURNED: "returned"}.get(state, "approved"),
            returned_from="head" if state == State.RETURNED else "",
            facts={"amount": "1000.00"},
            opened_at=at,
            closed_at=None if running else at,
        )
        log = Log(approval, at=at)
        log.add(Event.Verb.SUBMITTED, actor=applicant, payload={"route": "bench"})
        at_finance = running and number % 2 == 0
        for rule in self.rules:
            step = self._step(number, rule, at)
            decider = self.heads[applicant.department_id] if rule.key == "head" else people.accountant
            if rule.conditions:
                step.state = "skipped" if state == State.APPROVED else "cancelled" if not running else "pending"
            elif running and rule.key == ("finance" if at_finance else "head"):
                self._open(step, decider, number, log)
            elif running and rule.key == "finance":
                step.state = "pending"
            elif state == State.RETURNED:
                self._decide(step, decider, number, log, "returned" if rule.key == "head" else "")
            else:
                self._decide(step, decider, number, log, "approved")
        if state == State.APPROVED:
            log.add(Event.Verb.FINISHED)
        self.rows[Approval].append(approval)
        for event in log.events:
            self.ids[Event] += 1
            event.pk = self.ids[Event]
        self.rows[Event] += log.events

    def _step(self, number: int, rule, at: dt.datetime) -> Step:
        values = {name: getattr(rule, name) for name in ("order", "key", "name", "name_en", "mode", "needed")}
        return self._add(
            Step, approval_id=number, round=1, rule=self.rules_as_json[rule.key], opened_at=at, closed_at=at, **values
        )

    def _open(self, step: Step, decider: User, number: int, log: Log) -> None:
        step.state, step.closed_at = "open", None
        self._add(Task, step_id=step.pk, approval_id=number, user_id=decider.pk, opened_at=log.at)
        self._grant(decider, APPROVE, number, f"step:{step.pk}")
        self._add(Participant, user_id=decider.pk, document_id=number, approver=True)
        log.add(Event.Verb.OPENED, step=step, payload={"people": [decider.pk]})

    def _decide(self, step: Step, decider: User, number: int, log: Log, state: str) -> None:
        step.state = state or "cancelled"
        if not state:
            return
        task = self._add(
            Task,
            step_id=step.pk,
            approval_id=number,
            user_id=decider.pk,
            state=state,
            opened_at=log.at,
            decided_at=log.at,
        )
        self._grant(decider, VIEW, number, f"acted:{task.pk}")
        self._add(Participant, user_id=decider.pk, document_id=number, approver=True)
        log.add(state, actor=decider, step=step, payload={"text": "", "task": task.pk})

    def _pay(self, number: int, applicant: User, amount: Decimal, at: dt.datetime, people: People) -> None:
        self._add(
            Payment,
            document_id=number,
            amount=amount,
            paid_on=at.date(),
            account=self.account,
            bank_reference=f"B{number}",
            payee=applicant,
            paid_by=people.cashier,
        )

    def _grant(self, user: User, codename: str, document: int, reason: str) -> None:
        self._add(
            Grant,
            user_id=user.pk,
            permission_id=self.permissions[codename],
            content_object_id=document,
            reason=reason,
        )

    def _add(self, model: type[models.Model], **values):
        self.ids[model] += 1
        row = model(pk=self.ids[model], **values)
        self.rows[model].append(row)
        return row

    def _write(self) -> None:
        """Write what has gathered, parents before children. A kind is two tables, which bulk_create does not know."""
        claims = self.rows.pop(ExpenseClaim, [])
        _store(Approval, self.rows.pop(Approval, []))
        _store(Document, claims)
        _store(ExpenseClaim, claims)
        _store(Step, self.rows.pop(Step, []))
        for model, rows in self.rows.items():
            _store(model, rows)
        self.rows.clear()

    def _settle(self) -> None:
        """Sequences past the ids given, statistics for the planner."""
        tables = [Approval, Document, *self.ids]
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), tables):
                cursor.execute(statement)
            cursor.execute("ANALYZE")


def _store(model: type[models.Model], rows: list[models.Model]) -> None:
    """One table's own columns of these rows, by the fastest way the database has."""
    fields = model._meta.local_concrete_fields
    if connection.vendor == "postgresql":
        columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
        with connection.cursor() as cursor, cursor.copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields])
        return
    step = connection.ops.bulk_batch_size(fields, rows) or len(rows)
    for start in range(0, len(rows), step):
        model._base_manager._insert(  # noqa: SLF001  what bulk_create does, without its refusal of inherited models
            rows[start : start + step], fields=fields, using=connection.alias, raw=False
        )
