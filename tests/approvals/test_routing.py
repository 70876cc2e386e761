"""Who decides: the rules on a small company that exists only here.

Company 1 (head 10) ⊃ Business 2 (head 20) ⊃ Team 3 (head 30); Finance 4 (head 40) ⊂ 1; Lost 5 (no head) ⊂ 2.
People: 31 works in Team under 30; roles: 900 = {50, 51, 52}, 901 = {} and 902 = {31}.
"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.approvals.conditions import Condition
from apps.approvals.routing import Case, StepRule, Why, needed_of, plan, resolve


class Company:
    """An `Organisation` made of dictionaries."""

    def __init__(self, *, left=(), heads=None, loop=False, away=None):
        self.left = set(left)
        self.away = away or {}
        self.heads = {1: 10, 2: 20, 3: 30, 4: 40, 5: None} if heads is None else heads
        self.parents = {1: 3 if loop else None, 2: 1, 3: 2, 4: 1, 5: 2}
        self.managers = {31: 30, 30: 20, 20: 10, 10: None}
        self.roles = {900: [50, 51, 52], 901: [], 902: [31]}

    def line_manager(self, person):
        return self.managers.get(person)

    def head_of(self, department):
        return self.heads.get(department)

    def parent_of(self, department):
        return self.parents.get(department)

    def members_of(self, role):
        return self.roles[role]

    def active(self, people):
        return set(people) - self.left

    def substitutes(self):
        return self.away


def rule(**values):
    return StepRule(**{"key": "step", "name": "Step", "order": 1, "rule": "people", **values})


def case(applicant=31, department=3, facts=None, owner=None, approved=()):
    return Case(applicant, department, facts or {}, owner, approved)


def codes(resolution):
    return [why.code for why in resolution.why]


# ---- every rule, found at once ----

FOUND = [
    ({"rule": "line_manager"}, {}, (30,)),
    ({"rule": "department_head"}, {}, (30,)),
    ({"rule": "department_head", "levels_up": 1}, {}, (20,)),
    ({"rule": "department_head", "levels_up": 2}, {}, (10,)),
    ({"rule": "department_head", "levels_up": 9}, {}, (10,)),
    ({"rule": "named_head", "department": 4}, {}, (40,)),
    ({"rule": "role", "role": 900}, {}, (50, 51, 52)),
    ({"rule": "people", "people": (60, 61)}, {}, (60, 61)),
    ({"rule": "fact", "fact": "owner"}, {"owner": 70}, (70,)),
]


@pytest.mark.parametrize(("values", "facts", "people"), FOUND)
def test_resolve_finds_the_people_of_each_rule(values, facts, people):
    resolution = resolve(rule(**values), case(facts=facts), Company())
    assert resolution.people == people
    assert not resolution.fallback
    assert not resolution.passed
    assert not resolution.empty


# ---- the line of heads ----

LINES = [
    ({"levels_up": 0}, {}, (30,)),
    ({"levels_up": 1}, {}, (30, 20)),
    ({"levels_up": 9}, {}, (30, 20, 10)),
    ({"department": 2}, {}, (30, 20)),
    ({"department": 4, "levels_up": 0}, {}, (30, 20, 10)),
    ({"levels_up": 2}, {"applicant": 30}, (20, 10)),
    ({"levels_up": 2}, {"department": 5}, (20, 10)),
]


@pytest.mark.parametrize(("values", "paper", "people"), LINES)
def test_the_line_of_heads_goes_up_to_a_level_or_to_a_department(values, paper, people):
    resolution = resolve(rule(rule="manager_line", mode="sequence", **values), case(**paper), Company())
    assert (resolution.people, resolution.fallback) == (people, False)


def test_who_heads_two_departments_of_the_line_is_asked_once():
    company = Company(heads={1: 10, 2: 30, 3: 30})
    assert resolve(rule(rule="manager_line", levels_up=2), case(), company).people == (30, 10)


def test_a_line_that_bites_its_tail_ends():
    assert resolve(rule(rule="manager_line", levels_up=9), case(), Company(loop=True)).people == (30, 20, 10)


def test_a_line_without_heads_asks_the_owner():
    resolution = resolve(rule(rule="manager_line", levels_up=2), case(owner=99), Company(heads={}))
    assert (resolution.people, codes(resolution)) == ((99,), ["no_manager_line", "route_owner"])


# ---- who is chosen ----


@pytest.mark.parametrize("who", ["chosen", "chosen_before"])
def test_chosen_people_decide_in_the_order_chosen(who):
    step = rule(rule=who, choose_many=True)
    resolution = resolve(step, replace(case(), choices={"step": [61, 60]}), Company())
    assert (resolution.people, codes(resolution)) == ((61, 60), [who])


@pytest.mark.parametrize("who", ["chosen", "chosen_before"])
def test_where_nobody_was_chosen_the_line_decides_once_the_step_opens(who):
    resolution = resolve(rule(rule=who), case(), Company())
    assert (resolution.people, resolution.fallback, codes(resolution)) == ((30,), True, ["not_chosen", "up_the_line"])


@pytest.mark.parametrize("who", ["chosen", "chosen_before"])
def test_before_anybody_has_chosen_the_plan_says_who_will(who):
    [planned] = plan([rule(rule=who)], case(), Company())
    assert (planned.resolution.people, planned.resolution.empty) == ((), False)
    assert codes(planned.resolution) == [f"to_be_{who}"]


# ---- where the applicant would decide ----

INSTEAD = [
    # when_applicant, people named, applicant, who decides
    ("skip", (31, 60), 31, (60,)),
    ("skip", (31,), 31, (30,)),
    ("manager", (31, 60), 31, (60, 30)),
    ("manager", (60, 61), 31, (60, 61)),
    ("manager", (10, 60), 10, (60, 30)),
    ("head", (31, 60), 31, (30,)),
    ("head", (30, 60), 30, (20,)),
    ("head", (60, 61), 31, (60, 61)),
]


@pytest.mark.parametrize(("what", "named", "applicant", "people"), INSTEAD)
def test_the_applicant_among_the_people_is_left_out_or_replaced(what, named, applicant, people):
    """10 has no line manager, so the head of the department decides instead."""
    resolution = resolve(rule(people=named, when_applicant=what), case(applicant=applicant), Company())
    assert resolution.people == people


def test_a_manager_who_has_left_does_not_replace_the_applicant():
    resolution = resolve(rule(people=(31, 60), when_applicant="manager"), case(), Company(left=[30]))
    assert resolution.people == (60, 20)


# ---- where nobody is found ----

NOBODY = [
    ({"when_nobody": "up"}, (30,), (30,), ["named", "up_the_line"]),
    ({"when_nobody": "deputy", "deputy": 70}, (70,), (70,), ["named", "deputy"]),
    ({"when_nobody": "deputy", "deputy": 31}, (30,), (30,), ["named", "up_the_line"]),
    ({"when_nobody": "deputy", "deputy": 80}, (30,), (30,), ["named", "up_the_line"]),
    ({"when_nobody": "refuse"}, (30,), (), ["named", "up_the_line"]),
]


@pytest.mark.parametrize(("values", "opened", "planned", "why"), NOBODY)
def test_where_nobody_is_found_the_route_says_who_decides(values, opened, planned, why):
    """31 applied, 80 has left. What is refused before the submission goes up the line once the paper is on its way."""
    step, company = rule(people=(), **values), Company(left=[80])
    resolution = resolve(step, case(), company)
    assert (resolution.people, codes(resolution)) == (opened, why)
    [foreseen] = plan([step], case(), company)
    assert (foreseen.resolution.people, foreseen.resolution.empty) == (planned, not planned)


routes = st.lists(
    st.builds(
        StepRule,
        key=st.sampled_from("abc"),
        name=st.just("Step"),
        order=st.integers(1, 9),
        rule=st.sampled_from(["line_manager", "department_head", "manager_line", "people", "chosen", "chosen_before"]),
        levels_up=st.integers(0, 3),
        people=st.lists(st.sampled_from([10, 20, 30, 31, 60, 80]), max_size=3, unique=True).map(tuple),
        mode=st.sampled_from(["any", "all", "sequence", "percent"]),
        when_duplicate=st.sampled_from(["ask", "consecutive", "once"]),
        when_applicant=st.sampled_from(["skip", "manager", "head"]),
        when_nobody=st.sampled_from(["up", "deputy", "refuse"]),
        deputy=st.sampled_from([None, 31, 70, 80]),
    ),
    max_size=4,
)


@given(routes, st.sampled_from([10, 20, 30, 31]), st.sampled_from([None, 31, 99]))
def test_nobody_decides_who_applied_or_has_left_and_no_step_is_passed_for_nobody(rules, applicant, owner):
    company = Company(left=[80, 20])
    paper = replace(case(applicant=applicant, owner=owner), choices={"a": [60, applicant, 80]})
    for planned in plan(rules, paper, company):
        found = planned.resolution
        assert not {applicant, 80, 20} & set(found.people)
        assert len(set(found.people)) == len(found.people)
        assert found.people or found.empty or found.later or (found.passed and found.counted)


# ---- every rule, with the applicant among the people it names ----

SELF = [
    ({"rule": "department_head"}, case(applicant=30), (20,), ["head", "is_applicant", "up_the_line"]),
    (
        {"rule": "department_head", "levels_up": 1},
        case(applicant=20, department=3),
        (10,),
        ["head", "is_applicant", "up_the_line"],
    ),
    ({"rule": "named_head", "department": 4}, case(applicant=40), (10,), ["head", "is_applicant", "up_the_line"]),
    ({"rule": "role", "role": 902}, case(), (30,), ["role", "is_applicant", "up_the_line"]),
    ({"rule": "people", "people": (31,)}, case(), (30,), ["named", "is_applicant", "up_the_line"]),
    ({"rule": "fact", "fact": "owner"}, case(facts={"owner": 31}), (30,), ["fact", "is_applicant", "up_the_line"]),
]


@pytest.mark.parametrize(("values", "paper", "people", "why"), SELF)
def test_resolve_never_gives_a_paper_to_its_applicant(values, paper, people, why):
    resolution = resolve(rule(**values), paper, Company())
    assert resolution.people == people
    assert resolution.fallback
    assert codes(resolution) == why


def test_resolve_keeps_the_colleagues_of_an_applicant():
    resolution = resolve(rule(rule="role", role=900), case(applicant=51), Company())
    assert resolution.people == (50, 52)
    assert not resolution.fallback
    assert resolution.why == (Why("role", {"role": 900}), Why("is_applicant", {"people": [51]}))


# ---- every rule, where it finds nobody ----

EMPTY = [
    ({"rule": "line_manager"}, case(applicant=10, department=1, owner=99), (99,), ["no_line_manager", "route_owner"]),
    ({"rule": "line_manager"}, case(applicant=88), (30,), ["no_line_manager", "up_the_line"]),
    ({"rule": "department_head"}, case(department=5), (20,), ["no_head", "up_the_line"]),
    ({"rule": "named_head", "department": 5}, case(), (20,), ["no_head", "up_the_line"]),
    ({"rule": "named_head", "department": None}, case(), (30,), ["no_head", "up_the_line"]),
    ({"rule": "role", "role": 901}, case(), (30,), ["role_empty", "up_the_line"]),
    ({"rule": "people", "people": ()}, case(), (30,), ["named", "up_the_line"]),
    ({"rule": "fact", "fact": "owner"}, case(), (30,), ["fact_empty", "up_the_line"]),
]


@pytest.mark.parametrize(("values", "paper", "people", "why"), EMPTY)
def test_resolve_goes_up_the_line_where_a_rule_finds_nobody(values, paper, people, why):
    resolution = resolve(rule(**values), paper, Company())
    assert resolution.people == people
    assert resolution.fallback
    assert codes(resolution) == why


# ---- every rule, where the person has left ----

LEFT = [
    ({"rule": "line_manager"}, {}, [30], (20,)),
    ({"rule": "department_head"}, {}, [30, 20], (10,)),
    ({"rule": "named_head", "department": 4}, {}, [40], (10,)),
    ({"rule": "role", "role": 900}, {}, [50, 51, 52], (30,)),
    ({"rule": "people", "people": (60,)}, {}, [60], (30,)),
    ({"rule": "fact", "fact": "owner"}, {"owner": 70}, [70], (30,)),
]


@pytest.mark.parametrize(("values", "facts", "left", "people"), LEFT)
def test_resolve_passes_over_people_who_have_left(values, facts, left, people):
    resolution = resolve(rule(**values), case(facts=facts), Company(left=left))
    assert resolution.people == people
    assert resolution.fallback
    assert codes(resolution)[1:] == ["left", "up_the_line"]


def test_resolve_keeps_the_colleagues_of_a_leaver():
    resolution = resolve(rule(rule="role", role=900), case(), Company(left=[50]))
    assert resolution.people == (51, 52)
    assert resolution.why == (Why("role", {"role": 900}), Why("left", {"people": [50]}))


def test_resolve_asks_the_owner_of_the_route_where_the_whole_line_has_left():
    resolution = resolve(rule(rule="department_head"), case(owner=99), Company(left=[10, 20, 30]))
    assert resolution.people == (99,)
    assert codes(resolution) == ["head", "left", "route_owner"]


@pytest.mark.parametrize("owner", [None, 31, 98])
def test_resolve_is_empty_where_nobody_at_all_is_left(owner):
    """No owner, the applicant as owner, an owner who has left: never passed in silence."""
    resolution = resolve(rule(rule="department_head"), case(owner=owner), Company(left=[10, 20, 30, 98]))
    assert resolution.empty
    assert not resolution.passed
    assert codes(resolution)[-1] == "nobody"


def test_resolve_ends_in_a_department_tree_that_bites_its_tail():
    company = Company(heads={1: None, 2: None, 3: None}, loop=True)
    assert resolve(rule(rule="department_head"), case(owner=99), company).people == (99,)


# ---- who has decided already ----

DUPLICATES = [
    # when_duplicate, mode, needed, approved before, people asked, passed, counted
    ("ask", "any", 1, ((60,),), (60, 61), False, 0),
    ("ask", "all", 1, ((60,), (61,)), (60, 61), False, 0),
    ("once", "any", 1, ((62,),), (60, 61), False, 0),
    ("once", "any", 1, ((60,), (62,)), (), True, 1),
    ("once", "all", 1, ((60,), (62,)), (61,), False, 1),
    ("once", "all", 1, ((60,), (61,)), (), True, 2),
    ("once", "count", 2, ((60,),), (61,), False, 1),
    ("once", "count", 1, ((60,),), (), True, 1),
    ("once", "count", 2, ((60, 61),), (), True, 2),
    ("consecutive", "any", 1, ((60,),), (), True, 1),
    ("consecutive", "any", 1, ((60,), (62,)), (60, 61), False, 0),
    ("consecutive", "all", 1, ((61,), (60,)), (61,), False, 1),
    ("consecutive", "any", 1, (), (60, 61), False, 0),
]


@pytest.mark.parametrize(("when", "mode", "needed", "approved", "people", "passed", "counted"), DUPLICATES)
def test_resolve_follows_the_rule_for_who_has_decided_already(when, mode, needed, approved, people, passed, counted):
    step = rule(people=(60, 61), when_duplicate=when, mode=mode, needed=needed)
    resolution = resolve(step, case(approved=approved), Company())
    assert (resolution.people, resolution.passed, resolution.counted) == (people, passed, counted)
    assert ("already_decided" in codes(resolution)) == bool(counted)
    assert not resolution.empty


def test_resolve_counts_the_fallback_as_a_duplicate_too():
    """The applicant heads the department; whoever stands in for them has just decided."""
    step = rule(rule="department_head", when_duplicate="consecutive")
    resolution = resolve(step, case(applicant=30, approved=((20,),)), Company())
    assert resolution.passed
    assert codes(resolution) == ["head", "is_applicant", "up_the_line", "already_decided"]


NEEDED = [
    ("any", 1, 3, 0, 1),
    ("any", 5, 3, 0, 1),
    ("all", 1, 3, 0, 3),
    ("all", 1, 2, 1, 2),
    ("count", 2, 3, 0, 2),
    ("count", 2, 1, 0, 1),
    ("count", 2, 2, 1, 1),
    ("count", 3, 1, 1, 1),
]


@pytest.mark.parametrize(("mode", "needed", "people", "counted", "expected"), NEEDED)
def test_needed_of_counts_approvals(mode, needed, people, counted, expected):
    assert needed_of(rule(mode=mode, needed=needed), people, counted) == expected


def test_rule_survives_being_stored_as_json():
    step = rule(
        people=(60, 61),
        conditions=(Condition("category", "in", ["travel", "meals"]),),
        editable=("lines",),
        copy_people=(5,),
    )
    assert StepRule.from_json(step.as_json()) == step


def test_rule_watches_the_facts_of_its_conditions_and_the_one_that_names_the_person():
    conditions = (Condition("amount", "gt", "1"),)
    assert rule(conditions=conditions).watched == {"amount"}
    assert rule(rule="fact", fact="owner", conditions=conditions).watched == {"amount", "owner"}


# ---- the preview ----


def test_plan_shows_the_steps_in_order_with_those_that_do_not_apply():
    steps = [
        rule(key="finance", order=20, rule="role", role=900),
        rule(key="head", order=10, rule="department_head"),
        rule(key="director", order=30, people=(60,), conditions=(Condition("amount", "gt", "5000"),)),
    ]
    planned = plan(steps, case(facts={"amount": "100.00"}), Company())
    assert [(step.rule.key, step.applies, step.resolution and step.resolution.people) for step in planned] == [
        ("head", True, (30,)),
        ("finance", True, (50, 51, 52)),
        ("director", False, None),
    ]


def test_plan_passes_a_person_asked_three_times_in_a_row_as_the_run_will():
    steps = [
        rule(key=key, order=order, people=(60,), when_duplicate="consecutive")
        for order, key in enumerate(["first", "second", "third"])
    ]
    assert [step.resolution.passed for step in plan(steps, case(), Company())] == [False, True, True]


def test_plan_does_not_pretend_to_know_which_of_several_people_will_decide():
    steps = [
        rule(key="first", order=1, people=(60, 61)),
        rule(key="second", order=2, people=(60,), when_duplicate="once"),
    ]
    assert [step.resolution.people for step in plan(steps, case(), Company())] == [(60, 61), (60,)]


def test_plan_shows_who_is_certain_to_have_decided():
    steps = [
        rule(key="first", order=1, people=(60, 61), mode="all"),
        rule(key="second", order=2, people=(60, 62), mode="all", when_duplicate="once"),
    ]
    assert [step.resolution.people for step in plan(steps, case(), Company())] == [(60, 61), (62,)]


# ---- substitutes ----


@pytest.mark.parametrize(
    ("away", "found", "behalf", "why"),
    [
        ({}, (50, 51), (), ["named"]),
        ({50: 60}, (60, 51), ((60, 50),), ["named", "represented"]),
        ({50: 60, 60: 61}, (61, 51), ((61, 50),), ["named", "represented"]),
        ({50: 60, 60: 50}, (60, 51), ((60, 50),), ["named", "represented"]),
        ({50: 31}, (50, 51), (), ["named", "substitute_barred"]),
        ({50: 51}, (50, 51), (), ["named", "substitute_barred"]),
        ({50: 60, 51: 60}, (60, 51), ((60, 50),), ["named", "represented", "substitute_barred"]),
        ({50: 70}, (50, 51), (), ["named", "substitute_barred"]),
        ({50: 80}, (50, 51), (), ["named", "substitute_barred"]),
    ],
)
def test_who_is_away_gives_place_to_a_fit_substitute(away, found, behalf, why):
    """31 applied, 70 decided an earlier step, 80 has left."""
    company = Company(left=[80], away=away)
    resolution = resolve(rule(people=(50, 51)), case(approved=((70,),)), company)
    assert (resolution.people, resolution.behalf, codes(resolution)) == (found, behalf, why)
