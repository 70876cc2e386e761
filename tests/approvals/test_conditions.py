"""When a step applies: single conditions, and groups of them joined by "and" and "or"."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.approvals.conditions import OPERATORS, Condition, groups_of, hold
from apps.approvals.routing import StepRule
from apps.approvals.wording import conditions_in_words

# ---- conditions ----

CONDITIONS = [
    ("gt", "5000", "5000.00", False),
    ("gt", "5000", "5000.01", True),
    ("gt", 5000, "10000.00", True),
    ("gte", "5000", "5000.00", True),
    ("lt", "5000", "999.99", True),
    ("lte", "5000", "5000", True),
    ("lte", "5000", "5000.01", False),
    ("gt", "5000", "a lot", False),
    ("gt", "5000", "NaN", False),
    ("lt", "5000", "NaN", False),
    ("lt", "nothing", "1", False),
    ("gt", "5000", "Infinity", False),
    ("gt", "5000", True, False),
    ("eq", "5000", "5000.00", True),
    ("eq", 5000, "5000.00", True),
    ("eq", "travel", "travel", True),
    ("eq", True, True, True),
    ("ne", "travel", "meals", True),
    ("ne", "5000", "5000.00", False),
    ("in", ["travel", "meals"], "meals", True),
    ("in", ["travel", "meals"], "gifts", False),
    ("in", [1, 2], "2", True),
    ("in", "travel", "rave", False),
    ("in", [], "travel", False),
    ("contains", "travel", ["travel", "meals"], True),
    ("contains", 2, ["1", "2"], True),
    ("contains", "gifts", ["travel", "meals"], False),
    ("contains", "rav", "travel", True),
    ("contains", "meal", "travel", False),
    ("contains", 1, 1, False),
]


@pytest.mark.parametrize(("op", "value", "fact", "expected"), CONDITIONS)
def test_condition_compares_amounts_as_numbers_and_the_rest_as_it_is(op, value, fact, expected):
    assert Condition("fact", op, value).holds({"fact": fact}) is expected


@pytest.mark.parametrize("op", ["gt", "gte", "lt", "lte", "eq", "ne", "in", "contains"])
@pytest.mark.parametrize("facts", [{}, {"fact": None}])
def test_condition_on_an_unknown_fact_never_holds(op, facts):
    assert Condition("fact", op, "1").holds(facts) is False


# ---- groups ----


def rule(*conditions):
    return StepRule(key="step", name="Step", order=1, rule="people", conditions=conditions)


EXPENSIVE = Condition("amount", "gt", "5000")
TRAVEL = Condition("category", "eq", "travel")
FAILED = Condition("credit_gate", "eq", "failed", group=2)


@pytest.mark.parametrize(
    ("facts", "applies"),
    [
        ({"amount": "6000", "category": "travel"}, True),
        ({"amount": "6000", "category": "meals"}, False),
        ({"amount": "600", "category": "travel"}, False),
        ({"amount": "600", "category": "meals", "credit_gate": "failed"}, True),
        ({"credit_gate": "passed"}, False),
    ],
)
def test_a_step_applies_where_all_conditions_of_one_group_hold(facts, applies):
    assert rule(EXPENSIVE, TRAVEL, FAILED).applies(facts) is applies


def test_a_step_without_conditions_always_applies():
    assert rule().applies({})


def test_a_flat_list_of_conditions_is_one_group():
    """So routes and runs stored before there were groups keep their meaning."""
    stored = {
        "key": "step",
        "name": "Step",
        "order": 1,
        "rule": "people",
        "conditions": [
            {"fact": "amount", "op": "gt", "value": "5000"},
            {"fact": "category", "op": "eq", "value": "travel"},
        ],
    }
    assert groups_of(StepRule.from_json(stored).conditions) == [[EXPENSIVE, TRAVEL]]


def test_groups_in_words():
    labels = {"amount": "amount", "category": "type", "credit_gate": "credit check"}
    words = conditions_in_words([EXPENSIVE, TRAVEL, FAILED], labels)
    assert words == "amount ＞ ¥5,000.00 and type = travel, or credit check = failed"


values = st.sampled_from(["1", "2", "3", "x", True])
facts = st.dictionaries(st.sampled_from("abc"), values, max_size=3)
single = st.builds(Condition, st.sampled_from("abc"), st.sampled_from(OPERATORS), values)
several = st.lists(st.lists(single, min_size=1, max_size=3), min_size=1, max_size=3)


def written(groups):
    """The conditions as a route stores them: one list, each with the number of its group."""
    return [Condition(one.fact, one.op, one.value, number) for number, group in enumerate(groups, 1) for one in group]


@given(several, facts)
def test_groups_are_an_or_of_ands(groups, known):
    assert hold(written(groups), known) == any(all(one.holds(known) for one in group) for group in groups)


@given(several, facts, st.randoms(use_true_random=False))
def test_the_order_in_which_conditions_are_written_changes_nothing(groups, known, random):
    conditions = written(groups)
    shuffled = random.sample(conditions, len(conditions))
    assert hold(shuffled, known) == hold(conditions, known)


@given(several, st.lists(single, min_size=1, max_size=3), facts)
def test_a_further_group_never_narrows_and_a_further_condition_never_widens(groups, more, known):
    before = hold(written(groups), known)
    assert hold(written([*groups, more]), known) >= before
    assert hold(written([[*group, more[0]] for group in groups]), known) <= before


@given(several)
def test_groups_survive_being_stored_and_watch_all_their_facts(groups):
    step = rule(*written(groups))
    assert StepRule.from_json(step.as_json()) == step
    assert step.watched == {one.fact for group in groups for one in group}
