"""Which claims there are, whose, when, and what becomes of them. Pure functions of a seed and a day."""

import datetime as dt
from dataclasses import dataclass, field
from random import Random

from apps.workspace.demo.content import Paper, Traveller, Writer
from apps.workspace.demo.data import read
from apps.workspace.demo.hours import Hours

YEARS = 2
#: claims this recent come with files, up to so many
VOUCHER_DAYS, VOUCHERS = 130, 60

#: what becomes of a claim of the past, with weights
FATES = {
    "paid": 68,
    "returned": 6,
    "returned by finance": 5,
    "lowered": 7,
    "line returned": 4,
    "rejected": 5,
    "withdrawn": 2,
    "cancelled": 2,
}

#: what the people of a department spend money on, with weights
KINDS = {
    "BUS": {"trip": 46, "entertain": 20, "local": 13, "telecom": 10, "bigtrip": 6, "other": 4},
    "MKT": {"promotion": 26, "trip": 24, "meeting": 9, "entertain": 12, "local": 12, "office": 8, "bigtrip": 6},
    "SVC": {"trip": 34, "local": 24, "telecom": 14, "entertain": 8, "training": 9, "office": 9},
    "FIN": {"training": 28, "local": 26, "office": 30, "trip": 14},
    "ADM": {"office": 42, "welfare": 16, "training": 14, "local": 12, "meeting": 8, "other": 8},
    "MGT": {"trip": 42, "bigtrip": 16, "entertain": 34, "meeting": 6},
}
OFTEN = {"BUS": 3.0, "MKT": 2.0, "SVC": 1.6, "MGT": 1.6, "FIN": 0.8, "ADM": 0.9}
EAGER = {"staff": 8.0, "staff2": 4.0, "head": 2.0, "market": 2.0, "service": 2.0, "ye.cheng": 2.0}
COMFORT = {"M3": 1.7, "M2": 1.25, "M1": 1.2}

#: what stands on the desks today: (person, occasion, fate, working days since it was written); the first part alone has
#: every state, both parts have several for `staff`
TODAY = [
    ("staff", "trip", "draft", 1),
    ("staff", "trip", "waits: head", 2),
    ("staff", "entertain", "waits: finance", 4),
    ("staff", "bigtrip", "waits: director", 6),
    ("staff", "trip", "returned", 5),
    ("staff", "entertain", "rejected", 12),
    ("staff", "training", "cancelled", 20),
    ("staff", "trip", "unpaid", 7),
    ("staff", "local", "withdrawn", 3),
    ("staff", "trip", "line returned", 14),
    ("staff", "trip", "lowered", 25),
    ("market", "exhibition", "waits: management", 9),
    ("head", "trip", "waits: head", 2),
    ("manager", "entertain", "waits: head", 2),
    ("manager", "bigtrip", "paid", 30),
    ("staff2", "trip", "waits: head", 1),
    ("staff2", "trip", "returned by finance", 8),
    ("staff2", "local", "draft", 2),
    ("staff2", "trip", "unpaid", 6),
    ("service", "trip", "waits: finance", 5),
    ("hr", "bigtraining", "waits: director", 6),
    ("officer", "office", "waits: head", 2),
    ("market", "promotion", "unpaid", 8),
    ("cashier", "training", "unpaid", 9),
    ("accountant", "office", "waits: finance", 4),
    ("director", "trip", "waits: head", 3),
    ("staff", "bigtrip", "paid", 35),
    ("staff", "entertain", "draft", 3),
    ("staff", "entertain", "waits: head", 3),
    ("staff", "local", "waits: head", 1),
    ("staff", "trip", "waits: finance", 5),
    ("staff", "bigtrip", "waits: director", 7),
    ("staff", "entertain", "returned by finance", 9),
    ("staff", "local", "rejected", 32),
    ("staff", "training", "cancelled", 45),
    ("staff", "entertain", "unpaid", 8),
    ("staff", "trip", "withdrawn", 6),
    ("staff", "trip", "line returned", 28),
    ("market", "exhibition", "paid", 60),
    ("lin.yaqin", "bigtrip", "waits: director", 7),
    ("wu.jiayi", "exhibition", "waits: management", 11),
    ("liu.mingxuan", "entertain", "waits: head", 2),
    ("zhou.zimo", "trip", "waits: head", 3),
    ("xu.jiahao", "trip", "waits: finance", 5),
    ("he.shihan", "trip", "unpaid", 7),
    ("ma.tianyu", "bigtrip", "unpaid", 9),
    ("deng.jie", "training", "waits: finance", 4),
    ("huang.zihan", "trip", "draft", 2),
    ("cao.yang", "promotion", "returned", 6),
]


@dataclass
class Employee:
    """What plans need to know of a person; `first` and `last` bound the days on which they write claims."""

    username: str
    department: str
    grade: str
    position: str
    first: dt.date
    last: dt.date

    @property
    def traveller(self) -> Traveller:
        return Traveller(self.department, COMFORT.get(self.grade, 1.0))

    @property
    def weight(self) -> float:
        few = 0.4 if self.grade == "P1" else 1.0
        return EAGER.get(self.username, OFTEN[self.department] * few)


