"""Papers and the runs of their routes, as the services would leave them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache

from apps.approvals.events import Log
from apps.approvals.models import Approval, Event, RouteVersion, Step, Task
from apps.approvals.rules import rules_of
from apps.documents.grants import APPROVE, VIEW
from apps.documents.models import Document, Participant
from apps.org.models import User
from apps.workspace.bench.rows import Rows

State = Document.State
RUN_STATES = {State.IN_REVIEW: "running", State.RETURNED: "returned"}


class Papers:
    """Writes papers of any kind with their history, run, rights and participants.

    `deciders` says who decides in a step of this key; steps with conditions do not apply.
    """

    def __init__(self, rows: Rows):
        self.rows = rows
        self.counts: dict[str, int] = {}
        self._route = cache(_route)

    def paper(self, model, applicant: User, state: str, at: dt.datetime, *, department_id=None, **values) -> Document:
        """One paper; `run` gives it its approval."""
        number = self.counts[model.PREFIX] = self.counts.get(model.PREFIX, 0) + 1
        pk = self.rows.next_id(Document)
        ended = state in (State.APPROVED, State.REJECTED)
        paper = model(
            id=pk,
            document_ptr_id=pk,
            kind=model.KIND,
            number=f"{model.PREFIX}-{at.year}-{number:04}",
            applicant=applicant,
            department_id=department_id or applicant.department_id,
            state=state,
            approval_id=pk,
            submitted_at=at,
            closed_at=at if ended else None,
            created_at=at,
            updated_at=at,
            **values,
        )
        self.rows.put(paper)
        self.rows.remember(paper, at=at, by=applicant)
        self.rows.add(Participant, user_id=applicant.pk, document_id=pk, applicant=True)
        return paper

    def copy(self, paper: Document, to: User) -> None:
        """A copy for somebody who decides nothing, read at once."""
        at = paper.submitted_at
        self.rows.add(Participant, user_id=to.pk, document_id=paper.pk, copied_at=at, read_at=at)
        self.rows.grant(to.pk, VIEW, paper.pk, "copied")

    def run(self, paper: Document, deciders: Mapping[str, User], *, stands_at: str = "") -> None:
        """The approval of one paper; one in approval stands at the step `stands_at`, or at the first."""
        version, rules, as_json = self._route(paper.kind)
        at, state = paper.submitted_at, paper.state
        running, returned = state == State.IN_REVIEW, state == State.RETURNED
        approval = Approval(
            id=paper.pk,
            route_version=version,
            applicant=paper.applicant,
            department_id=paper.department_id,
            state=RUN_STATES.get(state, "approved"),
            returned_from=rules[0].key if returned else "",
            facts={"amount": str(paper.amount)},
            opened_at=at,
            closed_at=None if running else at,
        )
        log = Log(approval, at=at)
        log.add(Event.Verb.SUBMITTED, actor=paper.applicant, payload={"route": "bench"})
        place = _place(rules, stands_at) if running else 0 if returned else len(rules)
        for index, rule in enumerate(rules):
            step = self._step(paper.pk, rule, as_json[rule.key], at)
            if rule.conditions:
                step.state = "skipped" if state == State.APPROVED else "pending" if running else "cancelled"
            elif index < place:
                self._decide(step, deciders[rule.key], paper.pk, log, "approved")
            elif running:
                self._wait(step, deciders[rule.key], paper.pk, log, is_open=index == place)
            else:
                self._decide(step, deciders[rule.key], paper.pk, log, "returned" if index == place else "")
        if state == State.APPROVED:
            log.add(Event.Verb.FINISHED)
        self.rows.put(approval)
        for event in log.events:
            event.pk = self.rows.next_id(Event)
            self.rows.put(event)

    def _step(self, approval: int, rule, as_json: dict, at: dt.datetime) -> Step:
        values = {name: getattr(rule, name) for name in ("order", "key", "name", "name_en", "mode", "needed")}
        values["stage"] = rule.together
        return self.rows.add(Step, approval_id=approval, round=1, rule=as_json, opened_at=at, closed_at=at, **values)

    def _wait(self, step: Step, decider: User, document: int, log: Log, *, is_open: bool) -> None:
        if not is_open:
            step.state = "pending"
            return
        step.state, step.closed_at = "open", None
        self.rows.add(Task, step_id=step.pk, approval_id=document, user_id=decider.pk, opened_at=log.at)
        self.rows.grant(decider.pk, APPROVE, document, f"step:{step.pk}")
        self.rows.add(Participant, user_id=decider.pk, document_id=document, approver=True)
        log.add(Event.Verb.OPENED, step=step, payload={"people": [decider.pk]})

    def _decide(self, step: Step, decider: User, document: int, log: Log, state: str) -> None:
        step.state = state or "cancelled"
        if not state:
            return
        decided = {"state": state, "opened_at": log.at, "decided_at": log.at}
        task = self.rows.add(Task, step_id=step.pk, approval_id=document, user_id=decider.pk, **decided)
        self.rows.grant(decider.pk, VIEW, document, f"acted:{task.pk}")
        self.rows.add(Participant, user_id=decider.pk, document_id=document, approver=True)
        log.add(state, actor=decider, step=step, payload={"text": "", "task": task.pk})


def _route(kind: str):
    version = RouteVersion.objects.published_for(kind)
    rules = rules_of(version)
    return version, rules, {rule.key: rule.as_json() for rule in rules}


def _place(rules, key: str) -> int:
    return next((index for index, rule in enumerate(rules) if rule.key == key), 0)
