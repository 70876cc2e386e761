"""The company and its people: departments, positions, careers. Written through the services of org."""

import datetime as dt
from dataclasses import dataclass, field
from random import Random

from django.contrib.auth.hashers import make_password
from django.core.management import call_command

from apps.approvals.models import Route
from apps.core import clock
from apps.finance.expenses.models import City, ExpenseCategory, ReturnReason
from apps.finance.payments.models import FundAccount
from apps.org.models import Company, Department, JobGrade, Position, Role, User
from apps.org.services import deactivate_employee, save_department, save_employee, save_record
from apps.workspace.demo.data import read
from apps.workspace.demo.hours import Hours

PASSWORD = "agency-demo"  # noqa: S105  printed for everybody to sign in with
MARK = "demo company"
PROBATION = dt.timedelta(days=90)


@dataclass
class Cast:
    """Everybody and everything the claims need, kept in memory while the story is played."""

    company: Company
    users: dict[str, User] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)
    categories: dict[str, ExpenseCategory] = field(default_factory=dict)
    cities: dict[str, City] = field(default_factory=dict)
    reasons: dict[str, ReturnReason] = field(default_factory=dict)
    accounts: dict[str, FundAccount] = field(default_factory=dict)

    def top_of(self, code: str) -> str:
        """The department below company management that this one belongs to."""
        department = self.departments[code]
        while department.parent_id and department.parent.parent_id:
            department = self.departments[department.parent.code]
        return department.code

    def reload_people(self) -> None:
        """Read everybody again, after somebody came, left or moved up."""
        for user in User.objects.select_related("department", "grade", "position"):
            self.users[user.username] = user


