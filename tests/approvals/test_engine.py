"""A run from submission to its end, and everything that may happen on the way."""

import datetime as dt

import pytest

from apps.approvals import engine, errors
from apps.approvals.events import verify
from apps.approvals.models import Approval, Event, RouteStep, Step, Task
from apps.core import clock
from tests.approvals.paper import Paper
from tests.factories.approvals import route, step, when
from tests.factories.org import UserFactory

HEAD = step("head", rule="department_head")
FINANCE = step("finance", role="finance_reviewer")
DIRECTOR = step("director", role="finance_director", conditions=[when("amount", "gt", "5000")])


@pytest.fixture(autouse=True)
def log_verifies(people):
    """Whatever a test did, the log verifies afterwards."""
    yield
    assert list(verify()) == []


# ---- the straight way ----


def test_run_asks_one_step_after_the_other_and_ends_approved(paper):
    route(steps=[HEAD, FINANCE, DIRECTOR])
    paper.submit()
    assert (paper.deciding, paper.steps) == (["bob"], {"head": "open", "finance": "pending", "director": "pending"})
    paper.approve(by=paper.applicant.manager, comment=" fine ")
    assert paper.deciding == ["fay", "finn"]
    paper.approve(by=Task.objects.open().last().user)
    assert paper.state == "approved"
    assert paper.steps == {"head": "approved", "finance": "approved", "director": "skipped"}
    assert paper.verbs == ["submitted", "opened", "approved", "opened", "approved", "skipped", "finished"]


def test_decision_keeps_who_when_what_was_said_and_the_content_seen(people, paper):
    route(steps=[HEAD])
    paper.submit()
    moment = dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)
    with clock.at(moment):
        paper.approve(by=people.bob, comment=" fine ")
    task = Task.objects.get()
    assert (task.user, task.state, task.comment, task.decided_at) == (people.bob, "approved", "fine", moment)
    assert task.content_hash == paper.content_hash
    event = Event.objects.get(verb="approved")
    assert (event.actor, event.at, event.content_hash) == (people.bob, moment, paper.content_hash)
    assert event.payload == {"text": "fine", "task": task.pk}


def test_outcome_names_what_opened_and_closed(people, paper):
    route(steps=[HEAD, FINANCE])
    assert [task.user for task in paper.submit().outcome.opened] == [people.bob]
    first = Step.objects.get(key="head")
    outcome = paper.approve(by=people.bob).outcome
    assert [task.user_id for task in outcome.opened] == [people.fay.pk, people.finn.pk]
    assert outcome.closed_steps == [first.pk]
    assert outcome.decided.user == people.bob


def test_run_stays_on_the_version_it_began_with(people, paper):
    route(steps=[HEAD])
    paper.submit()
    RouteStep.objects.update(rule="role", name="Changed")
    route(steps=[FINANCE])
    paper.return_(by=people.bob).submit()
    assert paper.deciding == ["bob"]
    assert Paper(people.alice, people.business, amount="1").submit().deciding == ["fay", "finn"]


def test_people_are_resolved_when_the_step_opens_and_frozen_while_it_is_open(people, paper):
    route(steps=[HEAD, FINANCE])
    paper.submit()
    people.finn.groups.clear()
    paper.approve(by=people.bob)
    assert paper.deciding == ["fay"]
    people.finn.groups.set(people.fay.groups.all())
    assert paper.deciding == ["fay"]


# ---- how many ----


def test_any_one_approval_closes_the_step_for_the_others(people, paper):
    route(steps=[FINANCE])
    paper.submit().approve(by=people.finn)
    assert paper.state == "approved"
    assert dict(Task.objects.values_list("user__username", "state")) == {"fay": "closed", "finn": "approved"}
    assert Task.objects.get(user=people.fay).decided_at is None


def test_all_must_approve(people, paper):
    route(steps=[step("finance", role="finance_reviewer", mode="all"), HEAD])
    paper.submit().approve(by=people.fay)
    assert (paper.deciding, paper.steps["finance"]) == (["finn"], "open")
    paper.approve(by=people.finn)
    assert paper.deciding == ["bob"]


@pytest.mark.parametrize("verb", ["return_", "reject"])
def test_one_refusal_of_all_ends_the_step_and_frees_the_others(people, paper, verb):
    route(steps=[step("finance", role="finance_reviewer", mode="all")])
    getattr(paper.submit().approve(by=people.fay), verb)(by=people.finn)
    assert paper.state == {"return_": "returned", "reject": "rejected"}[verb]
    assert paper.deciding == []


