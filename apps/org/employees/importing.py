"""Employees from a workbook: read, check every cell, say what would change, and write all of it or nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.core.importing import NEW, ImportColumn, ImportRefused, ImportRow, Outcome, read_sheet
from apps.org.employees.columns import COLUMNS, Sheet, columns_for
from apps.org.models import Department, JobGrade, Position, User
from apps.org.permissions import protected_from
from apps.org.services import with_reason

TARGETS = {"department_id": Department, "position_id": Position, "grade_id": JobGrade}


@dataclass
class Row(ImportRow):
    """One line of the sheet, and the employee it is about."""

    employee: User | None = None

    @property
    def who(self) -> str:
        """Number and name, as they will be."""
        name = self.values.get("name") or (self.employee.name if self.employee else "")
        return f"{self.values.get('employee_no') or ''} {name}".strip()

    @property
    def what(self) -> str:
        """What the import does with this row, in words."""
        return self.described(COLUMNS)


def import_employees(
    stream: IO[bytes], *, by: User, write: bool, progress: Callable[..., None] = lambda *args: None
) -> Outcome:
    """Check a workbook and, if `write` and nothing is wrong with it, create and change the employees it names.

    The employee number says who is meant: a known number changes that person, an unknown one is a new person. An empty
    cell, like a missing column, leaves the value as it is. Page and background job both come here.
    """
    columns = columns_for(by)
    with transaction.atomic():
        outcome = _checked(stream, columns, by)
        if write and not outcome.errors:
            _write(outcome, by, progress)
    return outcome


def _targets() -> Sheet:
    """Codes → ids, in three queries."""
    return Sheet(
        *({code.casefold(): pk for pk, code in model.objects.values_list("pk", "code")} for model in TARGETS.values())
    )


# ---- checking ----


def _checked(stream: IO[bytes], columns: list[ImportColumn], by: User) -> Outcome:
    outcome = read_sheet(stream, columns, key="employee_no", sheet=_targets(), row_class=Row)
    people = {person.employee_no: person for person in User.objects.filter(employee_no__isnull=False)}
    checks = _Checks(outcome, columns, people, by)
    for row in outcome.rows:
        checks.row(row)
    checks.circles()
    outcome.sort_errors()
    return outcome


class _Checks:
    """Rules that need more than one cell: who is meant, what is missing, what is taken, who leads whom."""

    def __init__(self, outcome: Outcome, columns: list[ImportColumn], people: dict[str, User], by: User):
        self.outcome = outcome
        self.columns = columns
        self.people = people
        self.protected = protected_from(by)
        self.rows_by_number: dict[str, Row] = {}
        self.out_of_use = {
            model: set(model.objects.filter(active=False).values_list("pk", flat=True)) for model in TARGETS.values()
        }
        self.sheet_numbers = {row.values.get("employee_no") for row in outcome.rows} - {None}
        self.taken = {
            "username": {person.username.casefold(): person.pk for person in User.objects.only("username")},
            "email": {person.email.casefold(): person.pk for person in User.objects.exclude(email="").only("email")},
        }

    def row(self, row: Row) -> None:
        """Check one row and note what it would change."""
        number = row.values.get("employee_no")
        if number is not None and number in self.rows_by_number:
            first = self.rows_by_number[number].number
            self.wrong(row, "employee_no", _("This number stands already in row %(row)s.") % {"row": first})
            return
        if number is not None:
            self.rows_by_number[number] = row
            row.employee = self.people.get(number)
        if row.employee is None:
            self.new(row)
        for name in ("username", "email"):
            self.unique(row, name)
        row.changes = self.changes(row)
        if row.employee is not None and row.changes:
            self.known(row, row.employee)
        self.manager(row)
        self.in_use(row)

    def new(self, row: Row) -> None:
        """A new person needs the required columns; the user name is the number when none is given."""
        for column in self.columns:
            if column.required and column.name not in row.values:
                self.wrong(row, column.name, _("“%(name)s” is missing.") % {"name": column.header})
        if row.values.get("employee_no") and "username" not in row.values:
            row.values["username"] = row.values["employee_no"].lower()

    def known(self, row: Row, employee: User) -> None:
        """Leavers and administrators are not changed by a sheet that comes from anybody."""
        if not employee.is_active:
            said = _("%(name)s no longer works here; reactivate the record first.")
            self.wrong(row, "employee_no", said % {"name": employee})
        elif employee.pk in self.protected:
            said = _("%(name)s is an administrator; only another administrator may change this.")
            self.wrong(row, "employee_no", said % {"name": employee})

    def in_use(self, row: Row) -> None:
        """Nobody is moved to what is out of use, and nobody leaves by way of a sheet."""
        for name, model in TARGETS.items():
            if (row.is_new or name in row.changes) and row.values.get(name) in self.out_of_use[model]:
                self.wrong(row, name, _("This is out of use."))
        if row.values.get("status") == User.Status.LEFT and (row.is_new or "status" in row.changes):
            self.wrong(
                row, "status", _("People leave through “Deactivate” on their page, which hands over their work.")
            )

    def unique(self, row: Row, name: str) -> None:
        """User names and addresses belong to one person, whatever the case of their letters."""
        value = row.values.get(name)
        if not value:
            return
        owner = self.taken[name].setdefault(value.casefold(), row)
        mine = owner is row or (row.employee is not None and owner == row.employee.pk)
        if not mine:
            self.wrong(row, name, _("“%(value)s” belongs to somebody else.") % {"value": value})

    def manager(self, row: Row) -> None:
        """A manager works here already or stands in the same sheet."""
        number = row.values.get("manager")
        if number is None or number in self.sheet_numbers or not ({"manager", NEW} & set(row.changes)):
            return
        person = self.people.get(number)
        if person is None or not person.is_active:
            self.wrong(row, "manager", _("No employee here has the number “%(number)s”.") % {"number": number})

    def circles(self) -> None:
        """Nobody leads himself, directly or in a circle, when sheet and company are taken together."""
        by_pk = {person.pk: number for number, person in self.people.items()}
        lead = {number: by_pk.get(person.manager_id) for number, person in self.people.items()}
        for number, row in self.rows_by_number.items():
            if row.values.get("manager") is not None:
                lead[number] = row.values["manager"]
        for number, row in self.rows_by_number.items():
            if row.values.get("manager") is not None and _leads_back(number, lead):
                self.wrong(row, "manager", _("Nobody can be their own superior, directly or in a circle."))

    def changes(self, row: Row) -> list[str]:
        """Fields that would change; `NEW` for a new person."""
        if row.employee is None:
            return [NEW]
        found = [
            column.name
            for column in self.columns
            if column.name in row.values
            and column.name != "manager"
            and row.values[column.name] != getattr(row.employee, column.name)
        ]
        manager = row.values.get("manager")
        if manager is not None:
            known = self.people.get(manager)
            if known is None or known.pk != row.employee.manager_id:
                found.append("manager")
        return found

    def wrong(self, row: Row, name: str, message: str) -> None:
        """Note an error."""
        self.outcome.wrong(row, name, message)


def _leads_back(number: str, lead: dict[str, str | None]) -> bool:
    seen = set()
    current = lead.get(number)
    while current is not None and current not in seen:
        if current == number:
            return True
        seen.add(current)
        current = lead.get(current)
    return False


# ---- writing ----


def _write(outcome: Outcome, by: User, progress: Callable[..., None]) -> None:
    """Superiors before those they lead, so that each person is saved once."""
    reason = _("import from a workbook")
    rows = {row.values["employee_no"]: row for row in outcome.rows}
    saved = {person.employee_no: person.pk for person in User.objects.filter(employee_no__isnull=False)}
    try:
        for done, row in enumerate(_superiors_first(rows), 1):
            if row.changes:
                _save(row, saved, by, reason)
            progress(done, len(rows))
    except IntegrityError as error:
        raise ImportRefused(_("Somebody changed employees at the same moment; start the import again.")) from error
    outcome.written = True


def _superiors_first(rows: dict[str, Row]) -> Iterator[Row]:
    done: set[str] = set()
    for number in rows:
        line = []
        current = number
        while current in rows and current not in done:
            done.add(current)
            line.append(rows[current])
            current = rows[current].values.get("manager")
        yield from reversed(line)


def _save(row: Row, saved: dict[str, int], by: User, reason: str) -> None:
    employee = row.employee or User(employee_no=row.values["employee_no"])
    for name, value in row.values.items():
        if name == "manager":
            employee.manager_id = saved[value]
        else:
            setattr(employee, name, value)
    if employee.pk is None:
        employee.set_unusable_password()
    with_reason(employee, by=by, reason=reason).save()
    saved[employee.employee_no] = employee.pk
    row.employee = employee
