"""Random verbs by random people over random routes in random organisations; what must always hold, holds after each.

HYPOTHESIS_PROFILE chooses how long: `default` some seconds and the same every time, `ci` a few minutes, `deep` an hour.
"""

import datetime as dt
import math
import os
from contextlib import suppress

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from apps.approvals import routing, voting
from apps.approvals.delegating import delegate, end
from apps.approvals.events import verify
from apps.approvals.models import Approval, Delegation, Step, Task
from apps.core import clock
from apps.core.errors import Refused
from apps.documents import services
from apps.documents.models import Document
from apps.documents.services.deadlines import watch_deadlines
from apps.documents.services.projection import orphans
from apps.org.models import Company, User
from apps.org.services import deactivate_employee
from tests.factories.approvals import route, step, when
from tests.factories.documents import draft
from tests.factories.org import DepartmentFactory, RoleFactory, UserFactory
from tests.testkind.models import Memo

PROFILES = {"default": (10, 25), "ci": (100, 40), "deep": (1500, 60)}
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "default")
NAMES = ["ann", "ben", "cat", "dan", "eve", "fred", "gus"]

State = Document.State
#: of whom somebody was asked for, what an approved step may show
HEARD = (Task.State.APPROVED, Task.State.ADVISED)
#: tasks that nobody decides any more
GONE = (Task.State.CLOSED, Task.State.PASSED_ON, Task.State.TAKEN_BACK)
#: from state to state in one verb; everything stays as it is as well
EDGES = {
    State.DRAFT: {State.IN_REVIEW},
    State.IN_REVIEW: {State.APPROVED, State.RETURNED, State.REJECTED, State.DRAFT},
    State.RETURNED: {State.IN_REVIEW},
    State.APPROVED: {State.CANCELLED},
    State.REJECTED: set(),
    State.CANCELLED: set(),
}
RUNS = {
    State.IN_REVIEW: {Approval.State.RUNNING},
    State.APPROVED: {Approval.State.APPROVED},
    State.CANCELLED: {Approval.State.APPROVED},
    State.RETURNED: {Approval.State.RETURNED},
    State.REJECTED: {Approval.State.REJECTED},
    State.DRAFT: {Approval.State.WITHDRAWN},
}

#: conditions in two groups
EITHER = [when("amount", "lte", "10"), {**when("amount", "gte", "60000"), "group": 2}]
people = st.sampled_from(NAMES)
amounts = st.sampled_from(["10.00", "4999.99", "5000.00", "5000.01", "60000.00"])
rules = st.one_of(
    st.fixed_dictionaries({"rule": st.sampled_from(["line_manager", "department_head"])}),
    st.fixed_dictionaries({"rule": st.just("department_head"), "levels_up": st.integers(1, 2)}),
    st.fixed_dictionaries({"rule": st.just("fact"), "fact": st.just("signatory")}),
    st.fixed_dictionaries({"rule": st.just("manager_line"), "levels_up": st.integers(0, 3)}),
    st.fixed_dictionaries({"rule": st.sampled_from(["chosen", "chosen_before"]), "choose_many": st.booleans()}),
    st.fixed_dictionaries({"rule": st.just("role"), "role": st.sampled_from(["red", "blue"])}),
    st.fixed_dictionaries({"rule": st.just("people"), "people": st.lists(people, min_size=1, max_size=4, unique=True)}),
)
steps = st.fixed_dictionaries(
    {
        "mode": st.sampled_from(["any", "all", "count", "percent", "sequence"]),
        "needed": st.integers(1, 3),
        "pass_percent": st.sampled_from([34, 50, 100]),
        "reject_percent": st.sampled_from([None, 50, 100]),
        "when_applicant": st.sampled_from(["skip", "manager", "head"]),
        "when_nobody": st.sampled_from(["up", "up", "deputy", "refuse"]),
        "deputy": people,
        "when_duplicate": st.sampled_from(["ask", "consecutive", "once"]),
        "resubmission": st.sampled_from(["start", "back"]),
        "editable": st.sampled_from([[], ["amount"]]),
        "watches": st.sampled_from([[], ["amount"]]),
        "conditions": st.sampled_from(
            [[], [], [when("amount", "gt", "5000")], [when("amount", "lte", "5000")], EITHER]
        ),
        "copy_people": st.lists(people, max_size=1),
        "with_previous": st.booleans(),
        "hours": st.sampled_from([None, None, 8]),
        "when_late": st.sampled_from(["remind", "superior", "approve", "reject"]),
    }
)