def test_a_number_of_them_must_approve(people, paper):
    everybody = [people.fay, people.finn, people.dora]
    route(steps=[step("board", people=everybody, mode="count", needed=2)])
    paper.submit().approve(by=people.dora)
    assert paper.deciding == ["fay", "finn"]
    paper.approve(by=people.fay)
    assert (paper.state, paper.deciding) == ("approved", [])
    assert Task.objects.get(user=people.finn).state == "closed"


def test_a_number_greater_than_the_people_found_takes_all_of_them(people, paper):
    route(steps=[step("board", people=[people.fay, people.gone], mode="count", needed=2)])
    assert paper.submit().approve(by=people.fay).state == "approved"


# ---- conditions ----


def test_step_is_inserted_when_a_changed_fact_calls_for_it(people, paper):
    """The step stands first in the route and was skipped; the amount rose before finance decided."""
    route(steps=[step("director", role="finance_director", conditions=[when("amount", "gt", "5000")]), HEAD, FINANCE])
    paper.submit()
    assert paper.steps == {"director": "skipped", "head": "open", "finance": "pending"}
    paper.facts["amount"] = "6000.00"
    paper.approve(by=people.bob)
    assert paper.deciding == ["dora"]
    paper.approve(by=people.dora)
    assert paper.deciding == ["fay", "finn"]
    paper.approve(by=people.fay)
    assert paper.state == "approved"
    assert paper.steps == {"director": "approved", "head": "approved", "finance": "approved"}


def test_step_drops_out_when_a_changed_fact_no_longer_calls_for_it(people, paper):
    route(steps=[HEAD, DIRECTOR])
    paper.facts["amount"] = "6000.00"
    paper.submit()
    paper.facts["amount"] = "4000.00"
    assert paper.approve(by=people.bob).state == "approved"
    assert paper.steps == {"head": "approved", "director": "skipped"}


def test_an_approved_step_keeps_its_approval_when_its_condition_ceases_to_hold(people, paper):
    route(steps=[DIRECTOR, HEAD])
    paper.facts["amount"] = "6000.00"
    paper.submit().approve(by=people.dora)
    paper.facts["amount"] = "4000.00"
    assert paper.approve(by=people.bob).state == "approved"
    assert paper.steps == {"director": "approved", "head": "approved"}


def test_submission_that_nobody_would_decide_is_refused(paper):
    route(steps=[DIRECTOR])
    with pytest.raises(errors.NoStepApplies, match="nobody would decide it"):
        paper.submit()


def test_submission_on_a_route_without_steps_is_refused(paper):
    route(steps=[])
    with pytest.raises(errors.NoStepApplies):
        paper.submit()


def test_submission_without_a_published_route_is_refused(paper):
    with pytest.raises(errors.NoRoute, match="No approval route"):
        paper.submit()


# ---- who ----


def test_applicant_never_decides_and_the_head_of_a_department_goes_one_level_up(people):
    route(steps=[HEAD])
    assert Paper(people.bob, people.business, amount="1").submit().deciding == ["boss"]
    task = Task.objects.get()
    assert (task.origin, task.step.resolution) == (
        "fallback",
        {
            "people": [people.boss.pk],
            "why": [
                {"code": "head", "params": {"department": people.business.pk}},
                {"code": "is_applicant", "params": {"people": [people.bob.pk]}},
                {"code": "up_the_line", "params": {"department": people.company.pk}},
            ],
            "fallback": True,
            "counted": 0,
        },
    )


def test_owner_of_the_route_decides_where_nobody_else_can(people):
    """The head of the whole company applies."""
    route(steps=[HEAD], owner=people.dora)
    assert Paper(people.boss, people.company, amount="1").submit().deciding == ["dora"]


@pytest.mark.parametrize("steps", [[HEAD], [FINANCE, HEAD]])
def test_submission_is_refused_where_any_step_would_find_nobody(people, steps):
    """Also where it is a later step: the run would come to a halt there."""
    route(steps=steps, owner=people.boss)
    with pytest.raises(errors.NoApprover, match="Nobody can be found to decide the step “Head”"):
        Paper(people.boss, people.company, amount="1").submit()


