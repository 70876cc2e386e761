"""What every story of the business shares: who decides, when it goes on, which clients there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from django.core.files.base import ContentFile
from django.db.models import Count, Q

from apps.approvals.models import Task
from apps.business.models import Engagement, LostReason, OpportunityStage, ServiceType
from apps.core import clock
from apps.documents import services
from apps.org.models import User
from apps.service.clients.models import Client
from apps.workspace.demo.business.plots import Plot
from apps.workspace.demo.data import read
from apps.workspace.demo.hours import Hours
from apps.workspace.demo.invoices import Numbers
from apps.workspace.demo.people import Cast
from apps.workspace.demo.vouchers import slip_png

#: the client that pays late and is put on hold
HELD = "无锡锐拓电子有限公司"
WEIGHTS = {"A": 10, "B": 5, "C": 1.6, "D": 0.5}
SIGNED_IN = ("staff", "staff2")
OVER = (Engagement.Phase.CLOSED, Engagement.Phase.TERMINATED)


@dataclass
class Office:
    """Shared by all stories."""

    seed: int
    cast: Cast
    hours: Hours
    now: dt.datetime
    numbers: Numbers
    texts: dict[str, Any] = field(default_factory=lambda: read("business"))
    types: dict[str, ServiceType] = field(default_factory=dict)
    stages: dict[str, OpportunityStage] = field(default_factory=dict)
    lost: list[LostReason] = field(default_factory=list)
    vouchers: int = 0
    _people: dict[int, User] = field(default_factory=dict)

    def __post_init__(self):
        self.types = {row.code: row for row in ServiceType.objects.all()}
        self.stages = {row.code: row for row in OpportunityStage.objects.all()}
        self.lost = list(LostReason.objects.order_by("order"))
        self.leavers = {row["username"] for row in read("company")["leavers"]}

    @property
    def today(self) -> dt.date:
        return self.hours.day_of(self.now)

    def client_for(self, rng: Random, plot: Plot) -> Client | None:
        """A client of somebody who stays; today's papers are mostly those of the people one signs in as."""
        running = Count("engagements", filter=~Q(engagements__phase__in=OVER), distinct=True)
        known = Client.objects.kept().filter(status="active", owner__is_active=True, grade__isnull=False)
        known = known.exclude(owner__username__in=self.leavers).select_related("owner", "grade", "industry")
        if "held" in plot.turns:
            return known.filter(name=HELD).first()
        known = known.exclude(name=HELD).exclude(kind=Client.Kind.PERSON).annotate(running=running)
        clients = list(known.order_by("pk"))
        if not clients:
            return None
        weights = [WEIGHTS[client.grade.code] / (1 + client.running) for client in clients]
        if plot.is_current:
            weights = [
                weight * (2 if client.owner.username in SIGNED_IN else 1)
                for weight, client in zip(weights, clients, strict=True)
            ]
        return rng.choices(clients, weights)[0]

    def person(self, pk: int) -> User:
        """The person as everybody else knows them, with permissions read once."""
        if pk not in self._people:  # somebody has come since
            self._people = {user.pk: user for user in self.cast.users.values()}
        return self._people[pk]

    def colleagues(self, rng: Random, count: int, but: User) -> list[User]:
        """People of Business, Market and Client Service who stay."""
        found = [
            user
            for name, user in sorted(self.cast.users.items())
            if user.is_active
            and user.department
            and name not in self.leavers
            and user.pk != but.pk
            and self.cast.top_of(user.department.code) in ("BUS", "MKT", "SVC")
        ]
        same = [user for user in found if user.department_id == but.department_id]
        known = [user for user in found if user.username in ("staff", "staff2", "service", "market")]
        chosen: list[User] = []
        while len(chosen) < count:
            user = rng.choice(rng.choice([same or found, known, found, found]))
            if user not in chosen:
                chosen.append(user)
        return chosen

    def accountant(self, rng: Random) -> User:
        return self.cast.users[rng.choice(("accountant", "accountant", "luo.ting"))]


class Actor:
    """What sales, contracts, work and money have in common: one piece of business and its own chance."""

    def __init__(self, office: Office, plot: Plot):
        self.office, self.plot, self.texts = office, plot, office.texts
        self.rng = Random(f"{office.seed} story {plot.number}")
        self.client: Client
        self.owner: User
        self.type_code = ""
        self.fee = Decimal(0)

    @property
    def kind(self) -> dict[str, Any]:
        """The texts of this service."""
        return self.texts["types"][self.type_code]

    def soon(self, least: float, most: float) -> dt.datetime:
        """After so many working days, at the latest."""
        return self.office.hours.after(clock.now(), 9 * self.rng.uniform(least, most))

    def on(self, days_ago: float) -> dt.datetime:
        """In the course of the working day so many days before today; right away where that is over."""
        day = self.office.hours.next_workday(self.office.today - dt.timedelta(days=round(days_ago)))
        return max(self.office.hours.at(day, self.rng.uniform(20, 400)), clock.now() + dt.timedelta(minutes=7))

    def say(self, name: str) -> Any:
        return self.rng.choice(self.texts[name])

    def decide(self, paper, stage: str, *, returned: str = "", rejected: str = "") -> Iterator[dt.datetime]:
        """Those whose turn it is approve step by step, until the plot stops; `self.paper` is the paper as it is then.

        `returned` and `rejected` are the reasons with which the first of them returns or rejects it.
        """
        self.paper = paper
        while paper.state == "in_review":
            step, deciders = self._turn_of(paper)
            if self.plot.stop == f"{stage}:{step}":
                return
            yield self.soon(0.1, 0.9)
            by = self.rng.choice(deciders)
            if returned:
                paper, returned = services.return_(paper, by=by, reason=returned), ""
            elif rejected:
                paper = services.reject(paper, by=by, reason=rejected)
            else:
                comment = self.say("opinions") if step == "credit" else self.say("approvals")
                paper = services.approve(paper, by=by, comment=comment)
            self.paper = paper

    def _turn_of(self, paper) -> tuple[str, list[User]]:
        """The key of the open step, and those who may decide it."""
        tasks = Task.objects.open().filter(approval=paper.approval_id).order_by("pk")
        rows = list(tasks.values_list("step__key", "user__username"))
        return rows[0][0], [self.office.cast.users[name] for _step, name in rows]

    def file(self, name: str, rows: list[str]) -> ContentFile:
        """A picture of a paper with these lines."""
        return ContentFile(slip_png(rows), name=f"{name}.png")

    def cents(self, amount: Decimal | float) -> Decimal:
        return Decimal(str(amount)).quantize(Decimal("0.01"))
