"""A sheet of paper for the tests of the engine, which knows people and facts, never documents."""

import hashlib
import json

from django.db import transaction

from apps.approvals import engine
from apps.approvals.models import Step, Task


class Paper:
    """Facts and content; every verb of the engine in one word. ``opened`` are the people the last verb asked."""

    def __init__(self, applicant, department, *, kind="memo", **facts):
        self.applicant, self.department, self.kind = applicant, department, kind
        self.facts = facts
        #: whom the applicant chooses, by step
        self.chosen = {}
        self.approval = None
        self.outcome = None

    @property
    def content_hash(self):
        return hashlib.sha256(json.dumps(self.facts, sort_keys=True).encode()).hexdigest()

    @transaction.atomic
    def submit(self):
        given = {"facts": self.facts, "content_hash": self.content_hash, "by": self.applicant}
        given["choices"] = lambda: self.chosen
        if self.approval is None:
            return self._done(
                engine.start(kind=self.kind, applicant=self.applicant, department=self.department, **given)
            )
        return self._done(engine.resubmit(self.approval, department=self.department, **given))

    def approve(self, by, **options):
        return self._decide(engine.approve, by, **options)

    def return_(self, by, reason="Please correct", **options):
        return self._decide(engine.return_, by, reason=reason, **options)

    def reject(self, by, reason="No"):
        return self._decide(engine.reject, by, reason=reason)

    @transaction.atomic
    def withdraw(self):
        return self._done(engine.withdraw(self.approval, by=self.applicant))

    @property
    def state(self):
        self.approval.refresh_from_db()
        return self.approval.state

    @property
    def deciding(self):
        """User names of those whose decision is open."""
        tasks = Task.objects.open().filter(approval=self.approval).order_by("user__username")
        return list(tasks.values_list("user__username", flat=True))

    @property
    def steps(self):
        """State of each step of the current round, by key."""
        self.approval.refresh_from_db()
        steps = Step.objects.filter(approval=self.approval, round=self.approval.round).order_by("order")
        return dict(steps.values_list("key", "state"))

    @property
    def verbs(self):
        return list(self.approval.events.order_by("seq").values_list("verb", flat=True))

    @transaction.atomic
    def _decide(self, verb, by, **options):
        given = {"facts": self.facts, "content_hash": self.content_hash, "by": by}
        return self._done(verb(self.approval, **given, **options))

    def _done(self, outcome):
        self.approval, self.outcome = outcome.approval, outcome
        return self
