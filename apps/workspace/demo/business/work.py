"""The engagement: its team, its plan and the changes of it, reports to the client, its file, until it is delivered."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from apps.business.engagements import services as engagements
from apps.business.models import DossierEntry, Engagement, ExecutionPlan, PlanTask, ProgressReport
from apps.business.plans import services as plans
from apps.core import clock
from apps.documents import services
from apps.org.models import User
from apps.workspace.demo.business.costs import Costs

SHIFT = dt.timedelta(days=4)


class Work(Costs):
    """From the signed contract to the delivery."""

    team: list[User]
    tasks_done = 0
    reports_sent = 0

    def plan(self) -> Iterator[dt.datetime]:
        """Team and execution plan; `self.paper` is the plan."""
        yield self.soon(0.3, 1)
        self.team = [self.owner]
        for user in self.office.colleagues(self.rng, self.rng.choice((1, 1, 2, 2, 3)), self.owner):
            duty = self.kind["duties"][len(self.team) % len(self.kind["duties"])]
            engagements.add_member(self.engagement, user=user, duty=duty, by=self.owner)
            self.team.append(user)
        if self.plot.stop == "preparing":
            return
        yield self.soon(0.3, 1)
        paper = self._write_plan()
        if self.plot.stop == "plan:draft":
            engagements.start_planning(self.engagement, by=self.owner)
            return
        paper = services.submit(paper, by=self.owner)
        yield from self.decide(paper, "plan", returned=self._reason_to_return("plan"))
        if self.paper.state == "returned" and self.plot.stop == "closed":
            yield self.soon(0.3, 1)
            yield from self.decide(services.submit(self.paper, by=self.owner), "plan")

    def _reason_to_return(self, stage: str) -> str:
        return self.say(f"{stage}_returns") if self.plot.stop == f"{stage}:returned" else ""

    def _write_plan(self) -> ExecutionPlan:
        wanted = self._tasks()
        engagement = self._fresh()
        paper = ExecutionPlan(
            kind=ExecutionPlan.KIND,
            applicant=self.owner,
            engagement=engagement,
            title=f"{engagement.title}执行计划",
            goal=f"{self.kind['scope']}交付物：{'、'.join(task[1] for task in wanted)}。",
            quality_measures="关键节点设质量检查，检查人与负责人分离；检查未通过不得进入下一环节。",
        )
        start = self.office.hours.next_workday(clock.today() + dt.timedelta(days=2))
        step = max((self._end() - start).days / len(wanted), 1)
        rows = []
        for place, (title, deliverable, criterion) in enumerate(wanted):
            owner = self.team[(place + 1) % len(self.team)]
            others = [user for user in self.team if user != owner]
            rows.append(
                {
                    "wbs": str(place + 1),
                    "title": title,
                    "owner": owner,
                    "start": start + dt.timedelta(days=round(step * place)),
                    "finish": start + dt.timedelta(days=round(step * (place + 1))),
                    "deliverable": deliverable,
                    "predecessors": str(place) if place else "",
                    "criterion": criterion,
                    "checker": self.rng.choice(others) if criterion else None,
                }
            )
        return plans.save_plan(paper, by=self.owner, tasks=rows)

    def _tasks(self) -> list[list[str]]:
        """Every task of this service; of work that is over only the larger ones, one with a checkpoint."""
        tasks = self.kind["tasks"]
        if self.plot.delivered is None:
            return tasks
        checked = [place for place, task in enumerate(tasks) if task[2]]
        others = [place for place in range(len(tasks)) if place != checked[0]]
        return [tasks[place] for place in sorted([checked[0], *self.rng.sample(others, 3)])]

    def _end(self) -> dt.date:
        """The day the work is to be done."""
        if self.plot.delivered is not None:
            return self.office.today - dt.timedelta(days=self.plot.delivered)
        return self.office.today + dt.timedelta(days=self.rng.randint(8, 55))

    def execute(self) -> Iterator[dt.datetime]:
        """Carry out the plan, report to the client, keep the file; ends when everything is done."""
        plan = ExecutionPlan.objects.get(engagement=self.engagement)
        turns, count = self.plot.turns, plan.tasks.count()
        if "health" in turns:
            self._note_health()
        while (task := self._next_task(plan)) is not None:
            yield from self._until(max(task.start, clock.today()))
            self._progress(task, self.rng.choice((20, 30, 50, 60)))
            slip = dt.timedelta(days=self.rng.choice((0, 0, 0, 1, 3)) if self.plot.delivered is None else 0)
            yield from self._until(task.finish + slip)
            self._progress(task, 100)
            if task.criterion:
                yield from self._check(task)
            self.tasks_done += 1
            self._receive(share=self.tasks_done / count)
            if self.tasks_done == 2:
                yield from self._turn(plan)

    def _turn(self, plan: ExecutionPlan) -> Iterator[dt.datetime]:
        """What happens in the middle of the work."""
        turns = self.plot.turns
        if self.plot.delivered is not None:
            yield from self.spend()
        if any(turn.startswith("change") for turn in turns):
            yield self.soon(0.2, 1)
            yield from self._change(ExecutionPlan.objects.get(pk=plan.pk))
        if any(turn.startswith("supplement") for turn in turns):
            yield self.soon(0.2, 1)
            yield from self.supplement()

    def _next_task(self, plan: ExecutionPlan) -> PlanTask | None:
        task = PlanTask.objects.filter(plan=plan, progress__lt=100).order_by("order", "pk").first()
        if task is not None:
            task.plan = plan
        return task

    def _progress(self, task: PlanTask, progress: int) -> None:
        by = self.office.person(task.owner_id)
        plans.record_progress(task, by=by, progress=progress)

    def _check(self, task: PlanTask) -> Iterator[dt.datetime]:
        by = self.office.person(task.checker_id)
        if "failed check" in self.plot.turns and self.tasks_done < 2:
            yield self.soon(0.1, 0.5)
            plans.record_check(task, by=by, result="failed", note=self.say("check_failures"))
            yield self.soon(0.3, 1)
            self._progress(task, 100)
        yield self.soon(0.1, 0.7)
        plans.record_check(task, by=by, result="passed", note=self.say("check_notes"))

    def _change(self, plan: ExecutionPlan) -> Iterator[dt.datetime]:
        """What is left of the plan moves by some days."""
        change, rows = plans.new_from(plan, self.owner)
        change.cause, change.reason = self.say("change_reasons")
        change.title = f"{plan.title}调整"
        done = {task.pk for task in plan.ordered_tasks if task.is_started}
        for row in rows:
            if row["task_id"] not in done:
                row["start"], row["finish"] = row["start"] + SHIFT, row["finish"] + SHIFT
        change.impact_cost = Decimal(self.rng.choice((0, 0, 800, 1500, 3000)))
        change = services.submit(plans.save_change(change, by=self.owner, tasks=rows), by=self.owner)
        if "change:head" in self.plot.turns:
            return
        rejected = self.say("change_rejections") if "change:rejected" in self.plot.turns else ""
        yield from self.decide(change, "change", rejected=rejected)

    def _note_health(self) -> None:
        engagement = self._fresh()
        engagement.health, engagement.health_note = self.say("health")
        engagements.save_engagement(engagement, by=self.owner)

    # ---- reports ----

    def _until(self, day: dt.date) -> Iterator[dt.datetime]:
        """Wait for a day, with reports to the client on the days they were promised for."""
        today = clock.today()
        most = 1 if "late report" in self.plot.turns or self.plot.stop == "closed" else 2
        while self.reports_sent < most:
            due = Engagement.objects.values_list("next_report_on", flat=True).get(pk=self.engagement.pk)
            if due is None or due > day:
                break
            yield self._moment(max(due - dt.timedelta(days=1), today))
            yield from self._report(self._fresh())
        yield self._moment(day)

    def _moment(self, day: dt.date) -> dt.datetime:
        moment = self.office.hours.some_time_on(day, self.rng)
        return max(moment, clock.now() + dt.timedelta(minutes=9))

    def _report(self, engagement: Engagement) -> Iterator[dt.datetime]:
        tasks = list(PlanTask.objects.filter(plan__engagement=engagement).order_by("order"))
        done = [task for task in tasks if task.progress] or tasks[:1]
        coming = [task for task in tasks if not task.is_done] or tasks[-1:]
        start, end = engagements.next_period(engagement)
        report = ProgressReport(engagement=engagement, period_from=start, period_to=end)
        report.done = self.say("done") % done[-1].title
        report.coming = self.say("coming") % coming[0].title
        report.problems = self.say("problems")
        report = engagements.save_report(report, by=self.owner)
        by_mail = bool(engagements.recipients_of(engagement))
        report = engagements.send_report(report, by=self.owner, otherwise="" if by_mail else "微信发送给客户对接人")
        self.reports_sent += 1
        if self.rng.random() < 0.6:
            yield self.soon(0.3, 2)
            engagements.record_answer(report, by=self.owner, answer=self.say("answers"))

    # ---- the file ----

    def _receive(self, *, share: float) -> None:
        """Put the documents to the file that are there when so much is done."""
        entries = list(DossierEntry.objects.filter(engagement=self.engagement, required=True).order_by("order"))
        there = entries[: round(len(entries) * share)]
        if "waived" in self.plot.turns:
            there = [entry for entry in there if entry != entries[-1]]
        for entry in there:
            if entry.received_on is None:
                rows = [entry.name, "—" * 16, self.engagement.number, self.client.name[:16], clock.today().isoformat()]
                engagements.receive(entry, by=self.owner, files=[self.file(entry.name, rows)])

    def _waive(self) -> None:
        for entry in engagements.missing_documents(self.engagement):
            head = self.office.person(self._fresh().department.head_id)
            by = head if head.pk != self.owner.pk else self.office.cast.users["lin.yaqin"]
            engagements.waive(entry, by=by, reason=self.say("waivers"))

    def deliver(self) -> None:
        """The work is done and handed over."""
        engagement = engagements.deliver(self._fresh(), by=self.owner)
        if self.plot.stop != "closed":
            engagement.next_report_on = None
            engagements.save_engagement(engagement, by=self.owner, reason="已交付，不再定期报告")
        if "waived" in self.plot.turns:
            self._waive()

    def _fresh(self) -> Engagement:
        return Engagement.objects.select_related("department__head", "contract", "client").get(pk=self.engagement.pk)