def test_approval_is_refused_where_the_next_step_has_lost_its_people(people):
    route(steps=[FINANCE, HEAD], owner=people.dora)
    paper = Paper(people.boss, people.company, amount="1").submit()
    people.dora.is_active = False
    people.dora.save()
    with pytest.raises(errors.NoApprover, match="Head"):
        paper.approve(by=people.fay)


def test_person_named_on_the_paper_decides(people, paper):
    route(steps=[step("signatory", rule="fact", fact="signatory")])
    paper.facts["signatory"] = people.olga.pk
    assert paper.submit().deciding == ["olga"]


@pytest.mark.parametrize(
    ("duplicate", "verbs"),
    [
        ("ask", ["submitted", "opened", "approved", "opened", "approved", "opened", "approved", "finished"]),
        ("consecutive", ["submitted", "opened", "approved", "auto", "opened", "approved", "finished"]),
        ("once", ["submitted", "opened", "approved", "auto", "opened", "approved", "finished"]),
    ],
)
def test_person_who_has_just_decided_is_passed_by_the_rule_and_the_log_says_so(people, paper, duplicate, verbs):
    route(steps=[HEAD, step("again", people=[people.bob], when_duplicate=duplicate), FINANCE])
    paper.submit()
    while paper.deciding:
        paper.approve(by=Task.objects.open().first().user)
    assert (paper.state, paper.verbs) == ("approved", verbs)
    assert paper.steps["again"] == ("approved" if duplicate == "ask" else "auto")
    assert not Event.objects.filter(verb="auto", actor__isnull=False).exists()


def test_consecutive_looks_back_one_decision_and_once_at_all(people, paper):
    route(
        steps=[
            HEAD,
            FINANCE,
            step("consecutive", people=[people.bob], when_duplicate="consecutive"),
            step("once", people=[people.fay], when_duplicate="once"),
        ]
    )
    paper.submit().approve(by=people.bob).approve(by=people.fay)
    assert paper.deciding == ["bob"]
    assert paper.approve(by=people.bob).state == "approved"
    assert paper.steps == {"head": "approved", "finance": "approved", "consecutive": "approved", "once": "auto"}


def test_earlier_decision_of_one_of_all_counts_and_the_others_are_asked(people, paper):
    route(
        steps=[
            step("first", people=[people.fay]),
            step("all", people=[people.fay, people.finn], mode="all", when_duplicate="once"),
        ]
    )
    paper.submit().approve(by=people.fay)
    assert paper.deciding == ["finn"]
    assert paper.approve(by=people.finn).state == "approved"


def test_earlier_decision_counts_towards_the_number_needed(people, paper):
    everybody = [people.fay, people.finn, people.dora]
    route(
        steps=[
            step("first", people=[people.fay]),
            step("board", people=everybody, mode="count", needed=2, when_duplicate="once"),
        ]
    )
    paper.submit().approve(by=people.fay)
    assert paper.deciding == ["dora", "finn"]
    assert paper.approve(by=people.dora).state == "approved"


def test_approval_of_another_content_is_no_duplicate(people, paper):
    """Bob approved before fay changed the paper; he is asked again, whatever the rule for duplicates."""
    route(steps=[HEAD, FINANCE, step("again", people=[people.bob], when_duplicate="once")])
    paper.submit().approve(by=people.bob)
    paper.facts["amount"] = "90.00"
    assert paper.approve(by=people.fay).deciding == ["bob"]


def test_people_are_copied_once_the_step_is_done(people, paper):
    copied = {"copy_roles": ["auditor"], "copy_people": [people.olga, people.gone, people.alice]}
    route(steps=[step("finance", role="finance_reviewer", mode="all", **copied)])
    assert paper.submit().approve(by=people.fay).outcome.copied == set()
    assert paper.approve(by=people.finn).outcome.copied == {people.rita.pk, people.olga.pk}


# ---- back ----


@pytest.mark.parametrize(("resubmission", "deciding"), [("start", ["bob"]), ("back", ["fay", "finn"])])
def test_returned_paper_is_resubmitted_to_the_start_or_straight_back(people, paper, resubmission, deciding):
    route(steps=[HEAD, step("finance", role="finance_reviewer", resubmission=resubmission)])
    paper.submit().approve(by=people.bob).return_(by=people.fay, reason=" wrong date ")
    assert (paper.state, paper.deciding, paper.approval.returned_from) == ("returned", [], "finance")
    assert Task.objects.get(state="returned").comment == "wrong date"
    paper.submit()
    assert (paper.state, paper.approval.round, paper.deciding) == ("running", 2, deciding)
    assert paper.steps["head"] == ("open" if resubmission == "start" else "carried")
    assert paper.approval.closed_at is None