class Papers(RuleBasedStateMachine):
    """Up to a handful of memos at a time, in a company of seven people and four departments."""

    papers = Bundle("papers")

    def __init__(self):
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.states: dict[int, str] = {}
        self.numbers: dict[int, str] = {}

    def teardown(self):
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    # ---- the company and its route ----

    @initialize(
        heads=st.lists(st.none() | people, min_size=4, max_size=4),
        managers=st.lists(st.none() | people, min_size=7, max_size=7),
        red=st.lists(people, max_size=3, unique=True),
        blue=st.lists(people, max_size=2, unique=True),
        chain=st.lists(st.tuples(rules, steps), min_size=1, max_size=4),
        owner=st.none() | people,
    )
    def found(self, heads, managers, red, blue, chain, owner):
        departments = [DepartmentFactory(code=f"d{number}") for number in range(4)]
        for number, parent in ((1, 0), (2, 1), (3, 0)):
            departments[number].parent = departments[parent]
        for number, name in enumerate(NAMES):
            UserFactory(username=name, email="", department=departments[number % 4])
        everybody = {person.username: person for person in User.objects.all()}
        for name, manager in zip(NAMES, managers, strict=True):
            if manager and manager != name:
                User.objects.filter(username=name).update(manager=everybody[manager])
        for department, head in zip(departments, heads, strict=True):
            department.head = everybody.get(head)
            department.save()
        blues = RoleFactory(code="blue", permissions=["documents.cancel_document"])
        for name, person in everybody.items():
            person.groups.set([RoleFactory(code="red")] * (name in red) + [blues] * (name in blue))
        route(
            "memo",
            [self._step(number, *parts, everybody) for number, parts in enumerate(chain)],
            owner=everybody.get(owner),
        )
        self.chief = UserFactory(username="chief", email="", is_superuser=True)

    def _step(self, number, who, how, everybody):
        values = {**who, **how}
        for name in ("people", "copy_people"):
            values[name] = [everybody[person] for person in values.get(name, [])]
        return step(f"step{number}", **{**values, "deputy": everybody[values["deputy"]]})

    # ---- the verbs ----

    @rule(target=papers, name=people, amount=amounts, signatory=people)
    def write(self, name, amount, signatory):
        """A leaver writes nothing; the bundle then holds a paper that never was."""
        person = self._person(name)
        if not person.is_active:
            return -1
        paper = draft(person, amount=amount, signatory=self._person(signatory))
        services.choose_approvers(paper, by=person, chosen=self._choices(signatory))
        return paper.pk

    def _choices(self, name):
        return {f"step{number}": [self._person(name)] for number in range(4)}

    @rule(paper=papers, amount=amounts)
    def save(self, paper, amount):
        def change(memo, by):
            memo.amount = amount
            services.save_draft(memo, by=by)

        self._try(paper, change, by=None)

    @rule(paper=papers, name=st.none() | people)
    def submit(self, paper, name):
        self._try(paper, services.submit, by=name)

    @rule(paper=papers, name=st.none() | people)
    def withdraw(self, paper, name):
        self._try(paper, services.withdraw, by=name)

    @rule(paper=papers, name=people)
    def choose(self, paper, name):
        self._try(paper, services.choose_approvers, by=None, chosen=self._choices(name))

    @rule(paper=papers, chance=st.integers(0, 5), next_one=people)
    def approve_in_turn(self, paper, chance, next_one):
        """One of those whose turn it is; a random person seldom is."""
        if decider := self._decider(paper, chance):
            choices = {step: [person.pk for person in chosen] for step, chosen in self._choices(next_one).items()}
            self._try(paper, services.approve, by=decider, choices=choices)

    @rule(paper=papers, name=people)
    def approve(self, paper, name):
        self._try(paper, services.approve, by=name)

    @rule(paper=papers, chance=st.integers(0, 5), to=st.sampled_from([None, None, "step0", "step1", "step2"]))
    def return_in_turn(self, paper, chance, to):
        if decider := self._decider(paper, chance):
            self._try(paper, services.return_, by=decider, reason="Again", to=to)

    @rule(paper=papers, chance=st.integers(0, 5), to=people)
    def transfer_in_turn(self, paper, chance, to):
        if decider := self._decider(paper, chance):
            self._try(paper, services.transfer, by=decider, to=self._person(to), reason="You know it")

    @rule(
        paper=papers,
        chance=st.integers(0, 5),
        asked=st.lists(people, min_size=1, max_size=2, unique=True),
        place=st.sampled_from(Task.Place.values),
    )
    def add_in_turn(self, paper, chance, asked, place):
        if decider := self._decider(paper, chance):
            asked = [self._person(name) for name in asked]
            self._try(paper, services.add_approvers, by=decider, people=asked, place=place, reason="You know it")

    @rule(paper=papers, chance=st.integers(0, 5))
    def advise_in_turn(self, paper, chance):
        asked = Task.objects.open().filter(approval__document=paper, place=Task.Place.OPINION).order_by("pk")
        if rows := list(asked.values_list("user__username", flat=True)):
            self._try(paper, services.advise, by=rows[chance % len(rows)], opinion="I think so")

    @rule(paper=papers, chance=st.integers(0, 5))
    def let_go(self, paper, chance):
        asked = Task.objects.filter(approval__document=paper, state__in=Task.PENDING, added_to__isnull=False)
        if rows := list(asked.select_related("added_to__user").order_by("pk")):
            row = rows[chance % len(rows)]
            self._try(paper, services.remove_approver, by=row.added_to.user.username, task=row.pk)

    @rule(paper=papers, name=people)
    def take_back(self, paper, name):
        self._try(paper, services.take_back, by=name)

    @rule(paper=papers)
    def take_back_in_turn(self, paper):
        last = Task.objects.filter(approval__document=paper, state=Task.State.APPROVED).order_by("-decided_at", "-pk")
        if task := last.select_related("user").first():
            self._try(paper, services.take_back, by=task.user.username)

    @rule(paper=papers)
    def urge(self, paper):
        self._try(paper, services.urge, by=None)

    @rule(days=st.integers(1, 60))
    def deadlines_pass(self, days):
        with clock.at(clock.now() + dt.timedelta(days=days)):
            watch_deadlines()

    @rule(name=people, substitute=people, days=st.integers(-1, 2))
    def go_away(self, name, substitute, days):
        person, stand_in, today = self._person(name), self._person(substitute), clock.today()
        row = Delegation(person=person, substitute=stand_in, starts=today, ends=today + dt.timedelta(days=days))
        with suppress(Refused), transaction.atomic():
            delegate(row, by=person)

    @rule(chance=st.integers(0, 5))
    def come_back(self, chance):
        if rows := list(Delegation.objects.ahead().order_by("pk")):
            row = rows[chance % len(rows)]
            with suppress(Refused), transaction.atomic():
                end(row, by=row.person)

    @rule(paper=papers, name=people)
    def reject(self, paper, name):
        self._try(paper, services.reject, by=name, reason="No")

    @rule(paper=papers, chance=st.integers(0, 5))
    def vote_against(self, paper, chance):
        """A rejection where it is a vote; elsewhere it would end every other paper."""
        if decider := self._decider(paper, chance):
            tasks = Task.objects.open().filter(approval__document=paper, user__username=decider)
            if routing.StepRule.from_json(tasks.first().step.rule).rejections_are_votes:
                self._try(paper, services.reject, by=decider, reason="No")

    @rule(paper=papers, name=people, amount=amounts)
    def edit(self, paper, name, amount):
        def change(document):
            document.amount = amount
            return {"amount": amount}

        self._try(paper, services.edit_in_review, by=name, field="amount", change=change)

    @rule(paper=papers, name=people)
    def comment(self, paper, name):
        self._try(paper, services.comment, by=name, text="!")

    @rule(paper=papers, name=people, reader=people)
    def copy(self, paper, name, reader):
        self._try(paper, services.copy_to, by=name, people=[self._person(reader)])

    @rule(paper=papers, name=people)
    def cancel(self, paper, name):
        self._try(paper, services.cancel, by=name, reason="Void")

    @rule(paper=consumes(papers))
    def delete(self, paper):
        if self._try(paper, services.delete_draft, by=None):
            self.states.pop(paper, None)
            assert paper not in self.numbers

    # ---- the company changes meanwhile ----

    @rule(name=people, red=st.booleans())
    def change_roles(self, name, red):
        person = self._person(name)
        role = RoleFactory(code="red" if red else "blue")
        (person.groups.remove if role in person.groups.all() else person.groups.add)(role)

    @precondition(lambda self: User.objects.filter(is_active=True).count() > 4)
    @rule(name=people, successor=people)
    def leave(self, name, successor):
        employee, successor = self._person(name), self._person(successor)
        with suppress(Refused), transaction.atomic():
            deactivate_employee(employee=employee, by=self.chief, successor=successor, reason="leaves")

    # ---- what must always hold ----

    @invariant()
    def permissions_match_tasks(self):
        assert orphans() == []

    @invariant()
    def log_verifies(self):
        assert list(verify()) == []

    @invariant()
    def states_follow_the_edges(self):
        for memo in Memo.objects.select_related("approval"):
            before = self.states.get(memo.pk, State.DRAFT)
            assert memo.state == before or memo.state in EDGES[before], (before, memo.state)
            self.states[memo.pk] = memo.state
            assert (memo.approval is None) == (memo.number == "")
            if memo.approval:
                assert memo.approval.state in RUNS[memo.state]

    @invariant()
    def numbers_never_change_and_have_no_gaps(self):
        given = {pk: number for pk, number in Memo.objects.values_list("pk", "number") if number}
        for pk, number in self.numbers.items():
            assert given[pk] == number
        self.numbers = given
        assert sorted(int(number[-4:]) for number in given.values()) == list(range(1, len(given) + 1))

    @invariant()
    def nobody_decides_their_own_paper(self):
        for applicant, decider in Task.objects.values_list("approval__applicant", "user"):
            assert applicant != decider

    @invariant()
    def one_stage_is_open_where_the_run_goes_on_and_none_where_it_has_ended(self):
        open_steps = Step.objects.filter(state=Step.State.OPEN).values_list("approval_id", "round", "stage", "pk")
        running = Approval.objects.filter(state=Approval.State.RUNNING).values_list("pk", "round")
        stages = {(approval, number, stage) for approval, number, stage, _step in open_steps}
        assert sorted((approval, number) for approval, number, _stage in stages) == sorted(running)
        waited_for = set(Task.objects.open().values_list("step_id", flat=True))
        assert waited_for == {step for *_where, step in open_steps}

    @invariant()
    def steps_of_a_stage_open_together(self):
        """Beside an open step nothing is still to come, and behind it nothing has begun."""
        for row in Step.objects.filter(state=Step.State.OPEN):
            others = Step.objects.filter(approval=row.approval, round=row.round)
            assert not others.filter(stage=row.stage, state=Step.State.PENDING).exists()
            decided = [Step.State.APPROVED, Step.State.RETURNED, Step.State.REJECTED]
            behind = others.filter(stage__gt=row.stage, opened_at__gt=row.opened_at)
            assert not behind.filter(state__in=decided).exists()

    @invariant()
    def nothing_is_approved_without_every_step_that_applies(self):
        for approval in Approval.objects.filter(state=Approval.State.APPROVED):
            states = []
            for row in approval.steps.filter(round=approval.round):
                applies = routing.StepRule.from_json(row.rule).applies(approval.facts)
                assert row.state in Step.PASSED or not applies, (row.key, row.state)
                states.append(row.state)
            assert {Step.State.APPROVED, Step.State.CARRIED} & set(states)

    @invariant()
    def the_last_approval_is_a_person_s(self):
        for approval in Approval.objects.filter(state=Approval.State.APPROVED):
            moved = approval.events.filter(verb__in=["approved", "removed", "handed_over", "late_approved"])
            assert moved.order_by("seq").last().verb != "late_approved"

    @invariant()
    def who_has_a_deadline_has_it_only_while_it_is_their_turn(self):
        for task in Task.objects.open().select_related("step"):
            assert (task.due_at is not None) == bool(task.step.rule["hours"])

    @invariant()
    def approved_steps_have_the_approvals_they_take(self):
        for row in Step.objects.filter(state=Step.State.APPROVED).prefetch_related("tasks"):
            tasks = [task for task in row.tasks.all() if task.state not in GONE and task.added_to_id is None]
            approvals = [task for task in tasks if task.state == Task.State.APPROVED]
            counted, everybody = row.resolution["counted"], len(tasks)
            needed = {"any": 1, "all": everybody, "sequence": everybody}
            needed["count"] = min(row.needed - counted, everybody)
            needed["percent"] = math.ceil((everybody + counted) * row.rule["pass_percent"] / 100) - counted
            assert len(approvals) >= max(needed[row.mode], 1)

    @invariant()
    def a_rejection_ends_the_paper_or_is_a_vote(self):
        for task in Task.objects.filter(state=Task.State.REJECTED).select_related("step"):
            is_vote = routing.StepRule.from_json(task.step.rule).rejections_are_votes
            assert is_vote or task.step.state == Step.State.REJECTED

    @invariant()
    def one_after_another_is_asked(self):
        for row in Step.objects.filter(state=Step.State.OPEN, mode="sequence").prefetch_related("tasks"):
            tasks = [task for task in row.tasks.all() if task.state not in GONE]
            voted = [voting.vote_of(task, tasks) == voting.FOR for task in voting.voters(tasks)]
            assert voted == sorted(voted, reverse=True)
            later = voting.voters(tasks)[voted.index(False) + 1 :]
            assert {task.state for task in later} <= {Task.State.WAITING}

    @invariant()
    def whoever_was_asked_by_an_approver_has_approved(self):
        closed = Task.objects.filter(step__state=Step.State.APPROVED, added_to__state=Task.State.APPROVED)
        closed = closed.exclude(state=Task.State.REJECTED, step__rule__reject_percent__isnull=False)
        assert set(closed.values_list("state", flat=True)) <= {*HEARD, *GONE}

    @invariant()
    def an_opinion_decides_nothing(self):
        assert set(Task.objects.filter(place=Task.Place.OPINION).values_list("state", flat=True)).isdisjoint(
            {Task.State.APPROVED, Task.State.RETURNED, Task.State.REJECTED}
        )
        assert not Task.objects.filter(state=Task.State.ADVISED).exclude(place=Task.Place.OPINION).exists()

    @invariant()
    def whoever_waits_waits_for_somebody(self):
        for task in Task.objects.filter(state=Task.State.WAITING).select_related("added_to", "step"):
            asked = task.added.filter(place__in=Task.FIRST)
            waits = task.place == Task.Place.AFTER and task.added_to.state != Task.State.APPROVED
            waits = waits or (task.added_to is None and task.step.mode == "sequence")
            assert waits or asked.exclude(state__in=GONE).exists(), task.pk

    @invariant()
    def the_run_knows_the_facts_of_the_paper_it_decided_on(self):
        for memo in Memo.objects.filter(state__in=[State.APPROVED, State.REJECTED]).select_related("approval"):
            assert memo.approval.facts == memo.facts()

    def _decider(self, paper, chance):
        """One of those whose turn it is, by name."""
        tasks = Task.objects.open().filter(approval__document=paper).order_by("pk")
        deciders = list(tasks.values_list("user__username", flat=True))
        return deciders[chance % len(deciders)] if deciders else None

    def _person(self, name):
        return User.objects.get(username=name)

    def _try(self, paper, verb, *, by, **options) -> bool:
        """A verb by somebody (None: the applicant) on a paper freshly read; a refusal must be a sentence."""
        memo = Memo.objects.filter(pk=paper).first()
        if memo is None:
            return False
        refused = ""
        try:
            verb(memo, by=self._person(by) if by else memo.applicant, **options)
        except Refused as refusal:
            refused = str(refusal)
        assert refused == "" or refused.endswith(".")
        return not refused


@pytest.mark.django_db
def test_papers_keep_the_rules_whatever_people_do():
    examples, length = PROFILES[PROFILE]
    how = settings(
        max_examples=examples,
        stateful_step_count=length,
        derandomize=PROFILE == "default",
        deadline=None,
        database=None,
        # making the example small can take longer than finding it: with HYPOTHESIS_PROFILE=ci, when there is something
        phases=[Phase.generate] if PROFILE == "default" else list(Phase),
        suppress_health_check=list(HealthCheck),
    )
    with Company.remembered():
        run_state_machine_as_test(Papers, settings=how)