@dataclass
class Plan:
    """One claim from its first draft on. `moments` are fixed for what is about today; the past finds its own pace."""

    number: int
    username: str
    kind: str
    fate: str
    drafted: dt.datetime
    paper: Paper
    today: bool = False
    moments: list[dt.datetime] = field(default_factory=list)
    vouchers: bool = False
    shares_voucher: bool = False


class Planner:
    """Draws up the claims of two years. The same seed, day and number give the same claims."""

    def __init__(self, seed: int, now: dt.datetime, hours: Hours, employees: list[Employee], writer: Writer):
        self.seed, self.now, self.hours, self.writer = seed, now, hours, writer
        self.employees = {employee.username: employee for employee in employees}
        self._phones: set[tuple[str, int, int]] = set()

    def plans(self, count: int) -> list[Plan]:
        """So many claims; what stands on the desks today comes first, the rest lies in the past."""
        today = [self._today(number, *row) for number, row in enumerate(TODAY[:count])]
        past = [self._past(number) for number in range(len(today), count)]
        self._share_a_voucher(today)
        recent = [plan for plan in sorted(past, key=_drafted, reverse=True) if self._days_ago(plan) < VOUCHER_DAYS]
        for plan in [*today, *recent][:VOUCHERS]:
            plan.vouchers = True
        return today + past

    def _today(self, number: int, username: str, kind: str, fate: str, workdays: int) -> Plan:
        rng = Random(f"{self.seed} today {number}")
        day = self.hours.workdays_before(self.hours.day_of(self.now), workdays)
        drafted = min(self.hours.some_time_on(day, rng), self.now - dt.timedelta(hours=3))
        paper = self._paper(kind, rng, drafted, self.employees[username])
        moments = self.hours.spread(drafted, self.now - dt.timedelta(minutes=20), 8, rng)
        return Plan(number, username, kind, fate, drafted, paper, today=True, moments=moments)

    def _past(self, number: int) -> Plan:
        rng = Random(f"{self.seed} past {number}")
        day = self._some_day(rng)
        people = [person for person in self.employees.values() if person.first <= day <= person.last]
        person = rng.choices(people, [person.weight for person in people])[0]
        drafted = self.hours.some_time_on(day, rng)
        kind = self._kind(rng, person, day)
        fate = rng.choices(list(FATES), list(FATES.values()))[0]
        return Plan(number, person.username, kind, fate, drafted, self._paper(kind, rng, drafted, person))

    def _some_day(self, rng: Random) -> dt.date:
        """A day of the two years up to three working days ago; business grows, so later days are likelier."""
        start = self.hours.day_of(self.now) - dt.timedelta(days=365 * YEARS)
        end = self.hours.workdays_before(self.hours.day_of(self.now), 3)
        share = rng.random() ** 0.85
        return min(self.hours.next_workday(start + (end - start) * share), end)

    def _kind(self, rng: Random, person: Employee, day: dt.date) -> str:
        if person.position == "DRV":
            return "vehicle"
        if person.position in ("RCP", "BUS-AST"):
            return rng.choice(("office", "local", "other"))
        kinds = KINDS[person.department]
        kind = rng.choices(list(kinds), list(kinds.values()))[0]
        if kind == "telecom":
            month = (person.username, day.year, day.month)
            if month in self._phones:
                return "local"
            self._phones.add(month)
        return kind

    def _paper(self, kind: str, rng: Random, drafted: dt.datetime, person: Employee) -> Paper:
        """The claim is written some days after the expense, and never for a day before the person came."""
        spent = self.hours.day_of(drafted) - dt.timedelta(days=rng.choice((1, 1, 2, 3, 5, 9)))
        if kind == "telecom":
            spent = self.hours.day_of(drafted)
        return self.writer.write(kind, rng, spent, person.traveller)

    def _share_a_voucher(self, today: list[Plan]) -> None:
        """Two colleagues hand in the very same file: the page of either points at the other."""
        for username, fate in (("staff", "unpaid"), ("staff2", "waits: head")):
            for plan in today:
                if (plan.username, plan.fate) == (username, fate):
                    plan.shares_voucher = True
                    break

    def _days_ago(self, plan: Plan) -> int:
        return (self.now - plan.drafted).days


def _drafted(plan: Plan) -> tuple[dt.datetime, int]:
    return plan.drafted, plan.number


def employees(now: dt.datetime, hours: Hours, departments: dict[str, str], grades: dict[str, str]) -> list[Employee]:
    """Who writes claims, from the data of the company; `departments` names the one on top of each, `grades` those of
    the positions."""
    data = read("company")
    today = hours.day_of(now)
    start = today - dt.timedelta(days=365 * YEARS)
    left = {row["username"]: row["days_ago"] for row in data["leavers"]}
    found = []
    for username, _name, department, position, _roles in data["people"]:
        hired = data["hired_lately"].get(username)
        first = today - dt.timedelta(days=hired - 14) if hired else start
        last = today - dt.timedelta(days=left[username] + 40) if username in left else today
        found.append(Employee(username, departments[department], grades[position], position, first, last))
    return found