def test_straight_back_carries_approvals_through_several_rounds(people, paper):
    route(steps=[HEAD, step("finance", role="finance_reviewer", resubmission="back")])
    paper.submit().approve(by=people.bob)
    for _round in range(3):
        paper.return_(by=people.fay).submit()
        assert paper.deciding == ["fay", "finn"]
    assert paper.approve(by=people.finn).state == "approved"
    assert paper.steps == {"head": "carried", "finance": "approved"}


@pytest.mark.parametrize(
    ("changed", "deciding"),
    [
        ({"amount": "6000.00"}, ["bob"]),  # a condition reads it
        ({"signatory": 1}, ["bob"]),  # a step asks the person it names
        ({"colour": "blue"}, ["fay", "finn"]),  # nobody reads it
    ],
)
def test_straight_back_only_while_the_facts_that_steer_the_chain_are_as_they_were(people, paper, changed, deciding):
    steps = [
        HEAD,
        step("signatory", rule="fact", fact="signatory"),
        step("finance", role="finance_reviewer", resubmission="back"),
        DIRECTOR,
    ]
    route(steps=steps)
    paper.facts["signatory"] = people.olga.pk
    paper.submit().approve(by=people.bob).approve(by=people.olga).return_(by=people.fay)
    paper.facts |= changed
    if changed.get("signatory"):
        paper.facts["signatory"] = people.sam.pk
    assert paper.submit().deciding == deciding


def test_straight_back_not_when_the_paper_has_moved_to_another_department(people, paper):
    route(steps=[HEAD, step("finance", role="finance_reviewer", resubmission="back")])
    paper.submit().approve(by=people.bob).return_(by=people.fay)
    paper.department = people.service
    assert paper.submit().deciding == ["sam"]


def test_withdrawn_paper_starts_again_and_follows_its_new_department(people, paper):
    route(steps=[HEAD])
    paper.submit().withdraw()
    assert (paper.state, paper.deciding, paper.steps) == ("withdrawn", [], {"head": "cancelled"})
    paper.department = people.service
    assert paper.submit().deciding == ["sam"]


def test_return_to_an_earlier_step_keeps_what_stands_before_it(people, paper):
    route(steps=[HEAD, FINANCE, step("director", role="finance_director")])
    paper.submit().approve(by=people.bob).approve(by=people.fay).return_(by=people.dora, to="finance")
    assert (paper.state, paper.approval.round, paper.deciding) == ("running", 2, ["fay", "finn"])
    assert paper.steps == {"head": "carried", "finance": "open", "director": "pending"}
    paper.approve(by=people.finn)
    assert paper.deciding == ["dora"]
    assert paper.approve(by=people.dora).state == "approved"


def test_return_to_the_first_step_asks_everybody_again(people, paper):
    route(steps=[HEAD, FINANCE, step("director", role="finance_director")])
    paper.submit().approve(by=people.bob).approve(by=people.fay).return_(by=people.dora, to="head")
    assert paper.steps == {"head": "open", "finance": "pending", "director": "pending"}


def test_return_to_a_carried_step_works_too(people, paper):
    route(steps=[HEAD, FINANCE, step("director", role="finance_director")])
    paper.submit().approve(by=people.bob).approve(by=people.fay).return_(by=people.dora, to="finance")
    assert paper.return_(by=people.fay, to="head").deciding == ["bob"]


@pytest.mark.parametrize("to", ["director", "after", "nowhere", "skipped"])
def test_return_goes_only_to_a_step_that_has_decided(people, paper, to):
    steps = [
        HEAD,
        step("skipped", people=[people.olga], conditions=[when("amount", "gt", "5000")]),
        step("director", role="finance_director"),
        step("after", people=[people.sam]),
    ]
    route(steps=steps)
    paper.submit().approve(by=people.bob)
    with pytest.raises(errors.ApprovalRefused, match="already decided"):
        paper.return_(by=people.dora, to=to)