class Founder:
    """Founds the company and employs its people. Those hired later come in `careers`, each on their day."""

    def __init__(self, rng: Random, now: dt.datetime, hours: Hours):
        self.rng, self.now, self.hours = rng, now, hours
        self.data = read("company")
        self.heads = dict(self.data["heads"])
        self.password = make_password(PASSWORD)
        self.hired: dict[str, dt.date] = self._hire_dates()
        self.numbers = {name: f"QH{place:04d}" for place, name in enumerate(sorted(self.hired, key=self._by_day), 1)}
        self.admin: User | None = None
        self.grades: dict[str, str] = {}

    def found(self) -> Cast:
        """The company as it is when the program is first used."""
        call_command("setup_company", verbosity=0)
        cast = Cast(self._company())
        self._departments(cast)
        for row in self.data["positions"]:
            grade = JobGrade.objects.get(code=row["grade"])
            save_record(Position(**{**row, "grade": grade}), by=None, reason=MARK)
        self.grades = dict(Position.objects.values_list("code", "grade__code"))
        self._employ_everybody(cast)
        self._appoint_heads(cast)
        self._finance(cast)
        cast.reload_people()
        return cast

    def _company(self) -> Company:
        company = Company.current()
        for name, value in self.data["company"].items():
            setattr(company, name, value)
        return save_record(company, by=None, reason=MARK)

    def _departments(self, cast: Cast) -> None:
        known = {department.code: department for department in Department.objects.all()}
        for row in self.data["departments"]:
            department = Department(**{**row, "parent": known[row["parent"]]})
            known[row["code"]] = save_department(department, by=None, reason=MARK)
        cast.departments = known

    def _employ_everybody(self, cast: Cast) -> None:
        """Those who are here from the beginning, superiors first."""
        heads = list(self.data["heads"].values())
        rows = [row for row in self.data["people"] if row[0] not in self.data["hired_lately"]]
        for row in sorted(rows, key=lambda row: heads.index(row[0]) if row[0] in heads else len(heads)):
            cast.users[row[0]] = self.employ(cast, row)
        self.admin = cast.users["admin"]

    def employ(self, cast: Cast, row: list) -> User:
        """Enter one person."""
        username, name, department, position, special = row
        hired = self.hired[username]
        place = Position.objects.select_related("grade").get(code=position)
        account = username in [line[0] for line in self.data["accounts"]]
        user = User(
            username=username,
            name=name,
            email=f"{username}@qiheng.example",
            employee_no=self.numbers[username],
            phone=f"139{self.rng.randrange(10**8):08d}",
            department=cast.departments[department],
            position=place,
            grade=place.grade,
            manager=self._manager(cast, username, department),
            status=self._status_of(hired),
            hire_date=hired,
            bank_name=self.rng.choice(self.data["banks"]),
            bank_account=f"6225{self.rng.randrange(10**15):015d}",
            password=self.password if account else "",
            is_staff=username == "admin",
            is_superuser=username == "admin",
        )
        codes = {"staff", *special, *self.data["roles_by_department"].get(cast.top_of(department), [])}
        codes |= set(self.data["roles_by_department"].get(department, []))
        codes -= {"business_staff"} if "business_manager" in codes else set()
        return save_employee(
            user, by=self.admin, roles=Role.objects.filter(code__in=codes), reason="入职", trusted=True
        )

    def _manager(self, cast: Cast, username: str, code: str) -> User | None:
        """The head of the department, or of the one above for somebody who is the head."""
        department: Department | None = cast.departments[code]
        while department is not None:
            head = self.heads.get(department.code)
            if head != username:
                return cast.users[head]
            department = cast.departments[department.parent.code] if department.parent_id else None
        return None

    def _appoint_heads(self, cast: Cast) -> None:
        for code, username in self.data["heads"].items():
            cast.departments[code].head = cast.users[username]
            save_department(cast.departments[code], by=self.admin, reason="任命负责人")

    def _finance(self, cast: Cast) -> None:
        """Accounts, and somebody who decides where the route finds nobody: the claims of the general manager."""
        for row in self.data["fund_accounts"]:
            account = FundAccount.objects.filter(code=row["code"]).first() or FundAccount(**row)
            cast.accounts[row["code"]] = save_record(account, by=self.admin, reason=MARK)
        for route in Route.objects.filter(owner=None):
            route.owner = cast.users["lin.yaqin"]
            save_record(route, by=self.admin, reason="指定流程负责人")
        cast.categories = {row.code: row for row in ExpenseCategory.objects.all()}
        cast.cities = {row.code: row for row in City.objects.select_related("tier")}
        cast.reasons = {row.code: row for row in ReturnReason.objects.all()}

    # ---- careers ----

    def careers(self, cast: Cast):
        """What happens to people in these years: (moment, script) for each who comes or goes."""
        today = self.hours.day_of(self.now)
        for row in self.data["people"]:
            if row[0] in self.data["hired_lately"]:
                yield self.hours.at(self.hired[row[0]], 20), self._arrive(cast, row)
        for row in self.data["leavers"]:
            day = self.hours.next_workday(today - dt.timedelta(days=row["days_ago"]))
            yield self.hours.at(day, 480), self._leave(cast, row)

    def _arrive(self, cast: Cast, row: list):
        self.employ(cast, row)
        cast.reload_people()
        yield self.hours.at(self.hours.next_workday(self.hired[row[0]] + PROBATION), 60)
        user = User.objects.get(username=row[0])
        user.status = User.Status.REGULAR
        save_employee(user, by=cast.users["hr"], reason="试用期满转正")
        cast.reload_people()

    def _leave(self, cast: Cast, row: dict):
        leaver, successor = cast.users[row["username"]], cast.users[row["successor"]]
        deactivate_employee(employee=leaver, by=cast.users["hr"], successor=successor, reason=row["reason"])
        for code, head in self.heads.items():
            if head == row["username"]:
                self.heads[code] = row["successor"]
        cast.reload_people()
        yield from ()

    def _status_of(self, hired: dt.date) -> str:
        here = clock.today() - hired >= PROBATION
        return User.Status.REGULAR if here else User.Status.PROBATION

    def _hire_dates(self) -> dict[str, dt.date]:
        today, found = self.hours.day_of(self.now), {}
        for username, _name, _department, position, _roles in self.data["people"]:
            lately = self.data["hired_lately"].get(username)
            years = (9, 12) if username in self.data["heads"].values() or position in ("GM", "DGM", "CFO") else (2.3, 9)
            days = lately or round(self.rng.uniform(*years) * 365)
            found[username] = self.hours.next_workday(today - dt.timedelta(days=days))
        return found

    def _by_day(self, username: str) -> tuple[dt.date, str]:
        return self.hired[username], username
