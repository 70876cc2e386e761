"""Fills in the business side: clients, opportunities, intakes, contracts, engagements, settlements, and their money.

Five settlements per contract, four contracts per client. The newest contracts are what people have before them each day
and are the same at every size: papers in approval, the measured person's own, a client with many open invoices.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from apps.business.models import (
    AgencyContract,
    Engagement,
    EngagementIntake,
    EngagementMember,
    IntakeAssessment,
    Opportunity,
    OpportunityStage,
    PaymentScheduleLine,
    ServiceType,
    Settlement,
    SettlementLine,
)
from apps.core import clock
from apps.documents.grants import VIEW
from apps.documents.models import Document
from apps.org.models import User
from apps.risk.credit.models import CreditCheck, CreditLimit
from apps.service.clients.keys import name_key
from apps.service.clients.models import Client, ClientGrade, ClientPreference, Contact, ContactLog, Industry
from apps.workspace.bench.fill import Filler, People
from apps.workspace.bench.money import Money

PER_CONTRACT = 5
#: the newest contracts, from the newest on: in approval, the seller's own, those with the seller in the team, those
#: of a client who has not paid
IN_REVIEW, OWN, IN_TEAM, UNPAID = 16, 12, 16, 16
FEWEST = PER_CONTRACT * (IN_REVIEW + OWN + IN_TEAM + UNPAID + 4)
OPEN_OPPORTUNITIES = 40
PRICE, RATE = Decimal("10600.00"), Decimal("0.0600")
NET, TAX = Decimal("10000.00"), Decimal("600.00")
LIMIT = Decimal("900000000.00")
BATCH = 200
State = Document.State


@dataclass
class Stage:
    """Where one contract stands."""

    number: int
    age: int
    client: Client
    manager: User
    at: dt.datetime

    @property
    def in_review(self) -> bool:
        return self.age < IN_REVIEW


class BusinessFiller:
    """Clients first, then contract by contract with everything that follows from it."""

    def __init__(self, filler: Filler, people: People, settlements: int):
        self.filler, self.people = filler, people
        self.rows, self.papers, self.random = filler.rows, filler.papers, filler.random
        self.contracts = -(-settlements // PER_CONTRACT)
        self.settlements = settlements
        self.unpaid = OWN * PER_CONTRACT + self.settlements * 3 // 100
        self.numbers: dict[str, int] = {}

    def fill(self) -> None:
        """Everything; the caller calls `finish` of the filler."""
        self.type = ServiceType.objects.order_by("pk").first()
        self.stages = list(OpportunityStage.objects.order_by("order"))
        self.money = Money(self.rows, self.papers, self.filler.account, self.people)
        with transaction.atomic():
            self._clients(max(24, self.contracts // 4))
            for number in range(self.contracts):
                self._contract(number)
                if number % BATCH == 0:
                    self.rows.write()
            self._work_in_hand()
            self._open_opportunities()
            self.rows.write()

    # ---- clients ----

    def _clients(self, count: int) -> None:
        grades, industries = list(ClientGrade.objects.all()), list(Industry.objects.all())
        owners = [self.people.seller] * 12 + [self.random.choice(self.people.others) for _number in range(count - 12)]
        today = clock.today()
        self.clients = [
            self.rows.add(
                Client,
                number=self._number(Client.PREFIX),
                name=f"Client {number} Trading Co., Ltd.",
                name_key=name_key(f"Client {number} Trading Co., Ltd."),
                owner=owner,
                grade=grades[number % len(grades)] if grades else None,
                industry=industries[number % len(industries)] if industries else None,
                address="Nanjing Road 1",
                needs="More visitors in spring",
                completeness=60,
                entered_on=today - dt.timedelta(days=400),
                reviewed_on=today - dt.timedelta(days=number % 200),
                contacted_on=today - dt.timedelta(days=number % 90),
            )
            for number, owner in enumerate(owners)
        ]
        for client in self.clients:
            self._about(client, today)
        self.rows.write()

    def _about(self, client: Client, today: dt.date) -> None:
        """The rows beside one client."""
        self.rows.remember(client, at=self.filler.now, by=client.owner)
        contact = self.rows.add(Contact, client=client, name="Mei Lin", title="Director", is_primary=True)
        self.rows.add(Contact, client=client, name="Bo Chen", title="Clerk")
        self.rows.add(ClientPreference, client=client, topic="Reports", value="Monthly, by e-mail")
        for days in (10, 40, 90):
            self.rows.add(
                ContactLog,
                client=client,
                contact=contact,
                at=self.filler.now - dt.timedelta(days=days),
                summary="Talked about the campaign",
                by=client.owner,
            )
        self.rows.add(
            CreditLimit,
            client=client,
            amount=LIMIT,
            term_days=90,
            valid_from=today - dt.timedelta(days=100),
            valid_until=today + dt.timedelta(days=265),
        )

    # ---- one contract and what follows from it ----

    def _stage(self, number: int) -> Stage:
        age = self.contracts - 1 - number
        share = (number + 1) / (self.contracts + 1)
        at = self.filler.now - dt.timedelta(days=60 + 900 * (1 - share))
        client, manager = self.clients[number % len(self.clients)], self.random.choice(self.people.others)
        own = IN_REVIEW <= age < IN_REVIEW + OWN
        if age < IN_REVIEW:
            colleagues = self.filler.members[self.people.seller.department_id]
            manager = colleagues[2 + age % (len(colleagues) - 2)]
        elif own:
            client, manager = self.clients[2 + age % 10], self.people.seller
        elif IN_REVIEW + OWN + IN_TEAM <= age < IN_REVIEW + OWN + IN_TEAM + UNPAID:
            client = self.clients[1]
        if not own and manager == self.people.seller:
            manager = self.people.others[0]
        return Stage(number, age, client, manager, at)

    def _contract(self, number: int) -> None:
        stage = self._stage(number)
        total = PRICE * PER_CONTRACT
        intake = self._intake(stage, total)
        held = total if stage.in_review else Decimal(0)
        contract = self._signed(stage, intake, total, settling=held, settled=total - held)
        engagement = self._engagement(stage, contract)
        members = self._team(stage, engagement, contract)
        for order in range(1, PER_CONTRACT + 1):
            payment = self.rows.add(
                PaymentScheduleLine,
                contract=contract,
                order=order,
                milestone=f"Milestone {order}",
                amount=PRICE,
                settling=PRICE if stage.in_review else 0,
                settled=0 if stage.in_review else PRICE,
            )
            if stage.number * PER_CONTRACT + order <= self.settlements:
                self._settlement(stage, engagement, payment, members, order)

    def _deciders(self, person: User) -> dict[str, User]:
        people = self.people
        head = self.filler.heads[person.department_id]
        return {"head": head, "finance": people.accountant, "management": people.executive}

    def _intake(self, stage: Stage, total: Decimal) -> EngagementIntake:
        opportunity = self._opportunity(stage.manager, stage.client, stage.at, state="won", total=total)
        assessment = self.rows.add(
            IntakeAssessment,
            number=self._number(IntakeAssessment.PREFIX),
            opportunity=opportunity,
            service_type=self.type,
            needs="More visitors",
            scale="One city",
            expected_revenue=total,
            expected_cost=total * 6 / 10,
            verdict="passed",
            assessed_by=stage.manager,
            assessed_on=stage.at.date(),
            frozen_on=stage.at.date(),
        )
        intake = self.papers.paper(
            EngagementIntake,
            stage.manager,
            State.APPROVED,
            stage.at,
            title=f"Spring campaign {stage.number}",
            assessment=assessment,
            client=stage.client,
            service_type=self.type,
            scope="Media buying in one city, with weekly reports.",
            term_from=stage.at.date(),
            term_to=stage.at.date() + dt.timedelta(days=365),
            amount=total,
            estimated_cost=total * 6 / 10,
        )
        self.papers.run(intake, self._deciders(stage.manager))
        return intake

    def _opportunity(self, owner: User, client: Client, at: dt.datetime, *, state="open", total, number=0):
        day = at.date()
        return self.rows.add(
            Opportunity,
            number=self._number(Opportunity.PREFIX),
            client=client,
            title="Spring campaign",
            service_type=self.type,
            stage=self.stages[number % len(self.stages)] if state == "open" else self.stages[-1],
            stage_since=day,
            active_on=day,
            owner=owner,
            expected_amount=total,
            probability=50,
            state=state,
            closed_on=day if state == "won" else None,
            next_step="Call again" if state == "open" else "",
            next_step_on=clock.today() + dt.timedelta(days=number % 9) if state == "open" else None,
        )

    def _signed(self, stage: Stage, intake: EngagementIntake, total: Decimal, *, settling, settled) -> AgencyContract:
        day = stage.at.date()
        contract = self.papers.paper(
            AgencyContract,
            stage.manager,
            State.APPROVED,
            stage.at,
            title=intake.title,
            amount=total,
            intake=intake,
            client=stage.client,
            service_type=self.type,
            party_a=stage.client.name,
            party_b="Sample Agency",
            scope=intake.scope,
            rights_duties="Both sides act in good faith.",
            fee=total,
            tax_rate=RATE,
            effective_from=day,
            effective_to=day + dt.timedelta(days=365),
            body="The text of the contract. " * 40,
            phase="in_force" if stage.age < self.contracts // 10 + IN_REVIEW else "completed",
            signed_on=day,
            signed_by=stage.manager,
            settling=settling,
            settled=settled,
        )
        self.papers.run(contract, self._deciders(stage.manager))
        return contract

    def _engagement(self, stage: Stage, contract: AgencyContract, *, phase: str = "") -> Engagement:
        recent = contract.phase == "in_force"
        return self.rows.add(
            Engagement,
            number=self._number(Engagement.PREFIX),
            title=contract.title,
            contract=contract,
            client=stage.client,
            service_type=self.type,
            department_id=stage.manager.department_id,
            manager=stage.manager,
            phase=phase or ("settling" if recent else "closed"),
            planned_from=contract.effective_from,
            planned_to=contract.effective_to,
            started_on=contract.effective_from,
            delivered_on=None if phase else contract.effective_from,
            closed_on=None if recent else contract.effective_to,
            next_report_on=clock.today() + dt.timedelta(days=10) if recent else None,
        )

    def _team(self, stage: Stage, engagement: Engagement, contract: AgencyContract) -> list[User]:
        """Two colleagues in every team; they read the contract."""
        others = [person for person in self.people.others if person not in (self.people.seller, stage.manager)]
        members = self.random.sample(others, 2)
        if IN_REVIEW + OWN <= stage.age < IN_REVIEW + OWN + IN_TEAM:
            members[0] = self.people.seller
        for person in members:
            values = {"engagement": engagement, "user": person, "duty": "Media", "since": stage.at.date()}
            self.rows.add(EngagementMember, **values)
            self.rows.grant(person.pk, VIEW, contract.pk, f"engagement:{engagement.pk}")
        return members

    def _settlement(self, stage: Stage, engagement, payment: PaymentScheduleLine, members, order: int) -> None:
        contract = payment.contract
        at = stage.at + dt.timedelta(days=10 * order)
        state = State.IN_REVIEW if stage.in_review else State.APPROVED
        paper = self.papers.paper(
            Settlement,
            stage.manager,
            state,
            at,
            title=f"{contract.title}: {payment.milestone}",
            amount=PRICE,
            engagement=engagement,
            contract=contract,
            client=stage.client,
            confirmed_by="Mei Lin",
            confirmed_on=at.date(),
            gross=PRICE,
            tax_rate=RATE,
            net=NET,
            tax=TAX,
            total=PRICE,
            buyer_name=stage.client.name,
        )
        self.papers.run(paper, self._deciders(stage.manager), stands_at="finance" if order == 1 else "head")
        line = {"schedule_line": payment, "description": payment.milestone}
        self.rows.add(SettlementLine, settlement=paper, price=PRICE, amount=PRICE, **line)
        for person in members:
            self.rows.grant(person.pk, VIEW, paper.pk, f"engagement:{engagement.pk}")
        self.rows.add(
            CreditCheck,
            document_id=paper.pk,
            client=stage.client,
            stage="settlement",
            at=at,
            by=stage.manager,
            passed=True,
            requested=PRICE,
            term_days=30,
            limit=LIMIT,
            term_allowed=90,
            exposure=0,
            overdue=0,
        )
        if state == State.APPROVED:
            left = (stage.age - IN_REVIEW) * PER_CONTRACT + PER_CONTRACT - order
            self.money.follow(paper, at, newest=left, is_unpaid=left < self.unpaid or stage.client == self.clients[1])

    # ---- what the measured people work on ----

    def _work_in_hand(self) -> None:
        """One engagement of the seller with plenty to settle."""
        at = self.filler.now - dt.timedelta(days=30)
        stage = Stage(self.contracts, self.contracts * 2, self.clients[0], self.people.seller, at)
        intake = self._intake(stage, LIMIT / 2)
        contract = self._signed(stage, intake, LIMIT / 2, settling=Decimal(0), settled=Decimal(0))
        contract.phase = "in_force"
        self.payment = self.rows.add(
            PaymentScheduleLine, contract=contract, order=1, milestone="Work by the month", amount=LIMIT / 2
        )
        self.work = self._engagement(stage, contract, phase="executing")
        self._team(stage, self.work, contract)

    def _open_opportunities(self) -> None:
        """What the seller works on, and what all the others do."""
        others = [person for person in self.people.others if person != self.people.seller]
        owners = [self.random.choice(others) for _number in range(self.contracts // 10)]
        for number, owner in enumerate([self.people.seller] * OPEN_OPPORTUNITIES + owners):
            client = self.clients[number % len(self.clients)]
            self._opportunity(owner, client, self.filler.now, total=PRICE, number=number)

    def _number(self, prefix: str) -> str:
        counts = self.papers.counts
        counts[prefix] = counts.get(prefix, 0) + 1
        return f"{prefix}-{clock.today().year}-{counts[prefix]:04}"