@pytest.mark.parametrize("verb", ["return_", "reject"])
@pytest.mark.parametrize("reason", ["", "  \n"])
def test_return_and_rejection_need_a_reason(people, paper, verb, reason):
    route(steps=[HEAD])
    paper.submit()
    with pytest.raises(errors.ReasonMissing) as refusal:
        getattr(paper, verb)(by=people.bob, reason=reason)
    assert refusal.value.fields == {"reason": ["Give a reason."]}
    assert paper.deciding == ["bob"]


def test_rejected_paper_has_ended(people, paper):
    route(steps=[HEAD, FINANCE])
    paper.submit().reject(by=people.bob)
    assert (paper.state, paper.steps) == ("rejected", {"head": "rejected", "finance": "cancelled"})
    with pytest.raises(errors.NotRunning, match="Rejected"):
        paper.submit()


# ---- withdrawal ----


def test_withdrawal_is_too_late_after_the_first_decision(people, paper):
    route(steps=[step("finance", role="finance_reviewer", mode="all")])
    paper.submit().approve(by=people.fay)
    with pytest.raises(errors.TooLate):
        paper.withdraw()


def test_withdrawal_is_too_late_after_a_return_to_an_earlier_step(people, paper):
    """A new round has begun, but the applicant has not handed the paper in again."""
    route(steps=[HEAD, FINANCE])
    paper.submit().approve(by=people.bob).return_(by=people.fay, to="head")
    with pytest.raises(errors.TooLate):
        paper.withdraw()


def test_withdrawal_is_possible_again_after_a_resubmission(people, paper):
    route(steps=[HEAD, FINANCE])
    paper.submit().approve(by=people.bob).return_(by=people.fay).submit()
    assert paper.withdraw().state == "withdrawn"


def test_only_a_running_paper_is_withdrawn(people, paper):
    route(steps=[HEAD])
    paper.submit().approve(by=people.bob)
    with pytest.raises(errors.NotRunning, match=r"not in approval \(Approved\)"):
        paper.withdraw()


# ---- whose turn ----


def test_nobody_but_the_people_of_the_open_step_decides(people, paper):
    route(steps=[HEAD, FINANCE])
    paper.submit()
    strangers = [person for name, person in people.people.items() if name != "bob"]
    for person in strangers:
        for verb in (paper.approve, paper.return_, paper.reject):
            with pytest.raises(errors.NotYourTurn):
                verb(by=person)
    assert paper.verbs == ["submitted", "opened"]


def test_second_click_and_late_colleague_are_told_who_was_first(people, paper):
    route(steps=[FINANCE, HEAD, step("again", people=[people.fay])])
    paper.submit().approve(by=people.fay)
    with pytest.raises(errors.AlreadyDecided, match=r"^You have already decided this \(approved\).$"):
        paper.approve(by=people.fay)
    with pytest.raises(errors.AlreadyDecided, match=r"^Already decided: Fay was first \(approved\).$"):
        paper.reject(by=people.finn)
    paper.approve(by=people.bob)
    with pytest.raises(errors.AlreadyDecided, match=r"^Already decided: Fay was first \(approved\).$"):
        paper.approve(by=people.finn)


@pytest.mark.parametrize(
    ("verb", "said"),
    [
        ("return_", "Fay was first (returned)"),
        ("reject", "Fay was first (rejected)"),
        ("withdraw", "Alice was first (withdrawn)"),
    ],
)
def test_colleague_is_told_how_it_ended(people, paper, verb, said):
    route(steps=[FINANCE])
    paper.submit()
    if verb == "withdraw":
        paper.withdraw()
    else:
        getattr(paper, verb)(by=people.fay)
    with pytest.raises(errors.AlreadyDecided) as refusal:
        paper.approve(by=people.finn)
    assert str(refusal.value) == f"Already decided: {said}."


def test_decision_on_another_content_than_the_one_seen_is_refused(people, paper):
    route(steps=[HEAD])
    paper.submit()
    seen = paper.content_hash
    paper.facts["amount"] = "200.00"
    for verb in (paper.approve, paper.return_):
        with pytest.raises(errors.ContentChanged):
            verb(by=people.bob, seen=seen)
    assert paper.approve(by=people.bob, seen=paper.content_hash).state == "approved"


# ---- hand-over ----


def hand_over(paper, leaver, successor, by):
    return engine.hand_over(paper.approval, leaver=leaver, successor=successor, by=by, reason="leaves")


