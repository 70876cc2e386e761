"""From the first talk to the approved intake application."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from apps.business.intake import services as intake
from apps.business.leads import services as leads
from apps.business.models import Activity, EngagementIntake, IntakeAssessment, Lead, Opportunity
from apps.core import clock
from apps.documents import services
from apps.risk.credit import gate
from apps.service.clients.models import ClientSource
from apps.workspace.demo.business.office import Actor

SEASONS = ("冬季", "春季", "夏季", "秋季")
PATH = ("EVAL", "CONTACT", "NEEDS", "SOLUTION", "NEGOTIATE")
VERDICT = IntakeAssessment.Verdict
TERM_DAYS = {"A": 45}
#: the client has not paid in time; of small contracts only
LATE = ("settlement:overdue", "settlement:partly")
#: where the opportunity is still open
SELLING = ("stage", "assessment", "intake", "contract")


class Sales(Actor):
    """The opportunity, its assessment, and the application."""

    def sell(self) -> Iterator[dt.datetime]:
        """Up to an approved application; `self.intake` is None where it never comes to that."""
        self.intake: EngagementIntake | None = None
        while (client := self.office.client_for(self.rng, self.plot)) is None:
            yield self.soon(2, 6)
        self.client, self.owner = client, self.office.person(client.owner_id)
        self._choose()
        self.opportunity = self._begin()
        stop = self.plot.stop
        wanted = stop.partition(":")[2] if stop.startswith("stage") else "NEGOTIATE" if stop == "lost" else "SOLUTION"
        yield from self._work_on(wanted)
        if stop.startswith("stage"):
            return
        if stop == "lost":
            yield self.soon(2, 12)
            place = self.rng.randrange(len(self.texts["lost_notes"]))
            reason = self.office.lost[(0, 2, 1, 5)[place]]
            leads.lose(self.opportunity, by=self.owner, reason=reason, note=self.texts["lost_notes"][place])
            return
        yield self.soon(0.3, 1)
        if (assessment := self._assess()) is not None:
            yield self.soon(0.3, 1.5)
            yield from self._apply(assessment)

    def _choose(self) -> None:
        """What is sold, and for how much: within the client's credit unless the plot says otherwise."""
        industry = self.client.industry.code if self.client.industry_id else ""
        self.type_code = self.rng.choice(self.texts["of_industry"].get(industry, ["CORP", "PR"]))
        least, most = self.texts["fees"][self.client.grade.code]
        fee = least + (most - least) * self.rng.random() ** 1.2
        if self.type_code in ("CORP", "IP"):
            fee = max(fee * 0.35, 8000)
        available = gate.picture_of(self.client).available
        if self.plot.stop == "intake:credit":
            fee = max(float(available), 60000) * 1.25
        elif self.plot.stop in LATE:
            fee = min(fee, 30000) * self.rng.uniform(0.6, 1)
        elif available > 12000:
            fee = min(fee, float(available) * 0.8)
        self.fee = Decimal(round(fee, -2))
        day = self.office.hours.day_of(clock.now())
        season = f"{day.year}年{SEASONS[day.month % 12 // 3]}" if self.type_code in ("AD", "PR") else ""
        self.title = season + self.rng.choice(self.kind["titles"])

    def _begin(self) -> Opportunity:
        today = clock.today()
        values = {
            "title": self.title,
            "service_type": self.office.types[self.type_code],
            "expected_amount": self.fee,
            "expected_on": today + dt.timedelta(days=self.rng.randint(25, 60)),
        }
        if "lead" in self.plot.turns:
            lead = leads.save_lead(self._lead(values["service_type"]), by=self.owner)
            return leads.qualify(lead, by=self.owner, client=self.client, **values)
        return leads.save_opportunity(
            Opportunity(
                client=self.client,
                owner=self.owner,
                competitor=self.say("competitors"),
                next_step=self.say("next_steps"),
                next_step_on=today + dt.timedelta(days=self.rng.randint(3, 9)),
                **values,
            ),
            by=self.owner,
        )

    def _lead(self, service_type) -> Lead:
        sources = list(ClientSource.objects.order_by("code"))
        return Lead(
            company_name=self.client.name,
            client=self.client,
            source=self.rng.choice(sources),
            source_detail=self.say("lead_details"),
            service_type=service_type,
            need=self.kind["scope"],
            owner=self.owner,
            next_step=self.say("lead_steps"),
            next_step_on=clock.today() + dt.timedelta(days=2),
        )

    def _work_on(self, wanted: str) -> Iterator[dt.datetime]:
        """Talk, and move it to the stage; what is on somebody's desk today went through every one before."""
        path = PATH[1 : PATH.index(wanted) + 1]
        path = path if self.plot.stop.startswith("stage") else path[-1:]
        for code in path or [""]:
            yield self.soon(0.4, 1.2)
            kind, text = self.rng.choice(self.texts["activities"])
            following = self._next_day()
            leads.touch(
                self.opportunity,
                by=self.owner,
                text=text,
                kind=Activity.Kind(kind),
                next_step=self.say("next_steps"),
                next_step_on=self.office.hours.next_workday(following),
            )
            if code:
                leads.move(self.opportunity, by=self.owner, stage=self.office.stages[code])

    def _next_day(self) -> dt.date:
        """When the next step is due: for what is sold today some days from now, or some days ago."""
        today = clock.today()
        if self.plot.is_current and self.plot.stop.partition(":")[0] in SELLING:
            return max(self.office.today + dt.timedelta(days=self.rng.randint(-4, 14)), today)
        return today + dt.timedelta(days=self.rng.randint(2, 15))

    def _assess(self) -> IntakeAssessment | None:
        """The preliminary assessment; None where no application follows."""
        stop = self.plot.stop
        failed = stop == "assessment:failed"
        share = self.rng.uniform(0.9, 1.02) if failed else 1 - self.plot.margin + self.rng.uniform(-0.06, 0.05)
        self.cost = self.cents(self.fee / Decimal("1.06") * Decimal(str(round(share, 3))))
        assessment = IntakeAssessment(
            opportunity=Opportunity.objects.get(pk=self.opportunity.pk),
            service_type=self.office.types[self.type_code],
            needs=self.kind["scope"],
            scale=self.rng.choice(self.kind["scale"]),
            expected_revenue=self.fee,
            expected_cost=self.cost,
            feasibility=self.rng.choice(["low"] if failed else ["high", "medium", "medium"]),
        )
        assessment = intake.save_assessment(assessment, by=self.owner)
        if stop == "assessment:open":
            return None
        note = self.say("failed_notes") if failed else ""
        verdict = VERDICT.FAILED if failed else VERDICT.PASSED
        assessment = intake.decide(assessment, verdict=verdict, note=note, by=self.owner)
        return None if stop.startswith("assessment") else assessment

    def _apply(self, assessment: IntakeAssessment) -> Iterator[dt.datetime]:
        """The Business Intake Application, submitted and decided."""
        paper = intake.new_from(IntakeAssessment.objects.get(pk=assessment.pk), self.owner)
        paper.term_from = clock.today() + dt.timedelta(days=7)
        paper.term_to = paper.term_from + dt.timedelta(days=self._days_of_work())
        grade = self.client.grade.code if self.plot.stop != "settlement:overdue" else ""
        paper.payment_term_days = TERM_DAYS.get(grade, 30)
        paper.risk_note = self.say("risk_notes")
        paper = intake.save_intake(paper, by=self.owner)
        stop = self.plot.stop
        if stop == "intake:draft":
            return
        paper = services.submit(paper, by=self.owner)
        reasons = {
            "intake:returned": {"returned": self.say("intake_returns")},
            "intake:rejected": {"rejected": self.say("intake_rejections")},
        }
        yield from self.decide(paper, "intake", **reasons.get(stop, {}))
        if self.paper.state == "rejected":
            leads.lose(self.opportunity, by=self.owner, reason=self.office.lost[3], note="承接申请未获批准")
        if self.paper.state == "approved" and not stop.startswith("intake"):
            self.intake = EngagementIntake.objects.get(pk=paper.pk)

    def _days_of_work(self) -> int:
        """How long the work is meant to take, from what the plot knows of it."""
        if self.plot.delivered is not None:
            return self.plot.age - self.plot.delivered + 60
        return max(self.plot.age + self.rng.randint(40, 90), 90)
