"""What two versions of a route say differently: the pure comparison, and the page where they stand side by side."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.approvals import services
from apps.approvals.comparing import Change, StepInWords, differences
from apps.approvals.models import RouteStep
from tests.factories.approvals import route, step, when
from tests.factories.cast import cast
from tests.factories.org import RoleFactory


def said(key, **properties):
    return StepInWords(key, key.capitalize(), "somebody", [], properties)


def told(old, new):
    """Every difference in short: its step, its kinds and its places."""
    found = differences([said(key) for key in old], [said(key) for key in new])
    return [((row.new or row.old).key, row.kinds, row.old_place, row.new_place) for row in found]


def test_what_is_as_it_was_stays_and_says_nothing():
    assert told("ab", "ab") == [("a", [], 1, 1), ("b", [], 2, 2)]
    assert told("", "") == []


def test_a_step_added_stands_in_its_place_and_moves_nobody():
    assert told("ab", "acb") == [("a", [], 1, 1), ("c", ["added"], None, 2), ("b", [], 2, 3)]


def test_a_step_taken_out_stands_where_it_was():
    assert told("abc", "ac") == [("a", [], 1, 1), ("b", ["removed"], 2, None), ("c", [], 3, 2)]
    assert told("ab", "b") == [("a", ["removed"], 1, None), ("b", [], 2, 1)]
    assert told("ab", "") == [("a", ["removed"], 1, None), ("b", ["removed"], 2, None)]


def test_of_steps_that_change_places_as_few_as_possible_moved():
    assert told("abcd", "dabc") == [("d", ["moved"], 4, 1), ("a", [], 1, 2), ("b", [], 2, 3), ("c", [], 3, 4)]


def test_a_changed_property_is_told_before_and_after():
    [row] = differences([said("a", who="Ann", mode="any")], [said("a", who="Bob", mode="any", file="yes")])
    assert (row.kinds, row.changes) == (["changed"], [Change("who", "Ann", "Bob"), Change("file", "—", "yes")])


def test_a_step_can_be_moved_and_changed():
    old = [said("a"), said("b"), said("c", who="Ann")]
    rows = differences(old, [said("c", who="Bob"), said("a"), said("b")])
    assert [row.kinds for row in rows] == [["moved", "changed"], [], []]


keys = st.lists(st.sampled_from("abcdefg"), unique=True)


@given(keys, keys)
def test_every_step_of_both_versions_is_told_once_and_those_that_kept_their_place_are_in_order(old, new):
    rows = differences([said(key) for key in old], [said(key) for key in new])

    assert [row.new.key for row in rows if row.new] == new
    assert sorted(row.old.key for row in rows if row.old) == sorted(old)
    kept = [row.old_place for row in rows if row.old and not row.moved]
    assert kept == sorted(kept)


# ---- the page ----


@pytest.fixture
def people(db):
    return cast()


@pytest.fixture
def editor(client, people):
    client.force_login(people.root)
    return client


@pytest.fixture
def version(people):
    steps = [
        step("head", rule="department_head"),
        step("finance", role="finance_reviewer"),
        step("far", role="executive", conditions=[when("amount", "gt", "5000")]),
    ]
    return route("memo", steps)


@pytest.fixture
def draft(version, people):
    """Version 2: the head taken out, finance changed, one more at the end."""
    draft = services.start_draft(version.route, by=people.root)
    services.remove_step(draft.steps.get(key="head"), by=people.root)
    finance = draft.steps.get(key="finance")
    finance.mode, finance.hours, finance.opinion_required = "all", 16, True
    services.save_step(finance, by=people.root, copy_roles=[RoleFactory(code="auditor")])
    board = RouteStep(version=draft, name="Board", rule="people", mode="sequence", signature_required=True)
    services.save_step(board, by=people.root, people=[people.finn, people.dora])
    return draft


def compared(editor, version, query=""):
    return editor.get(f"/approvals/routes/{version.route_id}/compare/{query}")


def rows_of(response):
    return [((row.new or row.old).key, row.kinds, list(row.changes)) for row in response.context["found"]]


def test_the_draft_is_compared_with_the_version_in_force(editor, version, draft):
    response = compared(editor, version)

    changes = [
        Change("How many", "any one of them", "all of them must approve"),
        Change("Approving needs a written opinion", "no", "yes"),
        Change("Deadline in working hours", "—", "16 working hours; after the deadline they are reminded"),
        Change("Copied to roles", "—", "Role auditor"),
    ]
    board = draft.steps.get(name="Board").key
    assert response.status_code == 200
    assert rows_of(response) == [
        ("head", ["removed"], []),
        ("finance", ["changed"], changes),
        ("far", [], []),
        (board, ["added"], []),
    ]
    page = response.content.decode()
    assert "<del>any one of them</del>" in page
    assert "<ins>all of them must approve</ins>" in page
    assert "approving needs a signature drawn by hand" in page
    assert '<tbody class="compared-same">' in page


def test_any_two_versions_can_be_chosen(editor, version, draft):
    response = compared(editor, version, "?from=2&to=1")

    assert [kinds for _key, kinds, _changes in rows_of(response)] == [["added"], ["changed"], [], ["removed"]]
    assert rows_of(response)[1][2][0] == Change("How many", "all of them must approve", "any one of them")


def test_without_a_draft_the_last_two_versions_are_compared(editor, version, draft, people):
    services.publish(draft, by=people.root)
    assert [row.number for row in compared(editor, version).context["chosen"]] == [1, 2]

    third = services.start_draft(version.route, by=people.root)
    assert [row.number for row in compared(editor, version).context["chosen"]] == [2, 3]
    assert [row.number for row in compared(editor, version, "?to=2").context["chosen"]] == [1, 2]
    same = compared(editor, version, f"?to={third.number}")
    assert "These two versions say the same." in same.content.decode()


@pytest.mark.parametrize("query", ["?from=9&to=1", "?from=x", "?from="])
def test_a_version_that_does_not_exist_is_refused_at_its_field(editor, version, draft, query):
    response = compared(editor, version, query)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["from"]
    assert response.context["chosen"] is None


def test_a_route_with_one_version_has_nothing_to_compare(editor, version):
    response = compared(editor, version)

    assert response.status_code == 200
    assert "There is nothing to compare yet" in response.content.decode()
    assert "/compare/" not in editor.get(f"/approvals/routes/{version.route_id}/").content.decode()


def test_the_route_and_the_draft_lead_to_the_comparison(editor, version, draft):
    address = f"/approvals/routes/{version.route_id}/compare/"
    assert f'href="{address}"' in editor.get(f"/approvals/routes/{version.route_id}/").content.decode()
    assert f'href="{address}?to=2"' in editor.get(f"/approvals/versions/{draft.pk}/").content.decode()


def test_ten_more_steps_cost_no_more_statements(editor, version, draft, people, django_assert_max_num_queries):
    compared(editor, version)
    with django_assert_max_num_queries(15) as before:
        compared(editor, version)
    for _number in range(10):
        more = RouteStep(version=draft, name="More", rule="people", when_nobody="deputy", deputy=people.fay)
        services.save_step(more, by=people.root, people=[people.finn, people.dora], copy_people=[people.tom])

    with django_assert_max_num_queries(len(before)):
        compared(editor, version)


def test_others_do_not_compare(client, version, draft, people):
    client.force_login(people.alice)
    assert compared(client, version).status_code == 403