def test_open_task_goes_to_the_successor(people, paper):
    route(steps=[FINANCE])
    paper.submit()
    outcome = hand_over(paper, people.fay, people.olga, people.root)
    assert paper.deciding == ["finn", "olga"]
    assert [(task.user_id, task.origin) for task in outcome.opened] == [(people.olga.pk, "handover")]
    assert Event.objects.get(verb="handed_over").payload == {
        "from": people.fay.pk,
        "to": people.olga.pk,
        "reason": "leaves",
    }
    assert paper.approve(by=people.olga).state == "approved"


def test_successor_who_applied_does_not_inherit_their_own_paper(people):
    """Bob leaves, alice takes his place: the paper she has with him goes further up the line."""
    route(steps=[HEAD])
    paper = Paper(people.alice, people.business, amount="1").submit()
    hand_over(paper, people.bob, people.alice, people.root)
    assert paper.deciding == ["boss"]


def test_successor_who_has_the_task_already_decides_once_where_any_one_is_enough(people, paper):
    route(steps=[FINANCE])
    paper.submit()
    hand_over(paper, people.fay, people.finn, people.root)
    assert paper.deciding == ["finn"]


def test_step_of_all_keeps_its_number_of_people_by_going_up_the_line(people, paper):
    route(steps=[step("finance", role="finance_reviewer", mode="all")])
    paper.submit().approve(by=people.finn)
    hand_over(paper, people.fay, people.finn, people.root)
    assert paper.deciding == ["bob"]
    assert paper.approve(by=people.bob).state == "approved"


def test_step_of_all_goes_on_with_those_who_are_left_where_nobody_can_take_over(people):
    route(steps=[step("all", people=[people.fay, people.finn], mode="all")])
    paper = Paper(people.boss, people.company, amount="1").submit()
    hand_over(paper, people.fay, people.finn, people.root)
    assert paper.deciding == ["finn"]
    assert paper.approve(by=people.finn).state == "approved"


def test_hand_over_is_refused_where_nobody_would_be_left_to_decide(people):
    """All must decide; finn has, fay leaves, and nobody can take her place: the step would stay open for ever."""
    route(steps=[step("all", people=[people.fay, people.finn], mode="all")])
    paper = Paper(people.boss, people.company, amount="1").submit().approve(by=people.finn)
    with pytest.raises(errors.NoApprover):
        hand_over(paper, people.fay, people.finn, people.root)
    assert paper.deciding == ["fay"]


def test_successor_who_has_left_too_inherits_nothing(people, paper):
    route(steps=[HEAD])
    paper.submit()
    hand_over(paper, people.bob, people.gone, people.root)
    assert paper.deciding == ["boss"]


def test_hand_over_of_a_task_that_is_decided_meanwhile_changes_nothing(people, paper):
    route(steps=[HEAD])
    paper.submit().approve(by=people.bob)
    assert hand_over(paper, people.bob, people.sam, people.root).opened == []
    assert paper.verbs == ["submitted", "opened", "approved", "finished"]


# ---- what the engine leaves behind ----


def test_record_adds_an_event_and_changes_nothing_else(people, paper):
    route(steps=[HEAD])
    paper.submit()
    engine.record(paper.approval, Event.Verb.COMMENTED, by=people.olga, payload={"text": "好"})
    assert paper.verbs == ["submitted", "opened", "commented"]
    assert paper.deciding == ["bob"]


def test_refused_verbs_leave_no_trace(people, paper):
    route(steps=[HEAD])
    paper.submit()
    before = Approval.objects.values().get()
    for attempt in (lambda: paper.approve(by=people.olga), lambda: paper.reject(by=people.bob, reason="")):
        with pytest.raises(errors.ApprovalRefused):
            attempt()
    assert Approval.objects.values().get() == before


def test_preview_shows_the_chain_without_writing(people, django_assert_max_num_queries):
    route(steps=[HEAD, FINANCE, DIRECTOR])
    UserFactory.create_batch(3, roles=["finance_reviewer"])
    with django_assert_max_num_queries(9):
        planned = engine.preview(kind="memo", applicant=people.alice, department=people.business, facts={"amount": "1"})
    assert [(stop.rule.key, stop.applies) for stop in planned] == [
        ("head", True),
        ("finance", True),
        ("director", False),
    ]
    assert len(planned[1].resolution.people) == 5
    assert not Approval.objects.exists()
